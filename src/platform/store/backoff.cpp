#include "platform/store/backoff.hpp"

#include <algorithm>

namespace mainstay::store {

Millis Backoff::after_failure() {
  const Millis whole = next_;
  next_ = std::min(most_, next_ * 2);
  const auto half = static_cast<std::uint64_t>(whole.count()) / 2;
  return whole - Millis{static_cast<std::int64_t>(random_.below(half + 1))};
}

}  // namespace mainstay::store
