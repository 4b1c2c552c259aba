#include "platform/jobs/backoff.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::jobs::backoff_test {
namespace {

constexpr RetryPolicy policy{Seconds{10}, Seconds{3'600}};

TEST_CASE("backoff: doubles from the first to the most, and stays there") {
  const std::uint64_t whole = 0;  // the least of each
  CHECK(backoff(1, policy, whole) == Seconds{5});
  CHECK(backoff(2, policy, whole) == Seconds{10});
  CHECK(backoff(3, policy, whole) == Seconds{20});
  CHECK(backoff(9, policy, whole) == Seconds{1'280});
  CHECK(backoff(10, policy, whole) == Seconds{1'800});
  CHECK(backoff(INT64_MAX, policy, whole) == Seconds{1'800});
}

TEST_CASE("backoff: jitter takes away at most half and never adds") {
  Random random{7};
  Micros least{INT64_MAX};
  Micros most{0};
  for (int i = 0; i < 10'000; ++i) {
    const Micros wait = backoff(1, policy, random.next());
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  CHECK(least >= Seconds{5});
  CHECK(least < Millis{5'010});
  CHECK(most <= Seconds{10});
  CHECK(most > Millis{9'990});
}

TEST_CASE("backoff: odd policies wait a moment and overflow nothing") {
  CHECK(backoff(5, {Micros{0}, Micros{0}}, 3) <= Micros{1});
  CHECK(backoff(0, policy, 0) == Seconds{5});
  CHECK(backoff(100, {Micros{INT64_MAX}, Micros{INT64_MAX}}, UINT64_MAX).count() > 0);
  CHECK(backoff(3, {Seconds{10}, Seconds{5}}, 0) == Millis{2'500});
}

}  // namespace
}  // namespace mainstay::jobs::backoff_test
