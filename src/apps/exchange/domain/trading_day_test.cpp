#include "apps/exchange/domain/trading_day.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::trading_day_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day = 86'400 * second;

Time at(std::int64_t days, std::int64_t hours, std::int64_t seconds = 0) {
  return Time{days * day + (hours * 3'600 + seconds) * second};
}

TEST_CASE("trading day: a text says when which phase begins, of all symbols or by symbol") {
  CHECK(parse_trading_days(" ")->empty());
  const auto all = parse_trading_days(
      "08:00 opening_call, 08:15:30 continuous,16:30 closing_call, 16:35  closed");
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 1);
  const TradingDay& only = all->front();
  CHECK(only.symbol.empty());
  REQUIRE(only.entries.size() == 4);
  CHECK(only.entries[1].at == Seconds{8 * 3'600 + 15 * 60 + 30});
  CHECK(only.entries[1].phase == Phase::continuous);
  CHECK(only.entries[3].phase == Phase::closed);
  CHECK(trading_day_of(*all, "LUNAUSD") == &only);

  const auto some = parse_trading_days("LUNAUSD: 07:00 continuous; *: 00:00 closed");
  REQUIRE(some.has_value());
  CHECK(trading_day_of(*some, "LUNAUSD") == &(*some)[0]);
  CHECK(trading_day_of(*some, "ECHOUSD") == &(*some)[1]);
  const auto one = parse_trading_days("LUNAUSD: 07:00 continuous");
  CHECK(trading_day_of(*one, "ECHOUSD") == nullptr);
}

TEST_CASE("trading day: what is wrong is refused") {
  for (const char* text :
       {"08:00", "continuous", "24:00 closed", "08:60 closed", "8:00 closed", "08:00:60 closed",
        "08 closed", "08:00:00:00 closed", "08:00 halted", "08:00 volatility_call", "08:00 shut",
        "08:00 continuous, 08:00 closed", "09:00 continuous, 08:00 closed", "08:00 closed,",
        "A: 08:00 closed; A: 09:00 closed", "08:00 closed; *: 09:00 closed", "A:", ";"}) {
    INFO(text);
    const auto days = parse_trading_days(text);
    REQUIRE(days.has_error());
    CHECK(days.error().is(TradingDayErrc::text_invalid));
  }
}

TEST_CASE("trading day: moments between two times, each once, over days") {
  const auto days = parse_trading_days("08:00 continuous, 20:00 closed");
  const TradingDay& whole = days->front();
  CHECK(moments_between(whole, at(10, 8), at(10, 19)).empty());
  const auto first = moments_between(whole, at(10, 7), at(10, 8));
  REQUIRE(first.size() == 1);
  CHECK(first[0].at == at(10, 8));
  CHECK(first[0].phase == Phase::continuous);
  const auto night = moments_between(whole, at(10, 19), at(12, 8, 1));
  REQUIRE(night.size() == 4);
  CHECK(night[0].at == at(10, 20));
  CHECK(night[1].phase == Phase::continuous);
  CHECK(night[3].at == at(12, 8));
  CHECK(moments_between(whole, at(10, 9), at(9, 9)).empty());
}

}  // namespace
}  // namespace mainstay::exchange::trading_day_test
