#include "platform/auth/domain/rate_limits.hpp"

#include <doctest/doctest.h>

namespace mainstay::auth::rate_limits_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'566}};
constexpr Seconds none{0};
constexpr Rate three_a_minute{.burst = 3, .window = Seconds{60}};

void use_up(RateLimits& limits, std::string_view key, SystemTime now = start) {
  for (int i = 0; i < 3; ++i) REQUIRE(limits.take(key, now) == none);
}

}  // namespace

TEST_CASE("rate limits: a burst, then one by one, each key for itself") {
  RateLimits limits{three_a_minute, 10};
  use_up(limits, "ada");
  CHECK(limits.take("ada", start) == Seconds{20});
  CHECK(limits.take("ada", start + Millis{500}) == Seconds{20});
  CHECK(limits.take("eve", start) == none);
  CHECK(limits.take("ada", start + Seconds{20}) == none);
  CHECK(limits.take("ada", start + Seconds{20}) == Seconds{20});
  use_up(limits, "ada", start + Seconds{90});
}

TEST_CASE("rate limits: a refused one takes nothing") {
  RateLimits limits{three_a_minute, 10};
  use_up(limits, "ada");
  for (int i = 0; i < 100; ++i) CHECK(limits.take("ada", start) > none);
  CHECK(limits.take("ada", start + Seconds{20}) == none);
}

TEST_CASE("rate limits: what was right is given back or forgotten") {
  RateLimits limits{three_a_minute, 10};
  use_up(limits, "ada");
  limits.give_back("ada");
  CHECK(limits.take("ada", start) == none);
  CHECK(limits.take("ada", start) > none);
  limits.forget("ada");
  use_up(limits, "ada");
  limits.give_back("nobody");
}

TEST_CASE("rate limits: a clock set back locks nobody out") {
  RateLimits limits{three_a_minute, 10};
  use_up(limits, "ada");
  const auto before = start - Seconds{100'000};
  use_up(limits, "ada", before);
  CHECK(limits.take("ada", before) == Seconds{20});
}

TEST_CASE("rate limits: memory is bounded, and the busiest are remembered longest") {
  RateLimits limits{three_a_minute, 4};
  use_up(limits, "busy");
  for (int i = 0; i < 100; ++i) REQUIRE(limits.take(std::to_string(i), start) == none);
  CHECK(limits.size() == 4);
  CHECK(limits.take("busy", start) > none);
}

}  // namespace mainstay::auth::rate_limits_test
