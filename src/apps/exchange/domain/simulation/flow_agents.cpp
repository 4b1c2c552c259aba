#include "apps/exchange/domain/simulation/flow_agents.hpp"

#include <algorithm>
#include <cmath>

namespace mainstay::exchange::simulation {
namespace {

constexpr double ns_per_second = 1e9;
constexpr double ns_max = 9e18;

std::int64_t time_ns(double seconds) {
  return static_cast<std::int64_t>(std::clamp(seconds * ns_per_second, 0.0, ns_max / 4));
}

/// At least 1.
std::int64_t to_ns(double seconds) { return std::max<std::int64_t>(time_ns(seconds), 1); }

/// The price that takes from the other side at its best, or 0 when there is nobody.
Price taking_price(const Top& top, Side side) {
  return side == Side::buy ? top.ask.price : top.bid.price;
}

}  // namespace

std::int64_t exponential_ns(models::CounterRandom& random, double rate) {
  return to_ns(random.exponential(rate));
}

OrderId LiveOrders::take(std::size_t which) {
  const OrderId id = ids_[which];
  ids_[which] = ids_[--size_];
  return id;
}

void LiveOrders::heed(const Report& report) {
  if (report.kind == ReportKind::traded && report.left.get() > 0) return;
  for (std::size_t i = 0; i < size_; ++i) {
    if (ids_[i] == report.id) {
      take(i);
      return;
    }
  }
}

void ZeroIntelligence::rest(Desk& desk) const {
  desk.wake_in(exponential_ns(desk.random(), options_.acts_per_second));
}

void ZeroIntelligence::on_wake(Desk& desk) {
  auto& random = desk.random();
  const double which = random.uniform();
  const std::uint64_t draw = random.next();
  const Side side = (draw & 1U) != 0 ? Side::buy : Side::sell;
  const Quantity lots{1 + static_cast<std::uint32_t>((draw >> 32U) * options_.lots_max >> 32U)};
  const bool cancels = which < options_.cancel_share;
  if (!cancels && which < options_.cancel_share + options_.market_share) {
    const Price price = taking_price(desk.top(options_.symbol), side);
    if (price.get() > 0) desk.place(options_.symbol, OrderAct::immediate, side, price, lots);
  } else if (live_.full() || (cancels && live_.size() > 0)) {
    desk.cancel(options_.symbol, live_.take((draw >> 8U) % live_.size()));
  } else {
    add(desk, side, lots);
  }
  rest(desk);
}

void ZeroIntelligence::add(Desk& desk, Side side, Quantity lots) {
  const Top& top = desk.top(options_.symbol);
  const auto beyond = static_cast<std::uint32_t>(1 + desk.random().below(options_.ticks_beyond));
  const Price best = taking_price(top, side);
  const std::uint32_t from = best.get() > 0 ? best.get() : options_.anchor.get();
  const std::uint32_t price = side == Side::sell ? from + beyond
                              : from > beyond    ? from - beyond
                                                 : 1;
  live_.add(desk.place(options_.symbol, OrderAct::limit, side, Price{price}, lots));
}

void Momentum::rest(Desk& desk) const {
  desk.wake_in(exponential_ns(desk.random(), options_.looks_per_second));
}

void Momentum::on_wake(Desk& desk) {
  const Top& top = desk.top(options_.symbol);
  if (top.bid.price.get() > 0 && top.ask.price.get() > 0) {
    const double mid = (top.bid.price.get() + top.ask.price.get()) / 2.0;
    if (fast_ == 0) fast_ = slow_ = mid;
    fast_ += options_.fast * (mid - fast_);
    slow_ += options_.slow * (mid - slow_);
    const double away = fast_ - slow_;
    const Quantity lots{options_.lots};
    if (away > options_.threshold_ticks && position_ < options_.position_max) {
      desk.place(options_.symbol, OrderAct::immediate, Side::buy, top.ask.price, lots);
    } else if (away < -options_.threshold_ticks && position_ > -options_.position_max) {
      desk.place(options_.symbol, OrderAct::immediate, Side::sell, top.bid.price, lots);
    }
  }
  rest(desk);
}

void Momentum::on_report(Desk& /*desk*/, const Report& report) {
  if (report.kind != ReportKind::traded) return;
  const auto lots = static_cast<std::int64_t>(report.quantity.get());
  position_ += report.side == Side::buy ? lots : -lots;
}

void InvestorFlow::on_start(Desk& desk) {
  started_ = desk.now();
  next_arrival();
  rest(desk);
}

void InvestorFlow::next_arrival() {
  const auto seconds = models::next_arrival(arrivals_);
  next_ = seconds ? started_ + time_ns(*seconds) : -1;
}

void InvestorFlow::rest(Desk& desk) const {
  std::int64_t at = next_;
  if (!sales_.empty() && (at < 0 || sales_.top().at < at)) at = sales_.top().at;
  if (at >= 0) desk.wake_in(std::max<std::int64_t>(at - desk.now(), 0));
}

void InvestorFlow::on_wake(Desk& desk) {
  while (!sales_.empty() && sales_.top().at <= desk.now()) {
    const Sale sale = sales_.top();
    sales_.pop();
    sell(desk, sale.lots);
  }
  if (next_ >= 0 && next_ <= desk.now()) {
    ++arrived_;
    const Price ask = desk.top(options_.symbol).ask.price;
    const auto lots = static_cast<std::uint32_t>(1 + desk.random().below(options_.lots_max));
    if (ask.get() > 0 && sales_.size() < options_.holders_max) {
      desk.place(options_.symbol, OrderAct::immediate, Side::buy, ask, Quantity{lots});
    }
    next_arrival();
  }
  rest(desk);
}

void InvestorFlow::sell(Desk& desk, std::uint32_t lots) {
  const Price bid = desk.top(options_.symbol).bid.price;
  if (bid.get() > 0) {
    desk.place(options_.symbol, OrderAct::immediate, Side::sell, bid, Quantity{lots});
  } else {
    sales_.push({desk.now() + to_ns(options_.holding_seconds), lots});  // nobody buys: later
  }
}

void InvestorFlow::on_report(Desk& desk, const Report& report) {
  const auto lots = static_cast<std::int64_t>(report.quantity.get());
  const double rate = 1 / options_.holding_seconds;
  if (report.kind == ReportKind::traded && report.side == Side::buy) {
    held_ += lots;
    sales_.push({desk.now() + exponential_ns(desk.random(), rate), report.quantity.get()});
  } else if (report.kind == ReportKind::traded) {
    held_ -= lots;
  } else if (report.side == Side::sell && report.left.get() > 0) {
    sales_.push({desk.now() + exponential_ns(desk.random(), rate), report.left.get()});
  }
  rest(desk);
}

}  // namespace mainstay::exchange::simulation
