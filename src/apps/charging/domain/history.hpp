#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace mainstay::charging {

// What the network may forget of its past: pure decisions over rows in the order of their numbers,
// which is that of their receipt. Times are stations', so a young row ends the past: whatever came
// behind it is younger, however old the time that it tells.

struct PastRow {
  std::int64_t id = 0;
  SystemTime at{};
  bool is_needed = false;  // somebody has not worked it off yet
};

/// The number up to which a log may go: it has no holes, so that who reads it with a cursor knows
/// whether something is missing. None: nothing may.
std::optional<std::int64_t> log_past(std::span<const PastRow> rows, SystemTime before);

struct PastRuns {
  std::vector<std::pair<std::int64_t, std::int64_t>> runs{};  // first and last number of each
  bool is_end = false;                                        // what is behind it is too young
};

/// Of what may have holes: needed rows stay among those that go. A row whose station's clock was
/// never set goes with the next old one.
PastRuns past_runs(std::span<const PastRow> rows, SystemTime before);

}  // namespace mainstay::charging
