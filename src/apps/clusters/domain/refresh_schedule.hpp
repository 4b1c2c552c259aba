#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::clusters {

/// When something that rarely changes is looked at again: every so often after a success, not all
/// installations at the same moment, and sooner after a failure.
struct RefreshSchedule {
  Millis every{7 * 24 * 3'600'000LL};
  Millis retry{3'600'000};

  /// Up to a tenth later than `every`, so that many do not come at once.
  [[nodiscard]] SystemTime after_success(SystemTime now, Random& random) const;
  /// Up to a tenth later than `retry`, for as long as it fails.
  [[nodiscard]] SystemTime after_failure(SystemTime now, Random& random) const;
  /// Of what was looked at `last` by an earlier start of the program: not before `now`.
  [[nodiscard]] SystemTime after_restart(SystemTime now, SystemTime last, Random& random) const;
};

}  // namespace mainstay::clusters
