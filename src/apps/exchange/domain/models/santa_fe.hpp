#pragma once

#include <cstdint>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// Zero intelligence: orders come at random and know nothing but the best prices. Daniels, Farmer,
/// Gillemot, Iori, Smith, "Quantitative model of price diffusion and market friction based on
/// trading as a mechanistic random process" (PRL 90, 2003); Smith, Farmer, Gillemot,
/// Krishnamurthy, "Statistical theory of the continuous double auction" (2003).
struct SantaFeRates {
  double limit = 0;       // alpha: lots per tick and unit of time, for buy and for sell orders each
  double market = 0;      // mu: lots per unit of time, both sides together, evenly
  double cancel = 0;      // delta: of each lot that rests
  std::int64_t lots = 1;  // sigma: of every order
  std::int64_t ticks_beyond = 100;  // how far from the opposite best limit orders are placed
};

// The theory's scales and closed forms. The two below are regressions on the authors' simulations.

/// mu / 2 alpha, in ticks: around what a spread is.
double santa_fe_price_scale(const SantaFeRates& rates);
/// 2 delta sigma / mu: how coarse an order is among those that rest.
double santa_fe_granularity(const SantaFeRates& rates);
/// (mu / alpha) (0.28 + 1.86 e^(3/4)) with e = sigma delta / mu, in ticks.
double santa_fe_mean_spread(const SantaFeRates& rates);
/// mu^(5/2) delta^(1/2) sigma^(-1/2) alpha^(-2): the variance of the mid price per unit of time is
/// in proportion to this.
double santa_fe_diffusion_scale(const SantaFeRates& rates);

struct BookTop {
  std::int64_t best_bid = 0;      // 0: none
  std::int64_t best_ask = 0;      // 0: none
  std::uint64_t live_orders = 0;  // of this flow
};

enum class FlowKind : std::uint8_t { limit, market, cancel };

struct FlowEvent {
  double wait = 0;  // units of time since the event before
  FlowKind kind = FlowKind::limit;
  bool buy = false;              // of limit and market
  std::int64_t price_ticks = 0;  // of limit; at least 1
  std::int64_t lots = 0;         // of limit and market
  std::uint64_t victim = 0;      // of cancel: below live_orders, all alike
};

/// One global next-event clock: the sum of all rates gives when, a draw among them what. A function
/// of its random numbers and of the tops it is shown.
class SantaFeFlow {
 public:
  /// Refuses rates not above 0 (cancel may be 0), lots or a band below 1, and an anchor within the
  /// band of tick 0. `anchor_ticks` stands for a best price as long as there was none.
  static Result<SantaFeFlow> make(const SantaFeRates& rates, std::int64_t anchor_ticks,
                                  CounterRandom random);

  FlowEvent next(const BookTop& top);

 private:
  SantaFeFlow(const SantaFeRates& rates, std::int64_t anchor_ticks, CounterRandom random)
      : rates_(rates), random_(random), last_bid_(anchor_ticks), last_ask_(anchor_ticks + 1) {}
  std::int64_t limit_price(bool buy);

  SantaFeRates rates_;
  CounterRandom random_;
  std::int64_t last_bid_;
  std::int64_t last_ask_;
};

}  // namespace mainstay::exchange::models
