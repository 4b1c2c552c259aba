// Types of orders and their properties, as stories.
#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_orders_test {

TEST_CASE("orders: ioc and fok trade what they can, or all or nothing") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 10@100
      accepted 1 10@100
    ann sell 2 10@102
      accepted 2 10@102
    bob buy 3 15@101 ioc
      accepted 3 15@101
      traded 3 1 10@100 left 5/0
      canceled 3 left 5 unfilled
    bob buy 4 11@102 fok
      rejected not_filled_wholly
    bob buy 5 10@102 fok
      accepted 5 10@102
      traded 5 2 10@102 left 0/0
    bob buy 6 1@102 ioc
      accepted 6 1@102
      canceled 6 left 1 unfilled
    bob has
      USD 997980+0 ART 1000020+0
    )");
}

TEST_CASE("orders: fok counts what is hidden and what icebergs keep back") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 10@100 show=2
      accepted 1 10@100
    ann sell 2 5@100 hidden
      accepted 2 5@100
    bob buy 3 16@100 fok
      rejected not_filled_wholly
    bob buy 4 15@100 fok
      accepted 4 15@100
      traded 4 1 2@100 left 13/8
      refilled 1 2@100
      traded 4 1 2@100 left 11/6
      refilled 1 2@100
      traded 4 1 2@100 left 9/4
      refilled 1 2@100
      traded 4 1 2@100 left 7/2
      refilled 1 2@100
      traded 4 1 2@100 left 5/0
      traded 4 2 5@100 left 0/0
    )");
}

TEST_CASE("orders: market orders stop at their collar, and take all that they pay") {
  SymbolRules rules;
  rules.market_collar_bp = 200;
  Scenario market{rules};
  check_story(market, R"(
    cat buy 1 5
      rejected no_liquidity
    ann sell 2 5@100
      accepted 2 5@100
    ann sell 3 5@102
      accepted 3 5@102
    ann sell 4 5@103
      accepted 4 5@103
    bob buy 5 12
      accepted 5 12@0
      traded 5 2 5@100 left 7/0
      traded 5 3 5@102 left 2/0
      canceled 5 left 2 collar
    bob has
      USD 998990+0 ART 1000010+0
    bob buy 6 9
      accepted 6 9@0
      traded 6 4 5@103 left 4/0
      canceled 6 left 4 unfilled
    ann buy 7 5@98
      accepted 7 5@98
    ann buy 8 5@96
      accepted 8 5@96
    bob sell 9 7
      accepted 9 7@0
      traded 9 7 5@98 left 2/0
      canceled 9 left 2 collar
    )");
}

TEST_CASE("orders: a budget buys whole lots, fee included") {
  SymbolRules rules;
  rules.taker_fee = 100'000;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 5@100
      accepted 1 5@100
    ann sell 2 5@110
      accepted 2 5@110
    bob buy 3 0 budget=780
      accepted 3 0@0
      traded 3 1 5@100 left 0/0 fees 50/0
      traded 3 2 1@110 left 0/4 fees 11/0
    bob has
      USD 999329+0 ART 1000006+0
    op has
      USD 61+0 ART 0+0
    bob buy 4 0 budget=120
      accepted 4 0@0
      canceled 4 left 0 unfilled
    bob buy 5 0 budget=5000
      accepted 5 0@0
      traded 5 2 4@110 left 0/0 fees 44/0
      canceled 5 left 0 unfilled
    bob has
      USD 998845+0 ART 1000010+0
    )");
}

TEST_CASE("orders: a budget that buys no more does nothing more") {
  SymbolRules rules;
  rules.dynamic_band_bp = 500;
  Scenario market{rules};
  check_story(market, R"(
    bob sell 1 2@100
      accepted 1 2@100
    bob sell 2 1@120
      accepted 2 1@120
    ann buy 3 0 budget=250
      accepted 3 0@0
      traded 3 1 2@100 left 0/0
    ann has
      USD 999800+0 ART 1000002+0
    ann buy 4 0 budget=119
      accepted 4 0@0
      canceled 4 left 0 unfilled
    bob buy 5 0 budget=119 stp=maker
      accepted 5 0@0
      canceled 5 left 0 unfilled
    ann buy 6 0 budget=120
      accepted 6 0@0
      phase volatility_call
      canceled 6 left 0 phase
      indicative 0@0 buyers 0
    ann has
      USD 999800+0 ART 1000002+0
    )");
}

TEST_CASE("orders: a budget that buys no more leaves its own orders, whatever the mode") {
  Scenario market;
  check_story(market, R"(
    bob sell 1 2@100
      accepted 1 2@100
    ann sell 2 1@120
      accepted 2 1@120
    ann buy 3 0 budget=250 stp=maker
      accepted 3 0@0
      traded 3 1 2@100 left 0/0
    bob sell 4 2@100
      accepted 4 2@100
    ann buy 5 0 budget=250 stp=both
      accepted 5 0@0
      traded 5 4 2@100 left 0/0
    bob sell 6 2@100
      accepted 6 2@100
    ann buy 7 0 budget=250 stp=taker
      accepted 7 0@0
      traded 7 6 2@100 left 0/0
    bob sell 8 2@100
      accepted 8 2@100
    ann buy 9 0 budget=250 stp=decrement
      accepted 9 0@0
      traded 9 8 2@100 left 0/0
    ann has
      USD 999200+0 ART 1000007+1
    )");
}

TEST_CASE("orders: a budget that buys no more is not stopped by the collar or by an empty book") {
  SymbolRules rules;
  rules.market_collar_bp = 500;
  rules.quantity_step = Quantity{2};
  Scenario market{rules};
  check_story(market, R"(
    bob sell 1 2@100
      accepted 1 2@100
    bob sell 2 2@120
      accepted 2 2@120
    ann buy 3 0 budget=439
      accepted 3 0@0
      traded 3 1 2@100 left 0/0
    bob sell 4 2@100
      accepted 4 2@100
    ann buy 5 0 budget=440
      accepted 5 0@0
      traded 5 4 2@100 left 0/0
      canceled 5 left 0 collar
    bob cancel 2
      canceled 2 left 2 wanted
    bob sell 6 2@100
      accepted 6 2@100
    ann buy 7 0 budget=200
      accepted 7 0@0
      traded 7 6 2@100 left 0/0
    bob sell 8 2@100
      accepted 8 2@100
    ann buy 9 0 budget=201
      accepted 9 0@0
      traded 9 8 2@100 left 0/0
      canceled 9 left 0 unfilled
    ann has
      USD 999200+0 ART 1000008+0
    )");
}

TEST_CASE("orders: icebergs show a slice, and refill it at the back") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 10@100 show=3
      accepted 1 10@100
    bob sell 2 3@100
      accepted 2 3@100
    book
      ask 6@100 2
    cat buy 3 4@100
      accepted 3 4@100
      traded 3 1 3@100 left 1/7
      refilled 1 3@100
      traded 3 2 1@100 left 0/2
    book
      ask 5@100 2
    ann reduce 1 5
      reduced 1 5@100 left 2
    book
      ask 4@100 2
    ann amend 1 quantity=9
      amended 1 9@100 left 6
    book
      ask 5@100 2
    ann cancel 1
      canceled 1 left 6 wanted
    ann has
      USD 1000300+0 ART 999997+0
    )");
}

TEST_CASE("orders: hidden ones come behind the shown ones of their price") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@100 hidden
      accepted 1 5@100
    bob sell 2 5@100
      accepted 2 5@100
    ann sell 3 5@99 hidden
      accepted 3 5@99
    book
      ask 5@100 1
    cat buy 4 12@100
      accepted 4 12@100
      traded 4 3 5@99 left 7/0
      traded 4 2 5@100 left 2/0
      traded 4 1 2@100 left 0/3
    ann amend 1 quantity=4
      reduced 1 4@100 left 2
    ann amend 1 price=101
      amended 1 4@101 left 2
    book
    )");
}

TEST_CASE("orders: post-only is refused, or slides to one tick from the other side") {
  SymbolRules rules;
  rules.ticks[0].tick = 5;
  Scenario market{rules};
  check_story(market, R"(
    ann sell 1 5@100
      accepted 1 5@100
    bob buy 2 5@100 post
      rejected would_take
    bob buy 3 5@95 post
      accepted 3 5@95
    cat buy 4 5@110 slide
      accepted 4 5@110
      slid 4 to 95
    cat has
      USD 999525+475 ART 1000000+0
    ann sell 5 5@90 slide
      accepted 5 5@90
      slid 5 to 100
    bob sell 6 5@200 slide
      accepted 6 5@200
    bob amend 3 price=100
      rejected would_take
    cat amend 4 price=105
      amended 4 5@95 left 5
    ann mass
      canceled 1 left 5 mass
      canceled 5 left 5 mass
    ann sell 7 5@5 hidden
      accepted 7 5@5
      traded 7 3 5@95 left 0/0
    ann sell 8 9@5
      accepted 8 9@5
      traded 8 4 5@95 left 4/0
    cat buy 9 5@10 slide
      rejected would_take
    )");
}

TEST_CASE("orders: where a post-only order slides to, it keeps the symbol's rules") {
  SymbolRules rules;
  rules.notional_min = 60;
  rules.notional_max = 1'000;
  Scenario market{rules};
  check_story(market, R"(
    bob buy 1 1@500
      accepted 1 1@500
    ann sell 2 10@50 slide
      rejected notional_above_max
    ann sell 3 1@70 slide
      accepted 3 1@70
      slid 3 to 501
    ann cancel 3
      canceled 3 left 1 wanted
    bob cancel 1
      canceled 1 left 1 wanted
    ann sell 4 1@60
      accepted 4 1@60
    bob buy 5 1@99 slide
      rejected notional_below_min
    bob buy 6 2@99 slide
      accepted 6 2@99
      slid 6 to 59
    bob amend 6 price=99 quantity=1
      rejected notional_below_min
    )");
  SymbolRules banded;
  banded.static_band_bp = 1'000;
  Scenario narrow{banded};
  check_story(narrow, R"(
    bob buy 1 1@110
      accepted 1 1@110
    ann sell 2 1@95 slide
      rejected price_outside_band
    )");
}

TEST_CASE("orders: nothing slides to where its value is more than an amount can hold") {
  SymbolRules rules;
  rules.tick_quote = 1'000'000'000'000'000;
  Scenario market{rules};
  check_story(market, R"(
    bob deposit USD 9000000000000000000
      balance 9000000000000000000
    bob buy 1 1@5000
      accepted 1 1@5000
    ann sell 2 1000@1 slide
      rejected overflow
    )");
  market.save_and_load();
}

TEST_CASE("orders: an amendment that crosses trades as a taker") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@105
      accepted 1 5@105
    bob buy 2 8@100 client=first
      accepted 2 8@100
    bob amend 2 price=106 quantity=9 client=second
      amended 2 9@106 left 9
      traded 2 1 5@105 left 4/0
    bob has
      USD 999051+424 ART 1000005+0
    bob amend 2 client=third
      reduced 2 9@106 left 4
    bob buy 3 1@90 client=second
      accepted 3 1@90
    bob amend 3 client=third
      rejected client_order_id_taken
    bob amend 2 price=106
      rejected nothing_to_change
    bob amend 2 quantity=5
      rejected quantity_below_traded
    bob amend 2 trigger=100
      rejected combination_unsupported
    bob amend 2 price=4000000
      rejected balance_insufficient
    )");
  CHECK(market.engine().find(AccountId{2}, ClientOrderId{"third"}) == OrderId{2});
}

TEST_CASE("orders: an amendment that is to be only less takes away, or does nothing") {
  Scenario market;
  check_story(market, R"(
    ann buy 1 10@100
      accepted 1 10@100
    bob buy 2 5@100
      accepted 2 5@100
    ann amend 1 quantity=5 less
      reduced 1 5@100 left 5
    ann amend 1 quantity=8 less
      rejected nothing_to_change
    ann amend 1 quantity=5 less
      rejected nothing_to_change
    ann amend 1 less
      rejected nothing_to_change
    ann amend 1 price=101 quantity=3 less
      rejected combination_unsupported
    ann amend 1 quantity=3 client=other less
      rejected combination_unsupported
    bob amend 1 quantity=3 less
      rejected not_the_owner
    cat sell 3 2@100
      accepted 3 2@100
      traded 3 1 2@100 left 0/3
    ann amend 1 quantity=2 less
      rejected quantity_below_traded
    op phase halted
      phase halted
    ann amend 1 quantity=4
      rejected symbol_halted
    ann amend 1 quantity=4 less
      reduced 1 4@100 left 2
    op phase closed
      phase closed
    ann amend 1 quantity=3 less
      reduced 1 3@100 left 1
    ann suspend
      canceled 1 left 1 suspended
    ann amend 1 quantity=2
      rejected account_suspended
    ann amend 1 quantity=2 less
      rejected order_unknown
    )");
}

TEST_CASE("orders: what an only_less takes away is whole steps, whatever minimum there is") {
  SymbolRules rules;
  rules.quantity_min = Quantity{4};
  rules.quantity_step = Quantity{2};
  Scenario market{rules};
  check_story(market, R"(
    ann buy 1 10@100
      accepted 1 10@100
    ann amend 1 quantity=7 less
      rejected quantity_step_invalid
    ann amend 1 quantity=2 less
      reduced 1 2@100 left 2
    )");
}

TEST_CASE("orders: mass cancel by side, session and symbol; account 0 cancels everybody's") {
  Scenario market;
  market.define({}, 2);
  check_story(market, R"(
    ann buy 5 1@90 session=7
      accepted 5 1@90
    ann sell 4 1@110 session=7
      accepted 4 1@110
    ann buy 3 1@90
      accepted 3 1@90
    ann buy 2 1@90 symbol=2
      accepted 2 1@90
    bob buy 1 1@90 session=7
      accepted 1 1@90
    ann mass sells session=7
      canceled 4 left 1 mass
    ann mass session=7
      canceled 5 left 1 mass
    ann mass symbol=2
      canceled 2 left 1 mass
    ann mass symbol=9
      rejected symbol_unknown
    op mass
      canceled 1 left 1 mass
      canceled 3 left 1 mass
    )");
}

TEST_CASE("orders: gtd ones do not trade when their time is over, told or not") {
  Scenario market;
  check_story(market, R"(
    ann sell 1 5@100 gtd=50
      accepted 1 5@100
    ann sell 2 5@100 gtd=60
      accepted 2 5@100
    bob sell 3 5@100
      accepted 3 5@100
    op time 49
    op time 50
      canceled 1 left 5 expired
    ann sell 4 5@100 gtd=50
      rejected expiry_in_the_past
    )");
  // Somebody else's command brings the time.
  market.set_time(Time{60});
  check_story(market, R"(
    ann amend 2 quantity=9
      rejected order_unknown
    cat buy 5 7@100 fok
      rejected not_filled_wholly
    cat buy 6 7@100
      accepted 6 7@100
      canceled 2 left 5 expired
      traded 6 3 5@100 left 2/0
    )");
}

}  // namespace mainstay::exchange::engine_orders_test
