#include "apps/exchange/domain/performance.hpp"

#include <algorithm>
#include <limits>

#include "apps/exchange/domain/amounts.hpp"

namespace mainstay::exchange {
namespace {

Amount cut(WideAmount value) {
  using Limits = std::numeric_limits<Amount>;
  return static_cast<Amount>(
      std::clamp(value, WideAmount{Limits::min()}, WideAmount{Limits::max()}));
}

}  // namespace

void add_fills(std::span<const Fill* const> fills, SymbolId symbol, Amount lot_base,
               Dealings& out) {
  for (const Fill* fill : fills) {
    if (fill->symbol != symbol || fill->busted) continue;
    const std::int64_t units = cut(WideAmount{fill->quantity.get()} * lot_base);
    if (fill->side == Side::buy) {
      out.bought = cut(WideAmount{out.bought} + units);
      out.paid = cut(WideAmount{out.paid} + fill->quote + fill->fee);
    } else {
      out.sold = cut(WideAmount{out.sold} + units);
      out.received = cut(WideAmount{out.received} + fill->quote - fill->fee);
    }
  }
}

Performance performance_of(const Dealings& dealings, Amount price, Amount per_units) {
  const WideAmount all_units = WideAmount{dealings.issued} + dealings.bought;
  const WideAmount all_cost = WideAmount{dealings.issue_cost} + dealings.paid;
  const WideAmount sold_cost = all_units == 0 ? 0 : all_cost * dealings.sold / all_units;
  Performance out;
  out.units = cut(all_units - dealings.sold);
  out.cost = cut(all_cost - sold_cost);
  out.value = price == 0 ? out.cost : cut(WideAmount{out.units} * price / per_units);
  out.realised = cut(WideAmount{dealings.received} - sold_cost);
  out.unrealised = cut(WideAmount{out.value} - out.cost);
  return out;
}

}  // namespace mainstay::exchange
