#include "apps/exchange/domain/symbol_rules.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::symbol_rules_test {
namespace {

/// 1 below 100, 5 below 1,000, then 50.
SymbolRules stepped() {
  SymbolRules rules;
  rules.ticks[1] = {Price{100}, 5};
  rules.ticks[2] = {Price{1'000}, 50};
  rules.tick_steps = 3;
  return rules;
}

bool is_valid_with(void (*change)(SymbolRules&)) {
  SymbolRules rules = stepped();
  change(rules);
  return is_valid(rules);
}

}  // namespace

TEST_CASE("symbol rules: what contradicts itself") {
  CHECK(is_valid(SymbolRules{}));
  CHECK(is_valid(stepped()));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.lot_base = 0; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.tick_quote = -1; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.tick_steps = 0; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.tick_steps = 9; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.ticks[0].from = Price{1}; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.ticks[1].tick = 0; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.ticks[1].tick = 3; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.ticks[2].from = Price{100}; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.quantity_min = Quantity{}; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.quantity_max = Quantity{}; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.quantity_step = Quantity{}; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.notional_min = -1; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) {
    rules.notional_min = 2;
    rules.notional_max = 1;
  }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.maker_fee = -1; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.taker_fee = 1'000'001; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.static_band_bp = 1'000'001; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.volatility_call_ns = -1; }));
  CHECK_FALSE(is_valid_with([](SymbolRules& rules) { rules.volatility_call_ns = INT64_MAX; }));
}

TEST_CASE("symbol rules: the allowed prices, against all of them") {
  const SymbolRules rules = stepped();
  std::uint32_t below = 0;
  for (std::uint32_t price = 1; price < 2'000; ++price) {
    const std::uint32_t tick = price < 100 ? 1 : price < 1'000 ? 5 : 50;
    const bool allowed = price % tick == 0;
    REQUIRE(is_on_tick(rules, Price{price}) == allowed);
    if (allowed) {
      for (std::uint32_t up = below + 1; up <= price; ++up) {
        REQUIRE(allowed_from(rules, Price{up}) == Price{price});
      }
      below = price;
    }
    REQUIRE(allowed_until(rules, Price{price}) == Price{below});
  }
  CHECK(allowed_from(rules, Price{}) == Price{1});
  CHECK(allowed_until(rules, Price{}) == Price{});
  CHECK(allowed_from(rules, Price{0xFFFFFFFF}) == Price{});
}

TEST_CASE("symbol rules: quantities, and the order of what is wrong with them") {
  SymbolRules rules;
  rules.quantity_min = Quantity{10};
  rules.quantity_max = Quantity{100};
  rules.quantity_step = Quantity{5};
  CHECK(check_quantity(rules, Quantity{10}) == Reject::none);
  CHECK(check_quantity(rules, Quantity{9}) == Reject::quantity_below_min);
  CHECK(check_quantity(rules, Quantity{101}) == Reject::quantity_above_max);
  CHECK(check_quantity(rules, Quantity{11}) == Reject::quantity_step_invalid);
}

TEST_CASE("price range: rounds inwards; without a middle it has all") {
  const PriceBand range = around(Price{999}, 100);
  CHECK(range.low == Price{990});
  CHECK(range.high == Price{1'008});
  CHECK(around(Price{}, 100).has(Price{0xFFFFFFFF}));
  CHECK(around(Price{5}, 0).has(Price{1}));
  CHECK(around(Price{0xFFFFFFFF}, 1'000'000).has(Price{0xFFFFFFFF}));
  CHECK(around(Price{100}, 20'000).low == Price{});
}

}  // namespace mainstay::exchange::symbol_rules_test
