#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace mainstay {

/// Prints rows in columns as wide as their widest cell; the first row is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows);

/// "2026-11-21 12:00:00 UTC"
std::string utc_text(SystemTime at);

}  // namespace mainstay
