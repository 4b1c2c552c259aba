#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/settings/settings.hpp"
#include "platform/store/store.hpp"

namespace mainstay {

struct Product;

/// The folder of all embedded engines' files; made with mode 0700 when it is not there.
Result<> make_data_folder(const settings::Settings& settings);

/// The SQLite file of a store.url without a path.
std::string default_database(const Product& product, const settings::Settings& settings);

/// The relational store that the settings name, for commands that need nothing else.
/// Waits store.wait for a server that does not answer yet.
Result<std::unique_ptr<store::Store>> open_store(const Product& product,
                                                 const settings::Settings& settings);
/// The same, its schema brought up to date where the settings allow that, or refused.
Result<std::unique_ptr<store::Store>> open_current_store(const Product& product,
                                                         const settings::Settings& settings,
                                                         SystemTime now);

}  // namespace mainstay
