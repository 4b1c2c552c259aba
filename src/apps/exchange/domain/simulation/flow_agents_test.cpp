#include "apps/exchange/domain/simulation/flow_agents.hpp"

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

TEST_CASE("a flow of models/santa_fe.hpp and the crowd agree on what a flow is") {
  // The model's one clock and many agents' clocks: the same rates of acts by kind.
  const models::SantaFeRates rates{.5, 15, .35, 1, 50};
  CHECK(models::santa_fe_price_scale(rates) == 15);
  auto model = models::SantaFeFlow::make(rates, 10'000, {1, 1}).value();
  int markets = 0;
  for (int n = 0; n < 2'000; ++n) {
    markets += model.next({9'990, 10'010, 100}).kind == models::FlowKind::market ? 1 : 0;
  }
  // 50 limits, 15 markets and 35 cancels: the shares that the crowd has by default
  CHECK(std::abs(markets - 300) < 70);
}

}  // namespace mainstay::exchange::simulation::flow_agents_test
