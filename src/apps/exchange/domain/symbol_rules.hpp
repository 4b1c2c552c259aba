#pragma once

#include <cstdint>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/reject.hpp"

namespace mainstay::exchange {

/// Nothing contradicts itself: units and steps of at least one, ticks ascending from 0 and each
/// step's price a multiple of its tick, minima below maxima, rates at most one whole and together
/// not negative, bands at most a hundredfold, volatility calls a week.
bool is_valid(const SymbolRules& rules);

/// Whether all prices are allowed, so that none need be looked at.
inline bool allows_all_prices(const SymbolRules& rules) {
  return rules.tick_steps == 1 && rules.ticks[0].tick == 1;
}
bool is_on_tick(const SymbolRules& rules, Price price);
/// The nearest allowed price from here on, upwards or downwards; 0: there is none.
Price allowed_from(const SymbolRules& rules, Price price);
Price allowed_until(const SymbolRules& rules, Price price);

/// Minimum, maximum, step, in that order.
Reject check_quantity(const SymbolRules& rules, Quantity quantity);

/// Prices from `low` to `high`.
struct PriceBand {
  Price low{};
  Price high{0xFFFFFFFFU};
  [[nodiscard]] bool has(Price price) const { return low <= price && price <= high; }
};
/// At most `basis_points` away from `middle`; 0 of either: all prices.
PriceBand around(Price middle, std::uint32_t basis_points);

}  // namespace mainstay::exchange
