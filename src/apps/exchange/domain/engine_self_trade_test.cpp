// Self-trade prevention: the taker's mode governs.
#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_self_trade_test {

TEST_CASE("self-trade: allowed unless it is asked for") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@100 stp=taker
      accepted 1 5@100
    ann buy 2 3@100
      accepted 2 3@100
      traded 2 1 3@100 left 0/2
    ann has
      USD 1000000+0 ART 999998+2
    )");
}

TEST_CASE("self-trade: cancel taker, maker or both") {
  Scenario market;
  check_story(market, R"(
    bob sell 1 2@99
      accepted 1 2@99
    ann sell 2 5@100
      accepted 2 5@100
    bob sell 3 5@100
      accepted 3 5@100
    ann buy 4 6@100 stp=taker
      accepted 4 6@100
      traded 4 1 2@99 left 4/0
      canceled 4 left 4 self_trade
    ann buy 5 6@100 stp=both
      accepted 5 6@100
      canceled 2 left 5 self_trade
      canceled 5 left 6 self_trade
    ann sell 6 5@100
      accepted 6 5@100
    ann buy 7 6@100 stp=maker
      accepted 7 6@100
      traded 7 3 5@100 left 1/0
      canceled 6 left 5 self_trade
    ann has
      USD 999202+100 ART 1000007+0
    )");
}

TEST_CASE("self-trade: decrement takes from both, and an emptied slice is refilled") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 6@100 show=2
      accepted 1 6@100
    bob sell 2 1@100
      accepted 2 1@100
    ann buy 3 5@100 stp=decrement
      accepted 3 5@100
      decremented 3 by 2 left 3
      decremented 1 by 2 left 4
      refilled 1 2@100
      traded 3 2 1@100 left 2/0
      decremented 3 by 2 left 0
      decremented 1 by 2 left 2
      refilled 1 2@100
    ann has
      USD 999900+0 ART 999999+2
    ann amend 1 quantity=1
      reduced 1 1@100 left 1
    ann buy 4 3@100 stp=decrement
      accepted 4 3@100
      decremented 4 by 1 left 2
      decremented 1 by 1 left 0
    ann has
      USD 999700+200 ART 1000001+0
    ann amend 4 quantity=3
      amended 4 3@100 left 3
    )");
}

TEST_CASE("self-trade: market orders and budgets are decremented too") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 3@100
      accepted 1 3@100
    bob sell 2 3@110
      accepted 2 3@110
    ann buy 3 4 stp=decrement
      accepted 3 4@0
      decremented 3 by 3 left 1
      decremented 1 by 3 left 0
      traded 3 2 1@110 left 0/2
    ann sell 4 3@100
      accepted 4 3@100
    ann buy 5 0 budget=250 stp=decrement
      accepted 5 0@0
      decremented 5 by 2 left 0
      decremented 4 by 2 left 1
      canceled 5 left 0 self_trade
    ann has
      USD 999890+0 ART 1000000+1
    )");
}

TEST_CASE("self-trade: fok sees what its own orders would do to it") {
  Scenario market;
  check_story(market, R"(
    bob sell 1 2@100 show=1
      accepted 1 2@100
    ann sell 2 5@100
      accepted 2 5@100
    bob sell 3 5@100
      accepted 3 5@100
    ann buy 4 2@100 fok stp=taker
      rejected self_trade
    ann buy 5 6@100 fok stp=decrement
      rejected self_trade
    ann buy 6 8@100 fok stp=maker
      rejected self_trade
    ann buy 7 7@100 fok stp=maker
      accepted 7 7@100
      traded 7 1 1@100 left 6/1
      refilled 1 1@100
      canceled 2 left 5 self_trade
      traded 7 3 5@100 left 1/0
      traded 7 1 1@100 left 0/0
    )");
}

}  // namespace mainstay::exchange::engine_self_trade_test
