#pragma once

#include <string_view>

#include "platform/core/platform.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay {

/// Of the journal in journal/FOLDER of the data folder, as the settings `journal.*` say. Its
/// trouble is logged as APP.journal.failing and APP.journal.works_again.
journal::Options journal_options(Platform& platform, std::string_view app, std::string_view folder);

}  // namespace mainstay
