#include "apps/exchange/domain/amounts.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::exchange::amounts_test {

TEST_CASE("notional: products beyond 64 bits are nothing") {
  CHECK(notional(Price{3}, Quantity{4}, 5) == 60);
  const Price high{0xFFFFFFFF};
  const Quantity many{0xFFFFFFFF};
  CHECK_FALSE(notional(high, many, 1));
  CHECK(notional(high, Quantity{0x7FFFFFFF}, 1) == 0x7FFFFFFE80000001);
  CHECK_FALSE(notional(Price{1}, Quantity{2}, amount_max));
  CHECK(notional(Price{1}, Quantity{1}, amount_max) == amount_max);
}

TEST_CASE("share: fees round up, rebates down, 128 bits in between") {
  CHECK(share(1, 1) == 1);
  CHECK(share(1'000'000, 1) == 1);
  CHECK(share(1'000'001, 1) == 2);
  CHECK(share(999'999, -1) == 0);
  CHECK(share(1'999'999, -1) == -1);
  CHECK(share(amount_max, 1'000'000) == amount_max);
  CHECK(share(amount_max, -1'000'000) == -amount_max);
  CHECK(share(amount_max - 1, 500'000) == amount_max / 2);
}

TEST_CASE("hold: notional and fee; notional_within is its inverse") {
  CHECK(hold(1'000, 1'000) == 1'001);
  CHECK(hold(1'001, 1'000) == 1'003);
  CHECK_FALSE(hold(amount_max, 1));
  Random random{1};
  for (int i = 0; i < 10'000; ++i) {
    const auto budget = static_cast<Amount>(random.next() >> (1 + random.below(62)));
    const auto rate = static_cast<std::int32_t>(random.below(1'000'001));
    const Amount found = notional_within(budget, rate);
    REQUIRE(*hold(found, rate) <= budget);
    if (found < amount_max) REQUIRE(hold(found + 1, rate).value_or(amount_max) >= budget);
  }
}

}  // namespace mainstay::exchange::amounts_test
