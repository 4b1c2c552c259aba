#include "apps/exchange/domain/models/dealer.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::models {
namespace {

struct Bounded {
  const char* name;
  double value;
  double least;
};

double within_ticks(double price, std::int64_t price_ticks_max) {
  return std::clamp(price, 1.0, static_cast<double>(price_ticks_max));
}

}  // namespace

Result<Dealer> Dealer::make(const DealerMarket& market) {
  constexpr double most = ModelLimits::magnitude_max;
  constexpr double least_slope = 1 / most;
  const Bounded all[] = {{"alpha", market.alpha, -most},
                         {"gamma", market.gamma, least_slope},
                         {"beta", market.beta, -most},
                         {"phi", market.phi, least_slope},
                         {"w_mean", market.w_mean, -most},
                         {"w_variance", market.w_variance, 0},
                         {"e_mean", market.e_mean, -most},
                         {"e_variance", market.e_variance, 0},
                         {"price_mean", market.price_mean, -most},
                         {"price_variance", market.price_variance, 0},
                         {"rate", market.rate, 0},
                         {"cash_aversion", market.cash_aversion, 0},
                         {"risk_aversion", market.risk_aversion, 0}};
  for (const Bounded& one : all) {
    if (one.value >= one.least && one.value <= most) continue;
    return Error{ModelErrc::parameters_invalid,
                 std::string{one.name} + " of the dealer is " + std::to_string(one.value) +
                     "; it must be at least " + std::to_string(one.least) + " and at most 1e9"};
  }
  return Dealer{market};
}

DealerQuotes Dealer::quotes(double inventory) const { return quotes(inventory, 0); }

DealerQuotes Dealer::quotes(double inventory, int left) const {
  return best_quotes(inventory, value_behind(left));
}

DealerQuotes Dealer::best_quotes(double inventory, const InventoryValue& value) const {
  const DealerMarket& m = market_;
  const double k = value.curvature;
  const double c = m.cash_aversion;
  const double drift = inventory + m.beta + m.e_mean - m.alpha - m.w_mean;
  // The two first-order conditions, linear in (a, b).
  const double aa = 2 * m.gamma + c * m.w_variance + k * m.gamma * m.gamma;
  const double ab = k * m.gamma * m.phi;
  const double bb = 2 * m.phi + c * m.e_variance + k * m.phi * m.phi;
  const double a_side = m.alpha + m.w_mean + value.marginal * m.gamma +
                        c * value.carried * m.w_variance - k * m.gamma * drift;
  const double b_side = -m.beta - m.e_mean + value.marginal * m.phi +
                        c * value.carried * m.e_variance - k * m.phi * drift;
  const double determinant = aa * bb - ab * ab;  // > 0: gamma and phi are
  return {(a_side * bb - b_side * ab) / determinant, (b_side * aa - a_side * ab) / determinant};
}

double Dealer::expected_inventory(double inventory, DealerQuotes quotes) const {
  const DealerMarket& m = market_;
  const double sold = m.alpha - m.gamma * quotes.ask + m.w_mean;
  const double bought = m.beta + m.phi * quotes.bid + m.e_mean;
  return inventory + bought - sold;
}

InventoryValue Dealer::value_behind(int left) const {
  MS_CHECK(left >= 0 && left <= 10'000);
  const DealerMarket& m = market_;
  InventoryValue value;
  value.carried = m.rate * m.price_mean;
  value.marginal = (1 + m.rate) * m.price_mean;
  value.curvature = (m.cash_aversion * m.rate * m.rate + m.risk_aversion) * m.price_variance;
  for (int period = 0; period < left; ++period) {
    // By the envelope theorem the derivative of the period's value is that of the value behind it
    // at the expected inventory, which is linear in the inventory before.
    const double at_0 = expected_inventory(0, best_quotes(0, value));
    const double at_1 = expected_inventory(1, best_quotes(1, value));
    value = {value.marginal - value.curvature * at_0, value.curvature * (at_1 - at_0), 0};
  }
  return value;
}

double Dealer::objective(double inventory, DealerQuotes quotes) const {
  const DealerMarket& m = market_;
  const double sold = m.alpha - m.gamma * quotes.ask + m.w_mean;
  const double bought = m.beta + m.phi * quotes.bid + m.e_mean;
  const double held = inventory + bought - sold;
  const double carried = m.rate * m.price_mean;
  const double flows = m.w_variance + m.e_variance;
  const double stock_variance =  // of p I', p and the flows independent
      m.price_mean * m.price_mean * flows + m.price_variance * (held * held + flows);
  const double cash_variance = (quotes.ask - carried) * (quotes.ask - carried) * m.w_variance +
                               (quotes.bid - carried) * (quotes.bid - carried) * m.e_variance +
                               m.rate * m.rate * m.price_variance * (held * held + flows);
  return quotes.ask * sold - quotes.bid * bought + (1 + m.rate) * m.price_mean * held -
         m.cash_aversion / 2 * cash_variance - m.risk_aversion / 2 * stock_variance;
}

Result<DemandLine> fitted_demand(std::span<const DepthPoint> best_first) {
  if (best_first.size() < 2) {
    return Error{ModelErrc::parameters_invalid, "a demand line needs two prices or more"};
  }
  const auto count = static_cast<double>(best_first.size());
  double price_mean = 0;
  double depth_mean = 0;
  double depth = 0;
  for (const DepthPoint& point : best_first) {
    depth += static_cast<double>(point.quantity_lots);
    price_mean += static_cast<double>(point.price_ticks) / count;
    depth_mean += depth / count;
  }
  double squares = 0;
  double products = 0;
  depth = 0;
  for (const DepthPoint& point : best_first) {
    depth += static_cast<double>(point.quantity_lots);
    const double away = static_cast<double>(point.price_ticks) - price_mean;
    squares += away * away;
    products += away * (depth - depth_mean);
  }
  if (squares <= 0) {
    return Error{ModelErrc::parameters_invalid, "a demand line needs two different prices"};
  }
  const double slope = products / squares;
  return DemandLine{depth_mean - slope * price_mean, slope};
}

FlowMoments flow_moments(std::span<const std::int64_t> lots_by_period) {
  FlowMoments moments;
  if (lots_by_period.empty()) return moments;
  const auto count = static_cast<double>(lots_by_period.size());
  for (const std::int64_t lots : lots_by_period) moments.mean += static_cast<double>(lots) / count;
  for (const std::int64_t lots : lots_by_period) {
    const double away = static_cast<double>(lots) - moments.mean;
    moments.variance += away * away / count;
  }
  return moments;
}

TickQuotes to_ticks(DealerQuotes quotes, std::int64_t price_ticks_max) {
  MS_CHECK(price_ticks_max >= 2);
  const double bid = within_ticks(std::floor(quotes.bid), price_ticks_max - 1);
  const double ask = within_ticks(std::ceil(quotes.ask), price_ticks_max);
  const auto bid_ticks = static_cast<std::int64_t>(bid);
  return {bid_ticks, std::max(static_cast<std::int64_t>(ask), bid_ticks + 1)};
}

}  // namespace mainstay::exchange::models
