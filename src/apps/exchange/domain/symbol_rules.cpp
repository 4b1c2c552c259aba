#include "apps/exchange/domain/symbol_rules.hpp"

#include <algorithm>

#include "apps/exchange/domain/amounts.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint32_t band_max_bp = 1'000'000;
constexpr std::int64_t call_max_ns = 7 * 86'400 * 1'000'000'000LL;
constexpr std::uint32_t bp_one = 10'000;

bool are_ticks_valid(const SymbolRules& rules) {
  if (rules.tick_steps < 1 || rules.tick_steps > SymbolRules::tick_steps_max) return false;
  if (rules.ticks[0].from != Price{}) return false;
  for (std::size_t i = 0; i < rules.tick_steps; ++i) {
    const TickStep& step = rules.ticks[i];
    if (step.tick == 0 || step.from.get() % step.tick != 0) return false;
    if (i > 0 && step.from <= rules.ticks[i - 1].from) return false;
  }
  return true;
}

bool are_fees_valid(const SymbolRules& rules) {
  const auto fits = [](std::int32_t rate) { return -rate_one <= rate && rate <= rate_one; };
  return fits(rules.maker_fee) && fits(rules.taker_fee) && rules.maker_fee + rules.taker_fee >= 0;
}

std::size_t step_of(const SymbolRules& rules, Price price) {
  std::size_t i = rules.tick_steps - std::size_t{1};
  while (rules.ticks[i].from > price) --i;
  return i;
}

}  // namespace

bool is_valid(const SymbolRules& rules) {
  if (rules.lot_base < 1 || rules.tick_quote < 1) return false;
  if (!are_ticks_valid(rules) || !are_fees_valid(rules)) return false;
  if (rules.quantity_min < Quantity{1} || rules.quantity_max < rules.quantity_min) return false;
  if (rules.quantity_step < Quantity{1} || rules.notional_min < 0) return false;
  if (rules.notional_max != 0 && rules.notional_max < rules.notional_min) return false;
  const auto widest =
      std::max({rules.static_band_bp, rules.dynamic_band_bp, rules.market_collar_bp});
  return widest <= band_max_bp && rules.volatility_call_ns >= 0 &&
         rules.volatility_call_ns <= call_max_ns;
}

bool is_on_tick(const SymbolRules& rules, Price price) {
  return price.get() % rules.ticks[step_of(rules, price)].tick == 0;
}

Price allowed_from(const SymbolRules& rules, Price price) {
  const std::size_t i = step_of(rules, std::max(price, Price{1}));
  const std::uint64_t tick = rules.ticks[i].tick;
  const std::uint64_t up = (std::max<std::uint64_t>(price.get(), 1) + tick - 1) / tick * tick;
  if (i + 1U < rules.tick_steps && up > rules.ticks[i + 1].from.get()) {
    return rules.ticks[i + 1].from;
  }
  return up > 0xFFFFFFFFU ? Price{} : Price{static_cast<std::uint32_t>(up)};
}

Price allowed_until(const SymbolRules& rules, Price price) {
  return Price{price.get() - price.get() % rules.ticks[step_of(rules, price)].tick};
}

Reject check_quantity(const SymbolRules& rules, Quantity quantity) {
  if (quantity < rules.quantity_min) return Reject::quantity_below_min;
  if (quantity > rules.quantity_max) return Reject::quantity_above_max;
  const std::uint32_t step = rules.quantity_step.get();
  if (step != 1 && quantity.get() % step != 0) return Reject::quantity_step_invalid;
  return Reject::none;
}

PriceBand around(Price middle, std::uint32_t basis_points) {
  if (middle == Price{} || basis_points == 0) return {};
  const std::uint64_t price = middle.get();
  const std::uint64_t high = price * (bp_one + basis_points) / bp_one;
  PriceBand range{
      .high = Price{static_cast<std::uint32_t>(std::min<std::uint64_t>(high, 0xFFFFFFFFU))}};
  if (basis_points < bp_one) {
    const std::uint64_t low = (price * (bp_one - basis_points) + bp_one - 1) / bp_one;
    range.low = Price{static_cast<std::uint32_t>(low)};
  }
  return range;
}

}  // namespace mainstay::exchange
