#include "apps/exchange/domain/simulation/market_maker.hpp"

#include <algorithm>
#include <span>

namespace mainstay::exchange::simulation {

void MarketMaker::on_wake(Desk& desk) {
  remember_flow(desk.top(options_.symbol));
  const models::TickQuotes quotes = wanted(desk);
  quote(desk, Side::buy, position_ < options_.position_max ? quotes.bid_ticks : 0);
  quote(desk, Side::sell, position_ > -options_.position_max ? quotes.ask_ticks : 0);
  desk.wake_in(options_.interval_ns);
}

void MarketMaker::remember_flow(const Top& top) {
  const std::size_t place = periods_++ % flow_periods;
  bought_.at(place) = static_cast<std::int64_t>(top.bought - bought_before_);
  sold_.at(place) = static_cast<std::int64_t>(top.sold - sold_before_);
  bought_before_ = top.bought;
  sold_before_ = top.sold;
}

std::vector<models::DepthPoint> MarketMaker::others(Desk& desk, Side side) const {
  std::vector<Level> levels;
  desk.depth(options_.symbol, side, options_.levels, levels);
  std::vector<models::DepthPoint> points;
  const Quote& own = of(side);
  for (const Level& level : levels) {
    const std::uint64_t ours = level.price == own.price ? own.left : 0;
    if (level.quantity <= ours) continue;
    points.push_back({static_cast<std::int64_t>(level.price.get()),
                      static_cast<std::int64_t>(level.quantity - ours)});
  }
  return points;
}

std::int64_t MarketMaker::middle(const Top& top) const {
  if (top.bid.price.get() > 0 && top.ask.price.get() > 0) {
    return (std::int64_t{top.bid.price.get()} + top.ask.price.get()) / 2;
  }
  return std::int64_t{top.last.get() > 0 ? top.last.get() : options_.anchor.get()};
}

models::TickQuotes MarketMaker::wanted(Desk& desk) const {
  const std::int64_t mid = middle(desk.top(options_.symbol));
  models::DealerQuotes quotes{static_cast<double>(mid + 1), static_cast<double>(mid - 1)};
  const auto demand = models::fitted_demand(others(desk, Side::buy));
  const auto supply = models::fitted_demand(others(desk, Side::sell));
  if (demand.has_value() && supply.has_value()) {
    const std::size_t known = std::min(periods_, flow_periods);
    const auto bought = models::flow_moments(std::span{bought_}.first(known));
    const auto sold = models::flow_moments(std::span{sold_}.first(known));
    const auto dealer = models::Dealer::make({.alpha = demand->at_zero,
                                              .gamma = -demand->slope,
                                              .beta = supply->at_zero,
                                              .phi = supply->slope,
                                              .w_mean = bought.mean,
                                              .w_variance = bought.variance,
                                              .e_mean = sold.mean,
                                              .e_variance = sold.variance,
                                              .price_mean = static_cast<double>(mid),
                                              .price_variance = options_.price_variance,
                                              .rate = 0,
                                              .cash_aversion = options_.cash_aversion,
                                              .risk_aversion = options_.risk_aversion});
    if (dealer.has_value()) {
      quotes = dealer->quotes(static_cast<double>(position_), options_.periods_left);
    }
  }
  models::TickQuotes ticks = models::to_ticks(quotes, options_.price_ticks_max);
  ticks.bid_ticks =
      std::clamp(ticks.bid_ticks, std::max<std::int64_t>(mid - options_.half_spread_max, 1), mid);
  ticks.ask_ticks = std::clamp(ticks.ask_ticks, mid + 1, mid + options_.half_spread_max + 1);
  return ticks;
}

void MarketMaker::quote(Desk& desk, Side side, std::int64_t price) {
  Quote& now = side == Side::buy ? bid_ : ask_;
  const Price wanted{static_cast<std::uint32_t>(price)};
  if (now.left == options_.lots && now.price == wanted) return;  // keeps its place
  if (now.left > 0) desk.cancel(options_.symbol, now.id);
  now = {};
  if (price == 0) return;
  const Quantity lots{options_.lots};
  now = {desk.place(options_.symbol, OrderAct::post_only, side, wanted, lots), wanted,
         options_.lots};
}

void MarketMaker::on_report(Desk& /*desk*/, const Report& report) {
  if (report.kind == ReportKind::traded) {
    const auto lots = static_cast<std::int64_t>(report.quantity.get());
    position_ += report.side == Side::buy ? lots : -lots;
    traded_ += report.quantity.get();
  }
  for (Quote* one : {&bid_, &ask_}) {
    if (one->id != report.id || one->left == 0) continue;
    one->left = report.kind == ReportKind::traded ? report.left.get() : 0;
  }
}

}  // namespace mainstay::exchange::simulation
