#pragma once

#include <string_view>

#include "platform/core/platform.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::exchange {

/// Of a journal in the data folder, as the settings `journal.*` want it; its troubles are logged
/// under its name, and one that it cannot survive ends the process.
journal::Options journal_options(Platform& platform, std::string_view name);

}  // namespace mainstay::exchange
