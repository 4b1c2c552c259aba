#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace mainstay::exchange::models {

/// The dealer of O'Hara and Oldfield ("The microeconomics of market making", JFQA 21, 1986), from
/// its objective. In a period it sells A = alpha - gamma a + w at the ask a and buys
/// B = beta + phi b + e at the bid b, w and e with the means and variances below (beta is normally
/// negative). Its inventory becomes I' = I + B - A; cash is aA - bB + r p I', since what it holds
/// is lent or borrowed overnight at rate r on the price p. It maximises
///     E[cash] - c/2 Var[cash] + E[p I'] - d/2 Var[p I'].
struct DealerMarket {
  double alpha = 0;
  double gamma = 0;  // > 0
  double beta = 0;
  double phi = 0;  // > 0
  double w_mean = 0;
  double w_variance = 0;
  double e_mean = 0;
  double e_variance = 0;
  double price_mean = 0;
  double price_variance = 0;
  double rate = 0;           // of a night
  double cash_aversion = 0;  // c
  double risk_aversion = 0;  // d, for the inventory's value
};

struct DealerQuotes {
  double ask = 0;
  double bid = 0;
};

/// The value of inventory after a period: marginal * I' - curvature / 2 * I'^2, of which `carried`
/// of the marginal value is cash of the same period (and as uncertain to a cash-averse dealer).
struct InventoryValue {
  double marginal = 0;
  double curvature = 0;
  double carried = 0;
};

/// Quotes for a day of several periods; execution at the end of each. Made for one market; pure.
class Dealer {
 public:
  /// Refuses gamma or phi not above 0, negative variances or aversions, and what is not finite.
  static Result<Dealer> make(const DealerMarket& market);

  /// The last period's quotes (the day's only one, if it has one period).
  [[nodiscard]] DealerQuotes quotes(double inventory) const;
  /// With `left` more periods behind this one; at most 10'000. Backward recursion: the value of
  /// inventory stays quadratic, so an earlier period is the last one with other coefficients, and
  /// without interest.
  [[nodiscard]] DealerQuotes quotes(double inventory, int left) const;

  /// What the dealer maximises in the last period.
  [[nodiscard]] double objective(double inventory, DealerQuotes quotes) const;

  [[nodiscard]] const DealerMarket& market() const { return market_; }

  // The pieces of the recursion, for who wants to look: the value of inventory behind a period with
  // `left` more behind it, and the quotes that are best for such a value.
  [[nodiscard]] InventoryValue value_behind(int left) const;
  [[nodiscard]] DealerQuotes best_quotes(double inventory, const InventoryValue& value) const;

 private:
  explicit Dealer(const DealerMarket& market) : market_(market) {}
  [[nodiscard]] double expected_inventory(double inventory, DealerQuotes quotes) const;

  DealerMarket market_;
};

// --- from a real book
// ---------------------------------------------------------------------------

/// What rests at one price.
struct DepthPoint {
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
};

struct DemandLine {
  double at_zero = 0;
  double slope = 0;
};

/// Least squares of cumulative depth against price: `best_first` is one side of a book. On the buy
/// side alpha = at_zero and gamma = -slope, on the sell side beta and phi. Refuses fewer than two
/// prices.
Result<DemandLine> fitted_demand(std::span<const DepthPoint> best_first);

struct FlowMoments {
  double mean = 0;
  double variance = 0;
};

/// Of the lots that market orders took in each of the last periods; zeros when there were none.
FlowMoments flow_moments(std::span<const std::int64_t> lots_by_period);

struct TickQuotes {
  std::int64_t bid_ticks = 0;
  std::int64_t ask_ticks = 0;
};

/// Rounded away from each other, within 1 to `price_ticks_max`, and at least one tick apart.
TickQuotes to_ticks(DealerQuotes quotes, std::int64_t price_ticks_max);

}  // namespace mainstay::exchange::models
