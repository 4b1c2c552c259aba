#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mainstay::settings {

/// The one of `known` that takes the fewest insertions, deletions and replacements to become
/// `unknown`, the first of equals; "" when there is none.
std::string nearest(std::string_view unknown, std::span<const std::string> known);

}  // namespace mainstay::settings
