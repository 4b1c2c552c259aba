// Each reason to refuse, and which comes first when two rules are broken (engine.hpp).
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine_contract.hpp"

namespace mainstay::exchange::engine_rejects_test {
namespace {

SymbolRules narrow() {
  SymbolRules rules;
  rules.ticks[0].tick = 2;
  rules.quantity_min = Quantity{4};
  rules.quantity_max = Quantity{40};
  rules.quantity_step = Quantity{4};
  rules.notional_min = 500;
  rules.notional_max = 3'000;
  rules.static_band_bp = 2'000;
  return rules;
}

}  // namespace

TEST_CASE("rejects: the shape of an order, in their order") {
  Scenario market{narrow()};
  check_story(market, R"(
    77 buy 1 0@101 symbol=9
      rejected account_unknown
    ann buy 1 0@101 symbol=9
      rejected symbol_unknown
    ann buy 1 0 limit
      rejected quantity_zero
    ann buy 1 3 limit ioc post
      rejected price_missing
    ann buy 1 3@101 stop=0 post
      rejected trigger_missing
    ann buy 1 3@101 ioc post gtd=0
      rejected expiry_in_the_past
    ann buy 1 3@101 ioc post
      rejected combination_unsupported
    op phase halted
      phase halted
    ann buy 1 3@101 ioc post
      rejected combination_unsupported
    ann buy 1 3@101 ioc
      rejected symbol_halted
    op phase closed
      phase closed
    ann buy 1 3@101 ioc
      rejected symbol_closed
    op phase opening_call
      phase opening_call
      indicative 0@0 buyers 0
    ann buy 1 3@101 ioc
      rejected not_in_a_call
    ann buy 1 3@101
      rejected tick_invalid
    op phase continuous
      phase continuous
    ann buy 1 3
      rejected no_liquidity
    )");
}

TEST_CASE("rejects: combinations that do not go together") {
  Scenario market;
  for (const std::string_view order : {
           "5 post",          "5 slide",           "5 hidden",           "5 show=2",
           "5@100 post ioc",  "5@100 hidden fok",  "5@100 show=2 ioc",   "5@100 hidden show=2",
           "5@100 show=6",    "500@100 show=4",    "5 stop=100 hidden",  "5 stop=100 show=1",
           "5@1 stop=9 post", "5@100 budget=5",    "5 budget=500",       "0 budget=500 fok",
           "0@100 budget=5",  "0 stop=5 budget=5", "5 stop=9 budget=50",
       }) {
    CAPTURE(order);
    CHECK(market.play("ann buy 1 " + std::string{order})
              .ends_with("rejected combination_unsupported\n"));
  }
  CHECK(market.play("ann sell 1 0 budget=5").ends_with("rejected combination_unsupported\n"));
  const PlaceOrder negative{
      .id = OrderId{1}, .symbol = SymbolId{1}, .type = OrderType::market, .budget = -5};
  CHECK(market.apply(1, negative).ends_with("rejected combination_unsupported\n"));
  PlaceOrder expires{.id = OrderId{1}, .symbol = SymbolId{1}, .price = Price{9}};
  expires.quantity = Quantity{1};
  expires.expires = Time{99};
  CHECK(market.apply(1, expires).ends_with("rejected combination_unsupported\n"));
}

TEST_CASE("rejects: the symbol's rules, in their order") {
  Scenario market{narrow()};
  check_story(market, R"(
    ann sell 9 8@100 client=x
      accepted 9 8@100
    ann buy 1 3@101
      rejected tick_invalid
    ann buy 1 3@100 stop=101
      rejected tick_invalid
    ann buy 1 3@100
      rejected quantity_below_min
    ann buy 1 41@100
      rejected quantity_above_max
    ann buy 1 6@60
      rejected quantity_step_invalid
    ann buy 1 8@60 show=2
      rejected quantity_step_invalid
    ann buy 9 4@60
      rejected notional_below_min
    ann buy 9 40@200
      rejected notional_above_max
    ann buy 9 8@130
      rejected price_outside_band
    ann buy 9 8@120 client=x
      rejected order_id_taken
    ann buy 1 8@120 client=x post
      rejected client_order_id_taken
    ann buy 1 8@120 post
      rejected would_take
    ann buy 1 0 budget=499
      rejected notional_below_min
    ann buy 1 0 budget=3001
      rejected notional_above_max
    bob buy 1 4
      rejected notional_below_min
    ann reduce 9 0
      rejected quantity_zero
    ann reduce 9 3
      rejected quantity_step_invalid
    ann amend 9 quantity=6
      rejected quantity_step_invalid
    ann amend 9 price=101 quantity=40
      rejected tick_invalid
    ann amend 9 price=118 quantity=40
      rejected notional_above_max
    ann amend 9 price=130
      rejected price_outside_band
    )");
}

TEST_CASE("rejects: products that no amount can hold") {
  SymbolRules rules;
  rules.lot_base = amount_max / 10;
  rules.tick_quote = 1'000'000'000;
  rules.taker_fee = 1'000'000;
  Scenario market{rules};
  check_story(market, R"(
    ann buy 1 9000@4000000000
      rejected overflow
    ann sell 1 11@1
      rejected overflow
    ann sell 1 10@1
      rejected balance_insufficient
    ann buy 1 9@900000000
      rejected overflow
    ann buy 1 9@100000000
      rejected balance_insufficient
    )");
}

TEST_CASE("rejects: orders of others, and how many there may be") {
  EngineOptions options;
  options.orders_per_account_max = 2;
  options.orders_max = 3;
  Scenario market{{}, options};
  check_story(market, R"(
    ann buy 1 1@90
      accepted 1 1@90
    ann buy 2 1@90
      accepted 2 1@90
    ann buy 3 1@4000000
      rejected orders_too_many
    bob buy 3 1@90
      accepted 3 1@90
    bob buy 4 1@90
      rejected orders_too_many
    bob reduce 1 1
      rejected not_the_owner
    bob amend 1 price=91
      rejected not_the_owner
    bob amend 9 price=91
      rejected order_unknown
    77 cancel 1
      rejected account_unknown
    77 mass
      rejected account_unknown
    77 suspend
      rejected account_unknown
    op reduce 1 1
      canceled 1 left 1 wanted
    )");
}

TEST_CASE("rejects: definitions that contradict what is there") {
  Scenario market;
  const std::string wrong = "      rejected definition_invalid\n";
  const auto asset = [&](std::uint32_t id, std::string_view name, std::uint8_t decimals) {
    return market.apply(0, DefineAsset{AssetId{id}, Name{name}, decimals});
  };
  CHECK(asset(65'536, "X", 2) == wrong);
  CHECK(asset(3, "", 2) == wrong);
  CHECK(asset(3, "X", 19) == wrong);
  CHECK(asset(3, "USD", 2) == wrong);
  CHECK(asset(1, "USD", 3) == wrong);
  CHECK(asset(1, "USD", 2) == "      defined\n");
  // Two who look for a free id at once find the same: the second one's asset takes no other's
  // place.
  const std::string taken = "      rejected id_taken\n";
  CHECK(asset(1, "EUR", 2) == taken);

  const DefineSymbol sound{
      .id = SymbolId{1}, .name = Name{"ARTUSD"}, .base = AssetId{2}, .quote = AssetId{1}};
  const auto with = [&](void (*change)(DefineSymbol&)) {
    DefineSymbol symbol = sound;
    change(symbol);
    return market.apply(0, symbol);
  };
  CHECK(with([](DefineSymbol& s) { s.id = SymbolId{65'536}; }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.name = Name{}; }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.id = SymbolId{2}; }) == wrong);  // the name is taken
  CHECK(with([](DefineSymbol& s) { s.name = Name{"ARTEUR"}; }) == taken);
  CHECK(with([](DefineSymbol& s) { s.base = s.quote; }) == wrong);
  CHECK(with([](DefineSymbol& s) { std::swap(s.base, s.quote); }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.rules.lot_base = 2; }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.rules.tick_quote = 2; }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.rules.tick_steps = 0; }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.base = AssetId{9}; }) == "      rejected asset_unknown\n");
  CHECK(with([](DefineSymbol& s) {
          s.id = SymbolId{2};
          s.name = Name{"NEW"};
          s.phase = Phase::volatility_call;
        }) == wrong);
  CHECK(with([](DefineSymbol& s) { s.phase = Phase::volatility_call; }) == "      defined\n");
  CHECK(with([](DefineSymbol& s) { s.rules.quantity_min = Quantity{5}; }) == "      defined\n");
  CHECK(market.play("ann buy 1 4@100").ends_with("rejected quantity_below_min\n"));
  CHECK(market.apply(0, SetPhase{SymbolId{5}, Phase::halted}) == "      rejected symbol_unknown\n");
  CHECK(market.apply(0, BustTrade{SymbolId{5}, TradeId{1}}) == "      rejected symbol_unknown\n");
}

}  // namespace mainstay::exchange::engine_rejects_test
