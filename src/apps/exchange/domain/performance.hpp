#pragma once

#include <cstdint>
#include <span>

#include "apps/exchange/domain/order_log.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// What an account has done in one symbol. Units are the base asset's, money the quote asset's.
struct Dealings {
  std::int64_t issued = 0;  // units bought from the artist
  Amount issue_cost = 0;
  std::int64_t bought = 0;  // in the book
  Amount paid = 0;          // fees included
  std::int64_t sold = 0;
  Amount received = 0;  // fees taken off
};

/// Adds those of the fills that are of this symbol and stand. `lot_base`: units in a lot.
void add_fills(std::span<const Fill* const> fills, SymbolId symbol, Amount lot_base, Dealings& out);

struct Performance {
  std::int64_t units = 0;  // left
  Amount cost = 0;         // of those, at the average of all that were bought
  Amount value = 0;        // of those, at the last price
  Amount realised = 0;     // what the sold ones brought beyond their cost
  Amount unrealised = 0;   // value - cost
};

/// By average cost: the cost of what is sold is its share of all that was paid, rounded down, so
/// that realised + unrealised is received + value - paid - issue_cost exactly. `price`: of
/// `per_units` units; 0: nothing has traded, and the value is the cost. Sums stop at the ends of an
/// Amount.
Performance performance_of(const Dealings& dealings, Amount price, Amount per_units);

}  // namespace mainstay::exchange
