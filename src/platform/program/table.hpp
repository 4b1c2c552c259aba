#pragma once

#include <string>
#include <vector>

namespace mainstay {

/// Prints rows in columns as wide as their widest cell; the first row is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace mainstay
