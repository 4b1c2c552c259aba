#pragma once

#include <string>

#include "base/clock.hpp"

namespace mainstay::auth {

/// RFC 3339 in UTC, to the second: "2026-11-21T18:30:00Z".
std::string utc_text(SystemTime at);

}  // namespace mainstay::auth
