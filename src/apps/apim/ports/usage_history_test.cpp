#include "apps/apim/ports/usage_history.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace mainstay::apim::usage_history_test {

TEST_CASE("usage history: hours for 35 days, days for 400, longer ones for ever") {
  constexpr UnixSeconds day = 86'400;
  constexpr UnixSeconds midnight = 20'800 * day;
  CHECK(oldest_in_history(Period::hour, midnight + 5) == midnight - 35 * day);
  CHECK(oldest_in_history(Period::hour, midnight - 1) == midnight - 35 * day - 3'600);
  CHECK(oldest_in_history(Period::day, midnight + 5) == midnight - 400 * day);
  for (const Period period : {Period::week, Period::month, Period::year, Period::eternity}) {
    CHECK(oldest_in_history(period, midnight) == std::numeric_limits<UnixSeconds>::min());
  }
}

}  // namespace mainstay::apim::usage_history_test
