#include "apps/exchange/domain/models/santa_fe.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/engine_venue.hpp"

namespace mainstay::exchange::models::santa_fe_test {
namespace {

/// The least that the flow needs of a book: how many orders rest at each price, and the orders.
class TickBook {
 public:
  explicit TickBook(std::int64_t anchor) : signed_orders_(static_cast<std::size_t>(2 * anchor)) {}

  [[nodiscard]] BookTop top() const { return {bid_, ask_, orders_.size()}; }

  void apply(const FlowEvent& event) {
    switch (event.kind) {
      case FlowKind::limit:
        return rest(event.buy, event.price_ticks);
      case FlowKind::market:
        return take(event.buy ? ask_ : bid_);
      case FlowKind::cancel:
        return remove(event.victim);
    }
  }

 private:
  [[nodiscard]] int& at(std::int64_t price) {
    return signed_orders_[static_cast<std::size_t>(price)];
  }

  void rest(bool buy, std::int64_t price) {
    at(price) += buy ? 1 : -1;
    orders_.push_back(price);
    if (buy && price > bid_) bid_ = price;
    if (!buy && (ask_ == 0 || price < ask_)) ask_ = price;
  }

  /// One of the orders at a price; which one does not matter to the flow.
  void take(std::int64_t price) {
    if (price == 0) return;
    std::size_t i = orders_.size();
    while (orders_[i - 1] != price) --i;
    remove(i - 1);
  }

  void remove(std::size_t which) {
    const std::int64_t price = orders_[which];
    orders_[which] = orders_.back();
    orders_.pop_back();
    at(price) += at(price) > 0 ? -1 : 1;
    const auto ticks = static_cast<std::int64_t>(signed_orders_.size());
    if (at(price) != 0) return;
    if (price == bid_) {
      while (bid_ > 0 && at(bid_) <= 0) --bid_;
    } else if (price == ask_) {
      while (ask_ < ticks && at(ask_) >= 0) ++ask_;
      if (ask_ == ticks) ask_ = 0;
    }
  }

  std::vector<int> signed_orders_;  // by price: buys above 0, sells below
  std::vector<std::int64_t> orders_;
  std::int64_t bid_ = 0;
  std::int64_t ask_ = 0;
};

/// The exchange's own engine as the book, which says whom a market order met.
class EngineBook {
 public:
  explicit EngineBook(std::int64_t anchor) {
    simulation::EngineVenueOptions options;
    options.reference = Price{static_cast<std::uint32_t>(anchor)};
    venue_ = simulation::EngineVenue::make(options).value();
  }

  [[nodiscard]] BookTop top() const {
    return {top_.bid.price.get(), top_.ask.price.get(), orders_.size()};
  }

  void apply(const FlowEvent& event) {
    simulation::OrderMessage message;
    message.side = event.buy ? Side::buy : Side::sell;
    message.quantity = Quantity{static_cast<std::uint32_t>(event.lots)};
    if (event.kind == FlowKind::cancel) {
      message.act = simulation::OrderAct::cancel;
      message.id = orders_[event.victim];
    } else if (event.kind == FlowKind::market) {
      message.act = simulation::OrderAct::immediate;
      message.price = event.buy ? top_.ask.price : top_.bid.price;
      if (message.price.get() == 0) return;
      message.id = new_id();
    } else {
      message.price = Price{static_cast<std::uint32_t>(event.price_ticks)};
      message.id = new_id();
      places_.back() = orders_.size();
      orders_.push_back(message.id);
    }
    reports_.clear();
    top_ = venue_->apply(message, ++commands_, reports_);
    for (const auto& report : reports_) {
      REQUIRE(report.kind != simulation::ReportKind::refused);
      if (report.left.get() == 0 || report.kind == simulation::ReportKind::gone) forget(report.id);
    }
  }

 private:
  OrderId new_id() {
    places_.push_back(nowhere);
    return simulation::order_id(0, static_cast<std::uint32_t>(places_.size() - 1));
  }

  void forget(OrderId id) {
    const std::size_t place = std::exchange(places_[id.get()], nowhere);
    if (place == nowhere) return;
    orders_[place] = orders_.back();
    if (orders_[place] != id) places_[orders_[place].get()] = place;
    orders_.pop_back();
  }

  static constexpr std::size_t nowhere = SIZE_MAX;
  std::unique_ptr<simulation::EngineVenue> venue_;
  simulation::Top top_;
  std::vector<simulation::Report> reports_;
  std::vector<OrderId> orders_;      // that rest
  std::vector<std::size_t> places_;  // there, by id
  std::int64_t commands_ = 0;
};

struct Measured {
  double spread = 0;     // mean over time
  double diffusion = 0;  // variance of the mid's change over a stretch, per unit of time
};

template <class Book>
Measured measure(const SantaFeRates& rates, int events, std::uint64_t stream) {
  const std::int64_t anchor = 50'000;
  auto flow = SantaFeFlow::make(rates, anchor, CounterRandom{1, stream}).value();
  Book book{anchor};
  Measured out;
  double time = 0;
  double began = 0;
  double stretch_began = 0;
  double last_mid = 0;
  double squares = 0;
  int stretches = 0;
  const double stretch = 0.6 / rates.market;
  for (int n = 0; n < events; ++n) {
    const auto top = book.top();
    const auto event = flow.next(top);
    const bool settled = n > events / 10;
    if (n == events / 10) began = time;
    if (settled && top.best_bid > 0 && top.best_ask > 0) {
      out.spread += static_cast<double>(top.best_ask - top.best_bid) * event.wait;
      const double mid = static_cast<double>(top.best_ask + top.best_bid) / 2;
      if (last_mid == 0) {
        last_mid = mid;
        stretch_began = time;
      } else if (time - stretch_began >= stretch) {
        squares += (mid - last_mid) * (mid - last_mid) / (time - stretch_began);
        ++stretches;
        last_mid = mid;
        stretch_began = time;
      }
    }
    time += event.wait;
    book.apply(event);
  }
  out.spread /= time - began;
  out.diffusion = squares / stretches;
  return out;
}

}  // namespace

TEST_CASE("santa fe: scales and closed forms") {
  const SantaFeRates rates{.5, 10, .02, 4, 100};
  CHECK(santa_fe_price_scale(rates) == doctest::Approx(10));
  CHECK(santa_fe_granularity(rates) == doctest::Approx(.016));
  CHECK(santa_fe_mean_spread(rates) == doctest::Approx(20 * (.28 + 1.86 * std::pow(.008, .75))));
  auto doubled = rates;
  doubled.limit *= 2;
  CHECK(santa_fe_diffusion_scale(rates) / santa_fe_diffusion_scale(doubled) == doctest::Approx(4));
  doubled = rates;
  doubled.cancel *= 4;
  CHECK(santa_fe_diffusion_scale(doubled) / santa_fe_diffusion_scale(rates) == doctest::Approx(2));
}

TEST_CASE("santa fe: shares of events, waits and prices are as the rates say") {
  const SantaFeRates rates{.5, 20, .1, 2,
                           50};  // 25 limits, 10 markets, 30 cancels of 300 orders: 65
  auto flow = SantaFeFlow::make(rates, 1'000, CounterRandom{1, 1}).value();
  double waits = 0;
  int limits = 0;
  int markets = 0;
  int buys = 0;
  constexpr int events = 20'000;
  for (int n = 0; n < events; ++n) {
    const auto event = flow.next({990, 1'010, 300});
    waits += event.wait;
    if (event.kind == FlowKind::cancel) {
      CHECK(event.victim < 300U);
      continue;
    }
    CHECK(event.lots == 2);
    buys += event.buy ? 1 : 0;
    (event.kind == FlowKind::limit ? limits : markets) += 1;
    if (event.kind == FlowKind::limit) {
      CHECK(event.price_ticks >= (event.buy ? 960 : 991));
      CHECK(event.price_ticks <= (event.buy ? 1'009 : 1'040));
    }
  }
  CHECK(std::abs(limits - events * 25 / 65) < 300);
  CHECK(std::abs(markets - events * 10 / 65) < 200);
  CHECK(std::abs(buys - (limits + markets) / 2) < 250);
  CHECK(waits == doctest::Approx(events / 65.0).epsilon(.04));
}

TEST_CASE_TEMPLATE("santa fe: the mean spread has the closed form, with constants of its own", Book,
                   TickBook, EngineBook) {
  // The published regression is (mu / alpha) (0.28 + 1.86 e^(3/4)). Here the same form holds within
  // some per cent with 0.217 and 0.95, and half a tick, since prices are whole ticks and a book is
  // never crossed: docs/market_models.md. So the run is held to its own constants, closely, and the
  // published ones from 60 to 90 %.
  for (const double limit : {.1, .4}) {
    for (const double cancel : {.02, .6}) {
      const SantaFeRates rates{limit, 6, cancel, 1, static_cast<std::int64_t>(48 / limit)};
      const double spread = measure<Book>(rates, 60'000, 3).spread;
      const double power = std::pow(santa_fe_granularity(rates) / 2, .75);
      const double measured = rates.market / rates.limit * (.217 + .95 * power) + .5;
      CAPTURE(limit);
      CAPTURE(cancel);
      CHECK(spread == doctest::Approx(measured).epsilon(.06));
      CHECK(spread / santa_fe_mean_spread(rates) > .60);
      CHECK(spread / santa_fe_mean_spread(rates) < .90);
    }
  }
}

TEST_CASE_TEMPLATE("santa fe: diffusion is in proportion to its scale", Book, TickBook,
                   EngineBook) {
  // Over times in which a trade or none happens, while the scale changes fourteenfold; the constant
  // (about 0.1) may differ by 35 % between the rows.
  const double base = [] {
    const SantaFeRates rates{.1, 6, .05, 1, 250};
    return measure<Book>(rates, 60'000, 5).diffusion / santa_fe_diffusion_scale(rates);
  }();
  for (const auto& rates : {SantaFeRates{.2, 6, .05, 1, 250}, SantaFeRates{.1, 6, .2, 1, 250},
                            SantaFeRates{.2, 12, .05, 1, 250}}) {
    const double constant =
        measure<Book>(rates, 60'000, 5).diffusion / santa_fe_diffusion_scale(rates);
    CHECK(constant / base > .65);
    CHECK(constant / base < 1.35);
  }
}

TEST_CASE("santa fe: the same numbers give the same flow; an empty book gets limit orders") {
  const SantaFeRates rates{.5, 20, 0, 1, 10};
  auto one = SantaFeFlow::make(rates, 100, CounterRandom{1, 1}).value();
  auto two = SantaFeFlow::make(rates, 100, CounterRandom{1, 1}).value();
  for (int n = 0; n < 200; ++n) {
    const auto a = one.next({});
    const auto b = two.next({});
    CHECK(a.wait == b.wait);
    CHECK(a.price_ticks == b.price_ticks);
    CHECK(a.kind != FlowKind::cancel);
    if (a.kind == FlowKind::limit) CHECK(std::abs(a.price_ticks - 100) <= 10);
  }
}

TEST_CASE("santa fe: rates that make no flow are refused") {
  const auto refused = [](SantaFeRates rates, std::int64_t anchor = 1'000) {
    return SantaFeFlow::make(rates, anchor, CounterRandom{1, 1}).has_error();
  };
  CHECK_FALSE(refused({1, 1, 0, 1, 1}));
  CHECK(refused({0, 1, 0, 1, 1}));
  CHECK(refused({1, std::nan(""), 0, 1, 1}));
  CHECK(refused({1, 1, -1, 1, 1}));
  CHECK(refused({1, 1, 0, 0, 1}));
  CHECK(refused({1, 1, 0, 1, 0}));
  CHECK(refused({1, 1, 0, 1, 1'000}));
}

}  // namespace mainstay::exchange::models::santa_fe_test
