#pragma once

#include "apps/apim/inbound/http/usage_answer.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct InternalApi;

/// One question for usage, as it goes to the lane where it is read.
struct UsageQuestion {
  InternalApi& api;
  UsageHead head;
  const TimeZone* counted = nullptr;  // in whose windows the service counts; null: UTC
  UnixSeconds now;
};

// Both block. Errors: value_invalid, and the store's.
Result<UsageAnswer> read_series(UsageQuestion& question);
Result<UsageAnswer> read_top(UsageQuestion& question);

}  // namespace mainstay::apim
