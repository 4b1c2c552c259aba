#include "platform/jobs/backoff.hpp"

#include <algorithm>

namespace mainstay::jobs {

Micros backoff(std::int64_t failures, const RetryPolicy& policy, std::uint64_t random) {
  std::int64_t wait = std::max<std::int64_t>(policy.first.count(), 1);
  const std::int64_t most = std::max<std::int64_t>(policy.most.count(), 1);
  for (std::int64_t i = 1; i < failures && wait < most; ++i)
    wait = wait > most / 2 ? most : wait * 2;
  wait = std::min(wait, most);
  const std::int64_t sure = wait / 2;
  const auto rest = static_cast<std::uint64_t>(wait - sure) + 1;
  return Micros{sure + static_cast<std::int64_t>(random % rest)};
}

}  // namespace mainstay::jobs
