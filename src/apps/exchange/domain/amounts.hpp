#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// For sums and products of amounts.
__extension__ typedef __int128 WideAmount;

inline constexpr Amount amount_max = std::numeric_limits<Amount>::max();
inline constexpr Amount rate_one = 1'000'000;  // rates are in millionths

/// price x quantity x unit; nothing beyond what an amount can hold. `unit` >= 1.
inline std::optional<Amount> notional(Price price, Quantity quantity, Amount unit) {
  const std::uint64_t ticks = std::uint64_t{price.get()} * quantity.get();
  // Both without a sign, as one multiplication can tell.
  std::uint64_t out = 0;
  const bool beyond = __builtin_mul_overflow(ticks, static_cast<std::uint64_t>(unit), &out);
  if (beyond || out > static_cast<std::uint64_t>(amount_max)) return std::nullopt;
  return static_cast<Amount>(out);
}

/// The same of a product that has been seen to fit.
inline Amount known_notional(Price price, std::uint32_t quantity, Amount unit) {
  return static_cast<Amount>(std::uint64_t{price.get()} * quantity) * unit;
}

/// amount x rate in millionths, rounded up: a fee up, a rebate (a negative rate) down. `amount` >=
/// 0, and the rate at most one in either direction: so the result's size is at most the amount.
inline Amount share(Amount amount, std::int32_t rate) {
  if (rate == 0) return 0;
  Amount product = 0;
  if (!__builtin_mul_overflow(amount, Amount{rate}, &product)) [[likely]] {
    return product / rate_one + (product % rate_one > 0 ? 1 : 0);
  }
  const WideAmount wide = static_cast<WideAmount>(amount) * rate;
  return static_cast<Amount>(wide / rate_one) + (wide % rate_one > 0 ? 1 : 0);
}

/// What a buy of that notional holds: it, and the highest fee that it may cost.
inline std::optional<Amount> hold(Amount notional, std::int32_t rate) {
  Amount out = 0;
  if (__builtin_add_overflow(notional, share(notional, rate), &out)) return std::nullopt;
  return out;
}

/// The largest notional whose hold is at most `budget` (>= 0); `rate` >= 0.
inline Amount notional_within(Amount budget, std::int32_t rate) {
  const WideAmount exact = static_cast<WideAmount>(budget) * rate_one / (rate_one + rate);
  auto out = static_cast<Amount>(exact);
  while (out > 0 && out + share(out, rate) > budget) --out;  // once at most: rounding
  return out;
}

}  // namespace mainstay::exchange
