#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::store {

/// Pauses between attempts: doubled up to a most, each less a random part of its half, so that many
/// clients of one server do not come back together.
class Backoff {
 public:
  Backoff(Millis least, Millis most, std::uint64_t seed)
      : least_(least), most_(most), random_(seed), next_(least) {}

  Millis after_failure();
  void after_success() { next_ = least_; }

 private:
  const Millis least_;
  const Millis most_;
  Random random_;
  Millis next_;
};

}  // namespace mainstay::store
