#include "platform/store/backoff.hpp"

#include <doctest/doctest.h>

namespace mainstay::store::backoff_test {
namespace {

TEST_CASE("backoff: pauses double up to the most, less than half of each is random") {
  Backoff backoff{Millis{100}, Millis{1'000}, 7};
  for (const int whole : {100, 200, 400, 800, 1'000, 1'000}) {
    const Millis pause = backoff.after_failure();
    CHECK(pause <= Millis{whole});
    CHECK(pause >= Millis{whole / 2});
  }
  backoff.after_success();
  CHECK(backoff.after_failure() <= Millis{100});
}

TEST_CASE("backoff: two clients do not pause alike") {
  Backoff one{Millis{1'000}, Millis{60'000}, 1};
  Backoff other{Millis{1'000}, Millis{60'000}, 2};
  bool differ = false;
  for (int i = 0; i < 4; ++i) differ = differ || one.after_failure() != other.after_failure();
  CHECK(differ);
}

}  // namespace
}  // namespace mainstay::store::backoff_test
