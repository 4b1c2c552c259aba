// The source's four components together: the primary market allocates (DemandQueue, MatchingAlgo,
// OPL), and the dealer quotes what was issued in the secondary one.
#include <algorithm>
#include <array>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/bandit.hpp"
#include "apps/exchange/domain/models/dealer.hpp"
#include "apps/exchange/domain/models/primary_market.hpp"
#include "apps/exchange/domain/models/test_users.hpp"
#include "apps/exchange/domain/models/welfare.hpp"

namespace mainstay::exchange::models::source_story_test {

TEST_CASE("the source's story: units are issued, and the dealer makes a market in them") {
  PrimaryMarket primary;
  REQUIRE(primary.add_investor(test_investor(1, 500'000), test_now).has_value());
  REQUIRE(primary.add_investor(test_investor(2, 500'000), test_now).has_value());
  auto asset = test_asset(1, .05, .1, 800'000);
  asset.unit_price = 100;
  REQUIRE(primary.add_asset(std::move(asset)).has_value());
  const auto issued = primary.allocate(test_now, AllocationMethod::mean_variance);
  REQUIRE(issued->size() == 2);
  CHECK(issued->at(0).units + issued->at(1).units == 8'000);

  // A book around the price; the dealer fits its demand lines to it and quotes inside.
  const std::array buys{DepthPoint{98, 40}, DepthPoint{96, 40}, DepthPoint{94, 40}};
  const std::array sells{DepthPoint{102, 40}, DepthPoint{104, 40}, DepthPoint{106, 40}};
  const auto demand = fitted_demand(buys).value();
  const auto supply = fitted_demand(sells).value();
  const std::array<std::int64_t, 3> taken{6, 10, 8};
  const auto flow = flow_moments(taken);
  const auto dealer = Dealer::make({.alpha = demand.at_zero,
                                    .gamma = -demand.slope,
                                    .beta = supply.at_zero,
                                    .phi = supply.slope,
                                    .w_mean = flow.mean,
                                    .w_variance = flow.variance,
                                    .e_mean = flow.mean,
                                    .e_variance = flow.variance,
                                    .price_mean = 100,
                                    .price_variance = 4,
                                    .rate = 0,
                                    .cash_aversion = .001,
                                    .risk_aversion = .001});
  REQUIRE(dealer.has_value());
  const auto even = to_ticks(dealer->quotes(0, 5), 10'000);
  CHECK(even.bid_ticks >= 98);
  CHECK(even.ask_ticks <= 102);
  const auto full = to_ticks(dealer->quotes(4'000, 5), 10'000);
  CHECK(full.ask_ticks < even.ask_ticks);
}

TEST_CASE("the source's story: an online learner chooses Parlour's prices for all traders' gain") {
  ParlourMarket market;
  market.value = 10;
  market.traders = 10;
  auto pricing = ParlourPricing::make(market, {1, 9}, {11, 19}).value();
  CounterRandom random{1, 1};
  for (int day = 0; day < 1'000; ++day) pricing.play(random);
  const Ucb1& learner = pricing.learner();
  for (std::size_t arm = 0; arm < pricing.arms(); ++arm) {
    CHECK(learner.mean(arm) <= learner.mean(learner.favourite()));
  }
}

TEST_CASE("the source's story: both rules of allocation measured against the best welfare") {
  CounterRandom random{7, 1};
  PrimaryMarket by_variance;
  PrimaryMarket by_acceptance;
  std::vector<InvestorUser> investors;
  std::vector<AssetUser> assets;
  for (std::uint64_t id = 1; id <= 15; ++id) {
    assets.push_back(test_asset(id, .05 + .3 * random.uniform(), .1 + .1 * random.uniform(),
                                random.between(10'000, 60'000), id % 3 == 0 ? "rock" : "pop"));
    investors.push_back(test_investor(id, random.between(3'000, 60'000)));
    if (id % 4 == 0) investors.back().genre = "rock";
  }
  std::vector<InvestorUser*> who;
  std::vector<AssetUser*> what;
  for (auto& one : investors) who.push_back(&one);
  for (auto& one : assets) what.push_back(&one);
  const auto problem = welfare_problem(who, what, test_now, {});
  const double best = welfare_of(problem, best_welfare(problem).value());
  for (auto* market : {&by_variance, &by_acceptance}) {
    for (const auto& one : assets) REQUIRE(market->add_asset(one).has_value());
    for (const auto& one : investors) REQUIRE(market->add_investor(one, test_now).has_value());
  }
  const auto ratio = [&](PrimaryMarket& market, AllocationMethod method) {
    std::vector<StableFlow> flows;
    for (const auto& match : market.allocate(test_now, method).value()) {
      flows.push_back({static_cast<std::uint32_t>(match.investor.get() - 1),
                       static_cast<std::uint32_t>(match.asset.get() - 1), match.amount});
    }
    return welfare_of(problem, flows) / best;
  };
  const double variance = ratio(by_variance, AllocationMethod::mean_variance);
  const double acceptance = ratio(by_acceptance, AllocationMethod::deferred_acceptance);
  CHECK(best > 0);
  CHECK(variance <= 1 + 1e-6);
  CHECK(acceptance <= 1 + 1e-6);
  CHECK(acceptance > .9);        // everybody goes where it likes to be
  CHECK(variance < acceptance);  // spreading costs what this measure does not count: risk together
}

}  // namespace mainstay::exchange::models::source_story_test
