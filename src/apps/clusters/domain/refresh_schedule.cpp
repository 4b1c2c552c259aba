#include "apps/clusters/domain/refresh_schedule.hpp"

#include <algorithm>

namespace mainstay::clusters {
namespace {

Millis with_jitter(Millis span, Random& random) {
  return span + Millis{static_cast<std::int64_t>(
                    random.below(static_cast<std::uint64_t>(span.count()) / 10 + 1))};
}

}  // namespace

SystemTime RefreshSchedule::after_success(SystemTime now, Random& random) const {
  return now + with_jitter(every, random);
}

SystemTime RefreshSchedule::after_failure(SystemTime now, Random& random) const {
  return now + with_jitter(retry, random);
}

SystemTime RefreshSchedule::after_restart(SystemTime now, SystemTime last, Random& random) const {
  if (last > now) return now;  // told by a clock that was wrong
  return std::max(now, last + with_jitter(every, random));
}

}  // namespace mainstay::clusters
