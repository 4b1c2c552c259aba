#pragma once

#include <limits>

#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// What that many lots cost, in units of the quote asset; the largest amount where it would not
/// fit, which the engine refuses before anything trades.
inline Amount quote_amount(Price price, Quantity quantity, Amount tick_quote) {
  const std::uint64_t ticks = std::uint64_t{price.get()} * quantity.get();
  Amount out = 0;
  const bool over = __builtin_mul_overflow(ticks, tick_quote, &out);
  return over ? std::numeric_limits<Amount>::max() : out;
}

/// For sums over a long time, which stop at the largest amount rather than turn negative.
inline Amount sum(Amount a, Amount b) {
  Amount out = 0;
  if (!__builtin_add_overflow(a, b, &out)) return out;
  return b < 0 ? std::numeric_limits<Amount>::min() : std::numeric_limits<Amount>::max();
}

}  // namespace mainstay::exchange
