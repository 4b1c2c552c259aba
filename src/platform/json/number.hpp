#pragma once

#include <optional>
#include <string_view>

namespace mainstay::json {

/// The double nearest to a number's text; `estimate` tells what lies out of range: too small is
/// zero, too large nothing. Boost's own estimate may be a digit off in the last place.
std::optional<double> nearest_double(std::string_view text, double estimate);

}  // namespace mainstay::json
