#include "apps/exchange/domain/models/opl.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::opl_test {
namespace {

/// Assets with stable addresses, and the pointers that the planner takes.
struct Shelf {
  std::vector<AssetUser> assets;
  std::vector<AssetUser*> pointers() {
    std::vector<AssetUser*> out;
    for (AssetUser& asset : assets) out.push_back(&asset);
    return out;
  }
  Allocation plan(const InvestorUser& investor, OplOptions options = {}) {
    return plan_allocation(investor, pointers(), test_now, options);
  }
};

std::int64_t units_of(const Allocation& allocation, std::uint64_t asset) {
  for (const Fill& fill : allocation.fills) {
    if (fill.asset->id == AssetUserId{asset}) return fill.units;
  }
  return 0;
}

InvestorUser wishing(double mu, double sigma, mainstay::exchange::Amount principal = 1'000'000) {
  auto investor = test_investor(1, principal);
  investor.mu = mu;
  investor.sigma = sigma;
  return investor;
}

}  // namespace

TEST_CASE("opl: all of the principal in the mix of least variance") {
  Shelf shelf{
      {test_asset(1, .05, .2, 9'000'000, "pop"), test_asset(2, .05, .3, 9'000'000, "rock")}};
  OplOptions options;
  options.correlation = {0, 0};
  const auto got = shelf.plan(wishing(.01, .2), options);
  CHECK(got.outcome == AllocationOutcome::full);
  CHECK(got.invested == 1'000'000);
  CHECK(units_of(got, 1) == 692'308);  // 9/13
  CHECK(units_of(got, 2) == 307'692);
  CHECK(got.sigma == doctest::Approx(std::sqrt(.04 * .09 / .13)));
}

TEST_CASE("opl, defect of the source: there is a return constraint") {
  Shelf shelf{{test_asset(1, .01, .1, 9'000'000), test_asset(2, .05, .3, 9'000'000)}};
  const auto calm = shelf.plan(wishing(.01, 1));
  CHECK(calm.expected_return < .02);
  const auto keen = shelf.plan(wishing(.04, 1));
  CHECK(keen.outcome == AllocationOutcome::full);
  CHECK(keen.expected_return == doctest::Approx(.04));
  CHECK(units_of(keen, 2) == doctest::Approx(750'000));
  CHECK(shelf.plan(wishing(.051, 1)).outcome == AllocationOutcome::none);
}

TEST_CASE("opl, defect of the source: the investor's own sigma counts") {
  Shelf shelf{{test_asset(1, .01, .1, 9'000'000), test_asset(2, .05, .3, 9'000'000)}};
  CHECK(shelf.plan(wishing(.04, .25)).outcome == AllocationOutcome::full);
  CHECK(shelf.plan(wishing(.04, .22)).outcome == AllocationOutcome::none);
  CHECK(shelf.plan(wishing(.01, .22)).outcome == AllocationOutcome::full);
}

TEST_CASE("opl, defect of the source: the genre counts") {
  Shelf shelf{
      {test_asset(1, .05, .2, 9'000'000, "pop"), test_asset(2, .05, .2, 9'000'000, "rock")}};
  auto investor = wishing(.01, 1);
  investor.genre = "rock";
  const auto got = shelf.plan(investor);
  CHECK(units_of(got, 1) == 0);
  CHECK(units_of(got, 2) == 1'000'000);
  investor.genre = "country";
  CHECK(shelf.plan(investor).outcome == AllocationOutcome::none);
}

TEST_CASE("opl, defect of the source: the horizon counts") {
  Shelf shelf{{test_asset(1, .05, .2, 9'000'000), test_asset(2, .05, .2, 9'000'000)}};
  shelf.assets[1].expiration_date = in_days(500);
  auto investor = wishing(.01, 1);
  investor.time_horizon = in_days(499);
  const auto got = shelf.plan(investor);
  CHECK(units_of(got, 1) == 1'000'000);
  CHECK(units_of(got, 2) == 0);
  const auto pointers = shelf.pointers();
  CHECK(plan_allocation(investor, pointers, in_days(90), {}).outcome == AllocationOutcome::none);
}

TEST_CASE("opl: no more of an asset than is left of its fund") {
  Shelf shelf{{test_asset(1, .05, .1, 200'000), test_asset(2, .05, .3, 9'000'000)}};
  const auto got = shelf.plan(wishing(.01, 1));
  CHECK(units_of(got, 1) == 200'000);
  CHECK(units_of(got, 2) == 800'000);
}

TEST_CASE("opl: when the funds are too small, all of them, and the rest stays cash") {
  Shelf shelf{{test_asset(1, .05, .1, 200'000), test_asset(2, .05, .3, 300'000)}};
  const auto got = shelf.plan(wishing(.01, 1));
  CHECK(got.outcome == AllocationOutcome::partial);
  CHECK(units_of(got, 1) == 200'000);
  CHECK(units_of(got, 2) == 300'000);
}

TEST_CASE("opl: the largest part that meets the wishes, and not a unit more") {
  // Only the keen asset returns enough; each unit of the calm one needs two and a half of it.
  Shelf shelf{{test_asset(1, .02, .1, 9'000'000), test_asset(2, .05, .3, 300'000)}};
  const auto got = shelf.plan(wishing(.04, 1));
  CHECK(got.outcome == AllocationOutcome::partial);
  CHECK(units_of(got, 2) == doctest::Approx(300'000).epsilon(1e-4));
  CHECK(units_of(got, 1) == doctest::Approx(150'000).epsilon(1e-4));
  CHECK(got.expected_return >= .04 - 1e-9);
}

TEST_CASE("opl: histories give the covariance, and hedges are found in it") {
  Shelf shelf{{test_asset(1, .05, .2, 9'000'000), test_asset(2, .05, .2, 9'000'000),
               test_asset(3, .05, .2, 9'000'000)}};
  CounterRandom random{8, 1};
  for (int t = 0; t < 60; ++t) {
    const double common = random.normal();
    shelf.assets[0].history.push_back(common + .1 * random.normal());
    shelf.assets[1].history.push_back(-common + .1 * random.normal());
    shelf.assets[2].history.push_back(common + .1 * random.normal());
  }
  for (AssetUser& asset : shelf.assets) {
    asset.mu = .05;  // the histories' own means are noise
    CHECK(asset.history.size() == 60);
  }
  const auto hedged = shelf.plan(wishing(.01, 100));
  CHECK(units_of(hedged, 2) == doctest::Approx(500'000).epsilon(.03));
  CHECK(hedged.sigma < .2);
  OplOptions options;
  options.history_min = 61;
  CHECK(units_of(shelf.plan(wishing(.01, 100), options), 2) == doctest::Approx(333'333));
}

TEST_CASE("opl: of too many names the ones of best ranking") {
  Shelf shelf;
  for (std::uint64_t id = 1; id <= 230; ++id) {
    shelf.assets.push_back(test_asset(id));
    shelf.assets.back().ranking = static_cast<double>(id) / 230;
  }
  const auto got = shelf.plan(wishing(.01, 1));
  CHECK(got.outcome == AllocationOutcome::full);
  CHECK(got.fills.size() == 200);
  CHECK(got.fills.front().asset->id == AssetUserId{31});
}

TEST_CASE("opl: whole units, the rest of a unit stays with the investor") {
  Shelf shelf{{test_asset(1, .05, .2, 9'000'000), test_asset(2, .05, .2, 9'000'000)}};
  shelf.assets[0].unit_price = 3'000;
  shelf.assets[1].unit_price = 10'000;
  const auto got = shelf.plan(wishing(.01, 1, 100'000));
  CHECK(got.invested <= 100'000);
  CHECK(got.invested > 90'000);
  CHECK(got.invested == units_of(got, 1) * 3'000 + units_of(got, 2) * 10'000);
}

TEST_CASE("opl: conservation: money is neither made nor lost, whoever comes") {
  CounterRandom random{9, 1};
  Shelf shelf;
  mainstay::exchange::Amount funds = 0;
  for (std::uint64_t id = 1; id <= 20; ++id) {
    const mainstay::exchange::Amount price = 1 + random.between(0, 400);
    shelf.assets.push_back(test_asset(id, .1 * random.uniform(), .05 + .3 * random.uniform(),
                                      price * random.between(1, 5'000),
                                      random.below(2) == 0 ? "pop" : "rock"));
    shelf.assets.back().unit_price = price;
    funds += shelf.assets.back().total_fund;
  }
  mainstay::exchange::Amount paid = 0;
  int partly = 0;
  for (std::uint64_t id = 1; id <= 40; ++id) {
    auto investor = test_investor(id, random.between(3'000, 400'000));
    investor.mu = .08 * random.uniform();
    investor.sigma = .1 + .3 * random.uniform();
    if (random.below(3) == 0) investor.genre = "rock";
    const auto got = shelf.plan(investor);
    const auto matches = settle(investor, got.fills, 1);
    REQUIRE(matches.has_value());
    mainstay::exchange::Amount invested = 0;
    for (const auto& match : *matches) invested += match.amount;
    CHECK(invested == got.invested);
    CHECK(investor.remaining_principal == investor.principal - invested);
    CHECK(investor.remaining_principal >= 0);
    paid += invested;
    partly += got.outcome == AllocationOutcome::partial ? 1 : 0;
  }
  mainstay::exchange::Amount left = 0;
  for (const AssetUser& asset : shelf.assets) {
    CHECK(asset.remaining_fund >= 0);
    mainstay::exchange::Amount in_books = 0;
    for (const auto& [id, amount] : asset.investors) in_books += amount;
    CHECK(in_books == asset.total_fund - asset.remaining_fund);
    left += asset.remaining_fund;
  }
  CHECK(funds - left == paid);
  CHECK(partly > 0);
}

}  // namespace mainstay::exchange::models::opl_test
