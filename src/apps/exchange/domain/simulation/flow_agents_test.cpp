#include "apps/exchange/domain/simulation/flow_agents.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/arrival_series.hpp"
#include "apps/exchange/domain/models/santa_fe.hpp"
#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace mainstay::exchange::simulation::flow_agents_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

void add_crowd(Kernel& kernel, int agents) {
  for (int i = 0; i < agents; ++i) {
    kernel.add(std::make_unique<ZeroIntelligence>(ZeroIntelligenceOptions{}), {1'000, 500});
  }
}

/// A constant stream of `rate` a second for a minute.
models::IntensityArrivals steady(double rate) {
  const models::ArrivalSeries series{{0, 30}, {1, 1}};
  return models::IntensityArrivals::make(series, rate, 1, {1, 99}).value();
}

/// Counts what comes, and how far from the other side's best limit orders are.
class CountingVenue final : public Venue {
 public:
  const Top& apply(const OrderMessage& message, std::int64_t at_ns,
                   std::vector<Report>& reports) override {
    const bool is_buy = message.side == Side::buy;
    const Price best = is_buy ? top_.ask.price : top_.bid.price;
    if (message.act == OrderAct::cancel) {
      cancels += 1;
    } else {
      (message.act == OrderAct::limit ? limits : markets) += 1;
      buys += is_buy ? 1 : 0;
      lots += message.quantity.get();
    }
    if (message.act == OrderAct::limit) {
      const Price from = best.get() > 0 ? best : ZeroIntelligenceOptions{}.anchor;
      const std::int64_t away =
          (std::int64_t{from.get()} - message.price.get()) * (is_buy ? 1 : -1);
      beyond += static_cast<double>(away);
      least_beyond = std::min(least_beyond, away);
      most_beyond = std::max(most_beyond, away);
    }
    top_ = book_.apply(message, at_ns, reports);
    return top_;
  }
  void depth(SymbolId symbol, Side side, std::size_t levels_max,
             std::vector<Level>& out) const override {
    book_.depth(symbol, side, levels_max, out);
  }
  [[nodiscard]] std::uint64_t state_hash() const override { return book_.state_hash(); }

  double limits = 0;
  double markets = 0;
  double cancels = 0;
  double buys = 0;    // of limits and markets
  double lots = 0;    // likewise
  double beyond = 0;  // ticks, of limits
  std::int64_t least_beyond = 1'000'000;
  std::int64_t most_beyond = 0;

 private:
  TestVenue book_{20'000};
  Top top_;
};

}  // namespace

TEST_CASE("live orders: added, taken, and forgotten when they are over") {
  LiveOrders live;
  for (std::uint64_t id = 1; id <= LiveOrders::capacity; ++id) live.add(OrderId{id});
  CHECK(live.full());
  Report report;
  report.id = OrderId{3};
  report.left = Quantity{1};
  live.heed(report);  // a part of it has traded
  CHECK(live.full());
  report.left = Quantity{0};
  live.heed(report);
  CHECK(live.size() == 15);
  report.id = OrderId{99};
  live.heed(report);
  CHECK(live.size() == 15);
  CHECK(live.take(0) == OrderId{1});
  CHECK(live.size() == 14);
}

TEST_CASE("zero intelligence: a crowd makes a two-sided market that trades") {
  TestVenue venue{20'000};
  Kernel kernel{{.seed = 3}, venue};
  add_crowd(kernel, 100);
  CHECK(kernel.run_until(60 * second));
  const auto acts = static_cast<double>(kernel.counts().wakes);
  CHECK(std::abs(acts - 6'000) < 4 * std::sqrt(6'000.0));
  std::vector<Level> levels;
  venue.depth(SymbolId{0}, Side::buy, 5, levels);
  CHECK(levels.size() == 5);
  const auto best_bid = levels[0].price;
  venue.depth(SymbolId{0}, Side::sell, 5, levels);
  CHECK(levels.size() == 5);
  CHECK(levels[0].price > best_bid);
  CHECK(kernel.counts().reports > 1'000U);
  CHECK(venue.live() <= 1'600U);
}

TEST_CASE("zero intelligence: the crowd does what its rates promise") {
  CountingVenue venue;
  Kernel kernel{{.seed = 5}, venue};
  const ZeroIntelligenceOptions promised;
  constexpr int agents = 100;
  constexpr int seconds = 200;
  for (int i = 0; i < agents; ++i) {  // without latency: they see what they act on
    kernel.add(std::make_unique<ZeroIntelligence>(promised), {});
  }
  CHECK(kernel.run_until(seconds * second));
  const auto acts = static_cast<double>(kernel.counts().wakes);
  const double expected_acts = agents * seconds * promised.acts_per_second;
  CHECK(std::abs(acts - expected_acts) < 4 * std::sqrt(expected_acts));

  const double market = promised.market_share;
  const double deviation = std::sqrt(acts * market * (1 - market));
  CHECK(std::abs(venue.markets - acts * market) < 4 * deviation);
  CHECK(acts - venue.limits - venue.markets - venue.cancels < 20);  // nobody there to take from
  // Who has no order, or too many, does the other of the two.
  CHECK(venue.cancels / acts == doctest::Approx(promised.cancel_share).epsilon(.08));
  CHECK(venue.limits / acts == doctest::Approx(1 - market - promised.cancel_share).epsilon(.08));

  const double orders = venue.limits + venue.markets;
  CHECK(std::abs(venue.buys - orders / 2) < 2 * std::sqrt(orders));
  CHECK(venue.lots / orders == doctest::Approx((1 + promised.lots_max) / 2.0).epsilon(.02));
  CHECK(venue.least_beyond == 1);
  CHECK(venue.most_beyond == promised.ticks_beyond);
  CHECK(venue.beyond / venue.limits ==
        doctest::Approx((1 + promised.ticks_beyond) / 2.0).epsilon(.03));
}

TEST_CASE("zero intelligence: many clocks make the flow that the model makes with one") {
  CountingVenue venue;
  Kernel kernel{{.seed = 6}, venue};
  for (int i = 0; i < 100; ++i) {
    kernel.add(std::make_unique<ZeroIntelligence>(ZeroIntelligenceOptions{}), {});
  }
  CHECK(kernel.run_until(200 * second));
  // 50 limits, 15 markets and, of 100 orders that rest, 35 cancels in a unit of time.
  auto flow = models::SantaFeFlow::make({.5, 15, .35, 1, 50}, 10'000, {1, 1}).value();
  double kinds[3] = {};
  double beyond = 0;
  const auto events = static_cast<int>(kernel.counts().wakes);
  for (int n = 0; n < events; ++n) {
    const auto event = flow.next({9'990, 10'010, 100});
    kinds[static_cast<int>(event.kind)] += 1;
    if (event.kind != models::FlowKind::limit) continue;
    beyond +=
        static_cast<double>(event.buy ? 10'010 - event.price_ticks : event.price_ticks - 9'990);
  }
  CHECK(venue.limits == doctest::Approx(kinds[0]).epsilon(.08));
  CHECK(venue.markets == doctest::Approx(kinds[1]).epsilon(.08));
  CHECK(venue.cancels == doctest::Approx(kinds[2]).epsilon(.08));
  CHECK(venue.beyond / venue.limits == doctest::Approx(beyond / kinds[0]).epsilon(.04));
}

TEST_CASE("zero intelligence: what one agent does hangs on its own numbers, not on the others'") {
  // The first agent's orders are the same with one more agent behind it, as long as the book does
  // not come in: the times of its wakes.
  const auto wakes_of_first = [](int agents) {
    TestVenue venue{20'000};
    Kernel kernel{{.seed = 3}, venue};
    add_crowd(kernel, agents);
    CHECK(kernel.run_until(second / 5));
    return kernel.counts().wakes;
  };
  CHECK(wakes_of_first(1) <= wakes_of_first(2));
  CHECK(wakes_of_first(2) <= wakes_of_first(3));
}

TEST_CASE("momentum: follows a rise, up to its limit") {
  TestVenue venue{20'000};
  Kernel kernel{{.seed = 1}, venue};
  class Riser final : public Agent {
   public:
    void on_start(Desk& desk) override { desk.wake_in(1); }
    void on_wake(Desk& desk) override {
      price_ += 2;
      for (const auto id : {bid_, ask_}) desk.cancel(SymbolId{0}, id);
      bid_ = desk.place(SymbolId{0}, OrderAct::limit, Side::buy, Price{price_ - 1}, Quantity{9});
      ask_ = desk.place(SymbolId{0}, OrderAct::limit, Side::sell, Price{price_ + 1}, Quantity{9});
      desk.wake_in(second);
    }

   private:
    std::uint32_t price_ = 5'000;
    OrderId bid_ = order_id(0, 1'000'000);
    OrderId ask_ = order_id(0, 1'000'001);
  };
  kernel.add(std::make_unique<Riser>(), {});
  MomentumOptions options;
  options.position_max = 10;
  kernel.add(std::make_unique<Momentum>(options), {});
  CHECK(kernel.run_until(100 * second));
  const auto top = venue.apply({order_id(0, 77), {}, {}, {}, OrderAct::cancel}, 0,
                               *std::make_unique<std::vector<Report>>());
  CHECK(top.bought == 10U);
  CHECK(top.sold == 0U);
}

TEST_CASE("investor flow: they arrive by the data's intensity, buy, and sell when time is over") {
  TestVenue venue{20'000};
  Kernel kernel{{.seed = 3}, venue};
  add_crowd(kernel, 100);
  InvestorFlowOptions options;
  options.holding_seconds = 5;
  auto flow = std::make_unique<InvestorFlow>(options, steady(4));
  const InvestorFlow& investors = *flow;
  kernel.add(std::move(flow), {1'000, 0});
  CHECK(kernel.run_until(60 * second));
  CHECK(std::abs(static_cast<double>(investors.arrived()) - 240) < 60);
  CHECK(investors.held() > 0);
  CHECK(kernel.run_until(400 * second));  // no more arrive after a minute
  CHECK(investors.held() == 0);
}

}  // namespace mainstay::exchange::simulation::flow_agents_test
