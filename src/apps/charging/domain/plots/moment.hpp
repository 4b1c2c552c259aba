#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::charging {

/// RFC 3339 with an offset ("2026-11-22T18:30:00Z", "...+01:00"), fractions of a second left out of
/// account; a date alone is its midnight UTC.
std::optional<SystemTime> parse_moment(std::string_view text);
/// "2026-11-22T18:30:00Z", to the second.
void append_moment(std::string& out, SystemTime at);

}  // namespace mainstay::charging
