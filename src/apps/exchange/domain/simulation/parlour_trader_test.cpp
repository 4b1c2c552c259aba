#include "apps/exchange/domain/simulation/parlour_trader.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace mainstay::exchange::simulation::parlour_trader_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::shared_ptr<const models::ParlourModel> model() {
  models::ParlourMarket market;
  market.bid = 9.9;
  market.value = 10;
  market.ask = 10.1;
  market.patience_low = .9;
  market.patience_high = 1.1;
  market.traders = 20;
  return std::make_shared<const models::ParlourModel>(models::ParlourModel::make(market).value());
}

}  // namespace

TEST_CASE("parlour traders: alone they make a market one tick wide, and trade in it") {
  TestVenue venue{20'000};
  Kernel kernel{{.seed = 5}, venue};
  const auto solved = model();
  for (int i = 0; i < 30; ++i) {
    kernel.add(std::make_unique<ParlourTrader>(ParlourTraderOptions{}, solved), {1'000, 500});
  }
  CHECK(kernel.run_until(20 * second));
  CHECK(kernel.counts().orders > 200U);
  std::vector<Level> bids;
  std::vector<Level> asks;
  venue.depth(SymbolId{0}, Side::buy, 3, bids);
  venue.depth(SymbolId{0}, Side::sell, 3, asks);
  CHECK((bids.size() + asks.size()) > 0);
  if (!bids.empty() && !asks.empty()) {
    CHECK(asks[0].price.get() - bids[0].price.get() <= 3);
  }
}

TEST_CASE("parlour traders: orders of a day do not outlive it") {
  TestVenue venue{20'000};
  Kernel kernel{{.seed = 6}, venue};
  ParlourTraderOptions options;
  options.day_ns = 10 * second;
  options.visits_per_second = 20;
  const auto solved = model();
  kernel.add(std::make_unique<ParlourTrader>(options, solved), {});
  CHECK(kernel.run_until(4 * second));
  CHECK(venue.live() > 2U);
  CHECK(kernel.run_until(10 * second + second / 10));  // two visits into the next day
  CHECK(venue.live() <= 4U);
}

}  // namespace mainstay::exchange::simulation::parlour_trader_test
