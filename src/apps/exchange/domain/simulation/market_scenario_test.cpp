#include "apps/exchange/domain/simulation/market_scenario.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace mainstay::exchange::simulation::market_scenario_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

MarketScenario small_market() {
  MarketScenario scenario;
  scenario.zero_intelligence = 80;
  scenario.parlour_traders = 20;
  scenario.momentum_traders = 10;
  scenario.parlour.day_ns = 10 * second;
  scenario.arrivals = {{0, 10}, {1, 3}};
  scenario.arrivals_per_second = 4;
  return scenario;
}

std::uint64_t digest_of(std::uint64_t seed, std::uint64_t slice) {
  TestVenue venue{40'000};
  Kernel kernel{{.seed = seed}, venue};
  REQUIRE(populate(kernel, small_market(), seed).has_value());
  CHECK(kernel.agents() == small_market().agents());
  while (!kernel.run_until(20 * second, slice)) {
  }
  CHECK(kernel.counts().orders > 1'000U);
  CHECK(kernel.counts().dropped == 0U);
  return kernel.digest() ^ venue.state_hash();
}

}  // namespace

TEST_CASE("scenario: all kinds of agents together; reproducible to the bit") {
  const auto whole = digest_of(1, UINT64_MAX);
  CHECK(whole == digest_of(1, 1'000));
  CHECK(whole != digest_of(2, UINT64_MAX));
  CHECK(whole == 1295062168493080315U);  // on every machine: portable_math.hpp
}

TEST_CASE("scenario: investors go on arriving behind the end of their series") {
  MarketScenario scenario;  // without a series of its own: at a constant rate, day and night
  scenario.zero_intelligence = scenario.parlour_traders = scenario.momentum_traders = 0;
  scenario.market_makers = 0;
  const auto arrivals_by_hour = [&](int hours) {
    TestVenue venue{40'000};
    Kernel kernel{{}, venue};
    REQUIRE(populate(kernel, scenario, 1).has_value());
    std::vector<double> counts;
    for (int hour = 1; hour <= hours; ++hour) {
      const auto before = kernel.counts().wakes;
      CHECK(kernel.run_until(hour * 3'600 * second));
      counts.push_back(static_cast<double>(kernel.counts().wakes - before));  // nobody sells
    }
    return counts;
  };
  for (const double count : arrivals_by_hour(6)) CHECK(std::abs(count - 3'600) < 4 * 60);
  scenario.arrivals = {{0, 3'600}, {1, 3}};
  const auto counts = arrivals_by_hour(6);
  for (std::size_t hour = 0; hour < counts.size(); ++hour) {
    CHECK(std::abs(counts[hour] - (hour % 2 == 0 ? 1'800 : 5'400)) < 4 * 74);
  }
}

TEST_CASE("scenario: investors come to each market at times of their own") {
  const auto arrivals_by_second = [](std::uint32_t symbol) {
    MarketScenario scenario;
    scenario.symbol = SymbolId{symbol};
    scenario.zero_intelligence = scenario.parlour_traders = scenario.momentum_traders = 0;
    scenario.market_makers = 0;
    TestVenue venue{40'000};
    Kernel kernel{{.symbols = 2}, venue};
    REQUIRE(populate(kernel, scenario, 1).has_value());
    std::vector<std::uint64_t> counts;
    for (int i = 1; i <= 100; ++i) {
      CHECK(kernel.run_until(i * second));
      counts.push_back(kernel.counts().wakes);
    }
    return counts;
  };
  CHECK(arrivals_by_second(0) == arrivals_by_second(0));
  CHECK(arrivals_by_second(0) != arrivals_by_second(1));
}

TEST_CASE("scenario: a group with a latency of its own is heard that much later") {
  /// When the first and how many orders of each kind of agent come.
  class Watch final : public Venue {
   public:
    const Top& apply(const OrderMessage& message, std::int64_t at_ns,
                     std::vector<Report>& reports) override {
      Group& group = agent_of(message.id) < 10 ? quick : slow;
      if (group.orders++ == 0) group.first = at_ns;
      return book_.apply(message, at_ns, reports);
    }
    void depth(SymbolId symbol, Side side, std::size_t levels_max,
               std::vector<Level>& out) const override {
      book_.depth(symbol, side, levels_max, out);
    }
    [[nodiscard]] std::uint64_t state_hash() const override { return book_.state_hash(); }

    struct Group {
      std::int64_t first = 0;
      int orders = 0;
    } quick, slow;

   private:
    TestVenue book_{40'000};
  } venue;
  MarketScenario scenario;
  scenario.zero_intelligence = scenario.parlour_traders = 10;
  scenario.zero.acts_per_second = scenario.parlour.visits_per_second = 20;
  scenario.momentum_traders = scenario.market_makers = 0;
  scenario.investors = false;
  scenario.latencies.parlour_traders = Latency{2 * second, second / 2};
  Kernel kernel{{}, venue};
  REQUIRE(populate(kernel, scenario, 1).has_value());
  CHECK(kernel.run_until(4 * second));
  CHECK(venue.quick.first < second / 5);  // the common latency: 50 us
  CHECK(venue.slow.first >= 2 * second);
  CHECK(venue.slow.first < 3 * second);
  CHECK(venue.quick.orders > 600);  // 800 acts
  CHECK(venue.slow.orders > 100);
}

TEST_CASE("scenario: Parlour's prices may be chosen by a learner before the market opens") {
  MarketScenario scenario;
  CHECK(priced_parlour_market(scenario, 1)->bid == scenario.parlour_market.bid);
  scenario.parlour_market.value = 10;
  scenario.parlour_market.patience_low = 0;
  scenario.parlour_market.patience_high = 2;
  scenario.parlour_market.traders = 10;
  scenario.parlour_pricing = {2'000, {1, 9}, {11, 19}};
  const auto chosen = priced_parlour_market(scenario, 1);
  REQUIRE(chosen.has_value());
  CHECK(chosen->bid == 9);  // wide prices keep those from trading who would gain
  CHECK(chosen->ask == 11);
  CHECK(chosen->value == 10);
  const auto refusal = [&](MarketScenario::Pricing pricing) {
    scenario.parlour_pricing = std::move(pricing);
    TestVenue venue{40'000};
    Kernel kernel{{}, venue};
    return std::string{populate(kernel, scenario, 1).error().detail()};
  };
  CHECK(refusal({1, {}, {11}}) == "1 to 400 pairs of prices to choose from");
  CHECK(refusal({1, {12}, {11}}).size() > 0);
  CHECK(refusal({100'001, {9}, {11}}) == "pricing_days must be at most 100000");
}

TEST_CASE("scenario: what is out of range is refused, and nobody is added") {
  const auto refused = [](auto change) {
    auto scenario = small_market();
    change(scenario);
    TestVenue venue{40'000};
    Kernel kernel{{}, venue};
    const auto populated = populate(kernel, scenario, 1);
    REQUIRE(populated.has_error());
    CHECK(kernel.agents() == 0);
    return populated.error().detail();
  };
  CHECK(refused([](auto& s) { s.zero_intelligence = 1'000'000; }).find("are the most") !=
        std::string::npos);
  CHECK(refused([](auto& s) { s.zero.acts_per_second = 0; }).find("acts") != std::string::npos);
  CHECK(refused([](auto& s) { s.zero.lots_max = 0; }).find("lots") != std::string::npos);
  CHECK(refused([](auto& s) { s.zero.cancel_share = .9; }).find("cancel") != std::string::npos);
  CHECK(refused([](auto& s) { s.anchor = Price{50}; }).find("anchor") != std::string::npos);
  CHECK(refused([](auto& s) { s.latency.base_ns = -1; }).find("latency") != std::string::npos);
  CHECK(refused([](auto& s) {
          s.latencies.investors = Latency{0, -1};
        }).find("latency") != std::string::npos);
  CHECK(refused([](auto& s) { s.momentum.fast = std::nan(""); }).find("momentum") !=
        std::string::npos);
  CHECK(refused([](auto& s) { s.parlour.day_ns = 0; }).find("day") != std::string::npos);
  CHECK(refused([](auto& s) { s.parlour_market.traders = 0; }).find("traders") !=
        std::string::npos);
  CHECK(refused([](auto& s) { s.maker.levels = 1; }).find("levels") != std::string::npos);
  CHECK(refused([](auto& s) { s.maker.half_spread_max = 0; }).find("half") != std::string::npos);
  CHECK(refused([](auto& s) { s.investor.holding_seconds = 0; }).find("hold") != std::string::npos);
  CHECK(refused([](auto& s) { s.arrivals_per_second = -1; }).find("mean_rate") !=
        std::string::npos);
}

}  // namespace mainstay::exchange::simulation::market_scenario_test
