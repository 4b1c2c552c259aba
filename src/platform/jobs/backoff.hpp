#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace mainstay::jobs {

struct RetryPolicy {
  Micros first{Seconds{10}};  // after the first failure
  Micros most{Seconds{3'600}};
};

/// How long a job waits after its `failures`th failed run (at least 1): first, doubled with each
/// failure up to most; of that, at least half and the rest by `random`, so that jobs which failed
/// together do not come back together.
Micros backoff(std::int64_t failures, const RetryPolicy& policy, std::uint64_t random);

}  // namespace mainstay::jobs
