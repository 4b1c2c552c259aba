#include "apps/exchange/inbound/http/meters.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::meters_test {
namespace {

constexpr SystemTime start{Seconds{1'795'223'580}};  // begins a minute

TEST_CASE("meters: an address has its weight a minute") {
  Meters meters;
  CHECK(meters.spend("192.0.2.1", 4, 10, start) == 4);
  CHECK(meters.spend("192.0.2.1", 5, 10, start + Seconds{59}) == 9);
  CHECK(meters.spend("192.0.2.1", 5, 10, start + Seconds{59}) == 14);  // not counted
  CHECK(meters.spend("192.0.2.1", 1, 10, start + Seconds{59}) == 10);
  CHECK(meters.spend("192.0.2.2", 5, 10, start + Seconds{59}) == 5);
  CHECK(meters.spend("192.0.2.1", 5, 10, start + Seconds{60}) == 5);
  CHECK(meters.spend("192.0.2.1", 500, 0, start + Seconds{60}) == 505);
}

TEST_CASE("meters: an account's orders are counted as long as somebody counts") {
  Meters meters;
  const auto count = meters.orders_of(AccountId{7});
  CHECK(meters.orders_of(AccountId{7}) == count);
  CHECK(meters.orders_of(AccountId{8}) != count);
  CHECK(count->add(1, 2, start, Meters::orders_window) == 1);
  CHECK(count->add(1, 2, start, Meters::orders_window) == 2);
  CHECK(count->add(1, 2, start, Meters::orders_window) == 3);
  CHECK(count->add(1, 2, start + Seconds{10}, Meters::orders_window) == 1);
  CHECK(count->is_over(start, Meters::orders_window));
  CHECK(WindowCount::left(start, Meters::weight_window) == Seconds{60});
  CHECK(WindowCount::left(start + Seconds{59}, Meters::weight_window) == Seconds{1});
}

}  // namespace
}  // namespace mainstay::exchange::meters_test
