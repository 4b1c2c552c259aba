#include "apps/exchange/domain/simulation/market_maker.hpp"

#include <cstdlib>
#include <memory>

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/flow_agents.hpp"
#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace mainstay::exchange::simulation::market_maker_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;
const SymbolId symbol{0};

}  // namespace

TEST_CASE("market maker: in an empty market both sides around the anchor") {
  TestVenue venue{20'000};
  Kernel kernel{{}, venue};
  kernel.add(std::make_unique<MarketMaker>(MarketMakerOptions{}), {});
  CHECK(kernel.run_until(second));
  std::vector<Level> levels;
  venue.depth(symbol, Side::buy, 5, levels);
  CHECK(levels == std::vector<Level>{{Price{9'999}, 20}});
  venue.depth(symbol, Side::sell, 5, levels);
  CHECK(levels == std::vector<Level>{{Price{10'001}, 20}});
  CHECK(kernel.counts().orders == 2U);  // it keeps its place as long as nothing changes
}

TEST_CASE("market maker: trades with a crowd, narrows its market, and its inventory comes back") {
  const auto run = [](bool with_maker) {
    TestVenue venue{20'000};
    Kernel kernel{{.seed = 4}, venue};
    for (int i = 0; i < 60; ++i) {
      kernel.add(std::make_unique<ZeroIntelligence>(ZeroIntelligenceOptions{}), {1'000, 500});
    }
    MarketMakerOptions options;
    options.position_max = 200;
    auto maker = std::make_unique<MarketMaker>(options);
    const MarketMaker& seen = *maker;
    if (with_maker) kernel.add(std::move(maker), {1'000, 0});
    double spread = 0;
    int looks = 0;
    for (int i = 20; i <= 100; ++i) {
      CHECK(kernel.run_until(i * second));
      std::vector<Level> bids;
      std::vector<Level> asks;
      venue.depth(symbol, Side::buy, 1, bids);
      venue.depth(symbol, Side::sell, 1, asks);
      if (bids.empty() || asks.empty()) continue;
      spread += asks[0].price.get() - bids[0].price.get();
      ++looks;
      if (with_maker) CHECK(std::abs(seen.position()) <= 200 + 20);
    }
    if (with_maker) CHECK(seen.traded() > 200U);
    CHECK(looks > 70);
    return spread / looks;
  };
  CHECK(run(true) < run(false));
}

TEST_CASE("market maker: at its bound only the side that brings it back") {
  TestVenue venue{20'000};
  Kernel kernel{{}, venue};
  MarketMakerOptions options;
  options.position_max = 30;
  auto maker = std::make_unique<MarketMaker>(options);
  const MarketMaker& seen = *maker;
  kernel.add(std::move(maker), {});
  class Seller final : public Agent {
   public:
    void on_start(Desk& desk) override { desk.wake_in(second / 2); }
    void on_wake(Desk& desk) override {
      desk.place(symbol, OrderAct::immediate, Side::sell, Price{1}, Quantity{100});
      desk.wake_in(second / 2);
    }
  };
  kernel.add(std::make_unique<Seller>(), {});
  CHECK(kernel.run_until(10 * second));
  CHECK(seen.position() == 40);  // two quotes of 20: behind the second no bid any more
  std::vector<Level> levels;
  venue.depth(symbol, Side::buy, 5, levels);
  CHECK(levels.empty());
  venue.depth(symbol, Side::sell, 5, levels);
  CHECK(levels.size() == 1);
}

}  // namespace mainstay::exchange::simulation::market_maker_test
