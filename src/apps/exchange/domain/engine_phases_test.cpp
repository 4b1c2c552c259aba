// Phases, auctions, bands.
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_phases_test {

TEST_CASE("phases: an opening call, from closed to continuous") {
  SymbolRules rules;
  rules.maker_fee = 10'000;
  rules.taker_fee = 20'000;
  Scenario market{rules};
  check_story(market, R"(
    op phase closed
      phase closed
    op phase closed
      rejected nothing_to_change
    ann buy 1 1@100
      rejected symbol_closed
    op phase opening_call
      phase opening_call
      indicative 0@0 buyers 0
    ann buy 1 10@105 show=4
      accepted 1 10@105
      indicative 0@0 buyers 0
    bob sell 2 6@95
      accepted 2 6@95
      indicative 6@105 buyers 4
    cat sell 3 4@100 gtd=99
      accepted 3 4@100
      indicative 10@100 buyers 0
    cat sell 4 4@100 day
      accepted 4 4@100
      indicative 10@100 sellers 4
    cat sell 5 4@100 ioc
      rejected not_in_a_call
    cat sell 6 4
      rejected not_in_a_call
    cat sell 7 4@100 hidden
      rejected not_in_a_call
    cat sell 8 4@100 post
      accepted 8 4@100
      indicative 10@100 sellers 8
    ann reduce 1 1
      reduced 1 9@105 left 9
      indicative 9@100 sellers 9
    op phase continuous
      traded 1 2 4@100 left 5/2 fees 4/4
      refilled 1 4@105
      traded 1 2 2@100 left 3/0 fees 2/2
      traded 1 3 2@100 left 1/2 fees 2/2
      refilled 1 1@105
      traded 1 3 1@100 left 0/1 fees 1/1
      phase continuous 9@100
    op has
      USD 18+0 ART 0+0
    ann has
      USD 999091+0 ART 1000009+0
    )");
}

TEST_CASE("phases: the close uncrosses, then ends the day's orders") {
  Scenario market;
  check_story(market, R"(
    cat sell 3 1@100
      accepted 3 1@100
    cat sell 4 4@100 day
      accepted 4 4@100
    bob buy 5 4@90 day hidden
      accepted 5 4@90
    bob buy 6 4 day stop=120
      accepted 6 4@0
    cat sell 8 4@100
      accepted 8 4@100
    op phase closing_call
      phase closing_call
      indicative 0@0 buyers 0
    bob buy 9 1@100
      accepted 9 1@100
      indicative 1@100 sellers 8
    op phase closed
      traded 9 3 1@100 left 0/0
      phase closed 1@100
      canceled 4 left 4 expired
      canceled 5 left 4 expired
      canceled 6 left 4 expired
    cat cancel 8
      canceled 8 left 4 wanted
    )");
}

TEST_CASE("phases: a halt takes cancels only, and keeps a call's book for later") {
  Scenario market;
  check_story(market, R"(
    op phase opening_call
      phase opening_call
      indicative 0@0 buyers 0
    ann buy 1 5@105
      accepted 1 5@105
      indicative 0@0 buyers 0
    bob sell 2 5@95
      accepted 2 5@95
      indicative 5@100 buyers 0
    op phase halted
      phase halted
    cat buy 3 1@100
      rejected symbol_halted
    ann amend 1 price=106
      rejected symbol_halted
    ann reduce 1 2
      reduced 1 3@105 left 3
    op phase continuous
      traded 1 2 3@95 left 0/2
      phase continuous 3@95
    op phase halted
      phase halted
    bob cancel 2
      canceled 2 left 2 wanted
    )");
}

TEST_CASE("phases: hidden orders that rest take part in an auction, behind the shown ones") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@100 hidden
      accepted 1 5@100
    bob sell 2 5@100
      accepted 2 5@100
    op phase closing_call
      phase closing_call
      indicative 0@0 buyers 0
    cat buy 3 7@100
      accepted 3 7@100
      indicative 7@100 sellers 3
    op phase closed
      traded 3 2 5@100 left 2/0
      traded 3 1 2@100 left 0/3
      phase closed 7@100
    )");
}

TEST_CASE("phases: of a call with very many levels is told when time advances") {
  Scenario market;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    PlaceOrder order{.id = OrderId{10 + i}, .symbol = SymbolId{1}, .price = Price{60 + i}};
    order.quantity = Quantity{1};
    market.apply(2, order);
  }
  market.play("op phase closing_call");
  check_story(market, R"(
    ann sell 1 5000@50
      accepted 1 5000@50
      indicative 1000@50 sellers 4000
    bob buy 5 1@59
      accepted 5 1@59
    cat buy 6 1@58
      accepted 6 1@58
    op time 5
      indicative 1002@50 sellers 3998
    op time 6
    )");
}

TEST_CASE("bands: beyond the dynamic one begins a call, which time ends") {
  SymbolRules rules;
  rules.dynamic_band_bp = 500;
  rules.volatility_call_ns = 100;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 5@105
      accepted 1 5@105
    ann sell 2 5@106
      accepted 2 5@106
    cat buy 3 20@106 fok
      rejected not_filled_wholly
    cat buy 4 6@106 fok
      rejected not_filled_wholly
    bob buy 5 7@106 ioc
      accepted 5 7@106
      traded 5 1 5@105 left 2/0
      phase volatility_call
      canceled 5 left 2 phase
      indicative 0@0 buyers 0
    bob buy 6 7@107
      accepted 6 7@107
      indicative 5@107 buyers 2
    op time 100
    op time 101
      traded 6 2 5@107 left 2/0
      phase continuous 5@107
    ann sell 7 9@101
      accepted 7 9@101
      traded 7 6 2@107 left 7/0
    cat buy 8 7@101
      accepted 8 7@101
      phase volatility_call
      indicative 7@101 buyers 0
    )");
}

TEST_CASE("bands: who would not trade begins no call") {
  SymbolRules rules;
  rules.dynamic_band_bp = 500;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 3@120
      accepted 1 3@120
    ann buy 2 4@120 stp=maker
      accepted 2 4@120
      canceled 1 left 3 self_trade
    ann cancel 2
      canceled 2 left 4 wanted
    ann sell 3 3@120
      accepted 3 3@120
    ann buy 4 4@120 stp=taker
      accepted 4 4@120
      canceled 4 left 4 self_trade
    ann buy 5 1@120 stp=decrement
      accepted 5 1@120
      decremented 5 by 1 left 0
      decremented 3 by 1 left 2
    bob sell 6 9@120 gtd=50
      accepted 6 9@120
    )");
  market.set_time(Time{50});
  check_story(market, R"(
    ann buy 7 4@120 ioc stp=maker
      accepted 7 4@120
      canceled 3 left 2 self_trade
      canceled 6 left 9 expired
      canceled 7 left 4 unfilled
    ann sell 8 2@120
      accepted 8 2@120
    bob sell 9 2@120
      accepted 9 2@120
    ann buy 10 4@120 stp=maker
      accepted 10 4@120
      canceled 8 left 2 self_trade
      phase volatility_call
      indicative 2@120 buyers 2
    )");
}

TEST_CASE("bands: fok and market orders see behind what goes away beyond the band") {
  SymbolRules rules;
  rules.dynamic_band_bp = 500;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 2@90
      accepted 1 2@90
    bob sell 2 4@100
      accepted 2 4@100
    ann buy 3 2@100 fok stp=taker
      rejected self_trade
    ann buy 4 2@100 fok stp=maker
      accepted 4 2@100
      canceled 1 left 2 self_trade
      traded 4 2 2@100 left 0/2
    ann sell 5 2@90
      accepted 5 2@90
    ann buy 6 1 stp=maker
      accepted 6 1@0
      canceled 5 left 2 self_trade
      traded 6 2 1@100 left 0/1
    bob sell 7 2@90
      accepted 7 2@90
    ann sell 8 2@90
      accepted 8 2@90
    ann buy 9 2@100 fok stp=maker
      rejected not_filled_wholly
    )");
}

TEST_CASE("bands: beyond the static one an order is refused") {
  SymbolRules rules;
  rules.static_band_bp = 1'000;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 5@111
      rejected price_outside_band
    ann sell 2 5@110
      accepted 2 5@110
    ann buy 3 5@89
      rejected price_outside_band
    ann amend 2 price=111
      rejected price_outside_band
    ann amend 2 price=90
      amended 2 5@90 left 5
    )");
}

TEST_CASE("auctions: stops become active by the price, and continuous trading goes on") {
  Scenario market;
  check_story(market, R"(
    bob buy 1 1@100
      accepted 1 1@100
    ann sell 2 1@100
      accepted 2 1@100
      traded 2 1 1@100 left 0/0
    cat sell 3 2 stop=95
      accepted 3 2@0
    op phase volatility_call
      phase volatility_call
      indicative 0@0 buyers 0
    bob buy 4 5@94
      accepted 4 5@94
      indicative 0@0 buyers 0
    ann sell 5 2@93
      accepted 5 2@93
      indicative 2@94 buyers 3
    op phase continuous
      traded 4 5 2@94 left 3/0
      phase continuous 2@94
      triggered 3
      traded 3 4 2@94 left 0/1
    )");
}

}  // namespace mainstay::exchange::engine_phases_test
