// Holds, fees, deposits, busts: the ledger as seen from outside.
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_money_test {
namespace {

SymbolRules fees(std::int32_t maker, std::int32_t taker) {
  SymbolRules rules;
  rules.maker_fee = maker;
  rules.taker_fee = taker;
  return rules;
}

}  // namespace

TEST_CASE("money: a buy holds its price and fee, and gets back what was better") {
  Scenario market{fees(1'000, 2'500)};
  check_story(market, R"(
    ann buy 1 10@101
      accepted 1 10@101
    ann has
      USD 998987+1013 ART 1000000+0
    bob sell 2 4@99
      accepted 2 4@99
      traded 2 1 4@101 left 0/6 fees 2/1
    ann has
      USD 998987+608 ART 1000004+0
    bob has
      USD 1000402+0 ART 999996+0
    op has
      USD 3+0 ART 0+0
    bob sell 3 10@90
      accepted 3 10@90
      traded 3 1 6@101 left 4/0 fees 2/1
    cat buy 4 4@100
      accepted 4 4@100
      traded 4 3 4@90 left 0/0 fees 1/1
    cat has
      USD 999639+0 ART 1000004+0
    op has
      USD 8+0 ART 0+0
    )");
}

TEST_CASE("money: a buy with its last unit pays the fee that it holds, part by part") {
  Scenario market{fees(1'000, 1'000)};
  // 10 x 100 and the fee of 1 are all that cat has: ten trades of 100 would cost 1 each, rounded
  // up.
  market.apply(3, AdjustBalance{AssetId{Scenario::usd}, -998'999});
  check_story(market, R"(
    cat buy 1 10@100
      accepted 1 10@100
    cat has
      USD 0+1001 ART 1000000+0
    ann sell 2 1@100
      accepted 2 1@100
      traded 2 1 1@100 left 0/9 fees 1/0
    ann sell 3 8@100
      accepted 3 8@100
      traded 3 1 8@100 left 0/1 fees 1/0
    ann sell 4 1@100
      accepted 4 1@100
      traded 4 1 1@100 left 0/0 fees 1/1
    cat has
      USD 0+0 ART 1000010+0
    )");
}

TEST_CASE("money: rebates round down, and no trade costs the venue anything") {
  Scenario market{fees(-1'000, 1'000)};
  check_story(market, R"(
    ann sell 1 10@99
      accepted 1 10@99
    bob buy 2 9@99
      accepted 2 9@99
      traded 2 1 9@99 left 0/1 fees 1/0
    op has
      USD 1+0 ART 0+0
    ann sell 3 100@99
      accepted 3 100@99
    bob buy 4 101@99
      accepted 4 101@99
      traded 4 1 1@99 left 100/0
      traded 4 3 100@99 left 0/0 fees 10/-9
    op has
      USD 2+0 ART 0+0
    )");
}

TEST_CASE("money: deposits happen once by reference; no more leaves than is free") {
  Scenario market;
  check_story(market, R"(
    77 buy 1 1@100
      rejected account_unknown
    77 deposit USD -5
      rejected account_unknown
    77 deposit 9 5
      rejected asset_unknown
    ann deposit USD 50 ref=7
      balance 50
    ann deposit USD 50 ref=7
      rejected reference_repeated
    bob deposit USD 50 ref=7
      balance 50
    ann buy 1 10000@100
      accepted 1 10000@100
    ann deposit USD -51
      rejected balance_insufficient
    ann deposit USD -50 ref=8
      balance -50
    ann deposit USD 9223372036854775807
      rejected overflow
    ann deposit USD 9223372036853775807
      balance 9223372036853775807
    ann has
      USD 9223372036853775807+1000000 ART 1000000+0
    )");
}

TEST_CASE("money: an account that is full cannot receive; the order that would ends") {
  Scenario market;
  check_story(market, R"(
    ann deposit USD 9223372036853775807
      balance 9223372036853775807
    ann sell 1 5@100
      accepted 1 5@100
    bob sell 2 5@100
      accepted 2 5@100
    cat buy 3 5@100
      accepted 3 5@100
      canceled 1 left 5 funds
      traded 3 2 5@100 left 0/0
    bob buy 4 5@99
      accepted 4 5@99
    ann sell 5 5@99
      accepted 5 5@99
      canceled 5 left 5 funds
    op phase volatility_call
      phase volatility_call
      indicative 0@0 buyers 0
    ann sell 6 5@95
      accepted 6 5@95
      indicative 5@99 buyers 0
    cat sell 7 5@98
      accepted 7 5@98
      indicative 5@97 buyers 0
    op phase continuous
      canceled 6 left 5 funds
      traded 4 7 5@99 left 0/0
      phase continuous 5@99
    )");
}

TEST_CASE("money: a bust takes both legs and the fees back, once, and only what is free") {
  Scenario market{fees(1'000, 2'000)};
  check_story(market, R"(
    ann sell 1 10@100
      accepted 1 10@100
    bob buy 2 10@100
      accepted 2 10@100
      traded 2 1 10@100 left 0/0 fees 2/1
    op bust 2
      rejected trade_unknown
    op deposit USD -1
      balance -1
    op bust 1
      rejected balance_insufficient
    op deposit USD 1
      balance 1
    bob sell 3 1000010@200
      accepted 3 1000010@200
    op bust 1
      rejected balance_insufficient
    bob cancel 3
      canceled 3 left 1000010 wanted
    op bust 1
      busted 1 of 2 1
    op bust 1
      rejected trade_unknown
    ann has
      USD 1000000+0 ART 1000000+0
    bob has
      USD 1000000+0 ART 1000000+0
    op has
      USD 0+0 ART 0+0
    )");
}

TEST_CASE("money: a bust says whose orders had traded, saved and loaded too") {
  Scenario market{fees(1'000, 2'000)};
  market.play(R"(
    ann sell 1 10@100
    bob buy 2 4@100
    cat buy 3 9@90
    bob sell 4 5@90
    op phase closing_call
    bob buy 5 2@101
    op phase closed
  )");
  market.save_and_load();
  struct Leg {
    std::uint64_t order, account;
    Amount fee;
  };
  const auto check = [&](std::string_view bust, Side side, Leg taker, Leg maker) {
    market.play(bust);
    const Event& event = market.last_events().front();
    CAPTURE(bust);
    CHECK(event.kind == EventKind::busted);
    CHECK(event.side == side);
    CHECK((event.order.get() == taker.order && event.account.get() == taker.account));
    CHECK((event.other.get() == maker.order && event.other_account.get() == maker.account));
    CHECK((event.fee == taker.fee && event.other_fee == maker.fee));
  };
  check("op bust 1", Side::buy, {2, 2, 1}, {1, 1, 1});
  check("op bust 2", Side::sell, {4, 2, 1}, {3, 3, 1});
  check("op bust 3", Side::buy, {5, 2, 1}, {1, 1, 1});  // in the auction
}

TEST_CASE("money: new fees hold more of live buys, and end those that cannot pay them") {
  Scenario market;
  check_story(market, R"(
    ann buy 1 10000@100
      accepted 1 10000@100
    bob buy 2 100@50
      accepted 2 100@50
    bob buy 3 100@60 stop=120
      accepted 3 100@60
    )");
  CHECK(market.define(fees(500, 1'000)) == "      canceled 1 left 10000 funds\n      defined\n");
  check_story(market, R"(
    bob has
      USD 988989+11011 ART 1000000+0
    )");
  CHECK(market.define({}) == "      defined\n");
  check_story(market, R"(
    bob has
      USD 989000+11000 ART 1000000+0
    )");
}

TEST_CASE("money: a suspended account loses its orders and may only cancel") {
  Scenario market;
  check_story(market, R"(
    ann buy 2 1@100
      accepted 2 1@100
    ann sell 1 1@200
      accepted 1 1@200
    ann suspend
      canceled 1 left 1 suspended
      canceled 2 left 1 suspended
    ann buy 3 1@100
      rejected account_suspended
    ann cancel 1
      rejected order_unknown
    ann amend 1 price=5
      rejected account_suspended
    ann mass
    ann deposit USD 5
      balance 5
    ann resume
    ann buy 3 1@100
      accepted 3 1@100
    )");
}

}  // namespace mainstay::exchange::engine_money_test
