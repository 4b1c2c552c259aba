#include "apps/exchange/domain/models/primary_market.hpp"

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::primary_market_test {
using mainstay::exchange::Amount;

TEST_CASE("primary market, defect of the source: who is not filled is queued, and served later") {
  // The source queued its matcher's answer, 0 or 1, in the place of the investor.
  PrimaryMarket market;
  REQUIRE(market.add_investor(test_investor(7, 10'000), test_now).has_value());
  CHECK(market.allocate(test_now, AllocationMethod::mean_variance)->empty());
  REQUIRE(market.waiting().find(InvestorUserId{7}) != nullptr);

  REQUIRE(market.add_asset(test_asset(1, .05, .1, 4'000)).has_value());
  const auto first = market.allocate(test_now, AllocationMethod::mean_variance);
  REQUIRE(first->size() == 1);
  CHECK((*first)[0].amount == 4'000);
  CHECK(market.waiting().front()->cash == 6'000);
  CHECK(market.waiting().front()->since == test_now);

  REQUIRE(market.add_asset(test_asset(2, .05, .1, 50'000)).has_value());
  const auto second = market.allocate(in_days(1), AllocationMethod::mean_variance);
  REQUIRE(second->size() == 1);
  CHECK((*second)[0].id == 2U);
  CHECK((*second)[0].amount == 6'000);
  CHECK(market.waiting().empty());
  CHECK(market.investor(InvestorUserId{7})->is_done());
  CHECK(market.investor(InvestorUserId{7})->investments.size() == 2);
  CHECK(market.asset(AssetUserId{2})->remaining_fund == 44'000);
}

TEST_CASE("primary market: who has less than one per cent left does not wait") {
  PrimaryMarket market;
  REQUIRE(market.add_investor(test_investor(1, 10'000), test_now).has_value());
  REQUIRE(market.add_asset(test_asset(1, .05, .1, 9'901)).has_value());
  CHECK(market.allocate(test_now, AllocationMethod::mean_variance).has_value());
  CHECK(market.waiting().empty());
  CHECK(market.investor(InvestorUserId{1})->remaining_principal == 99);
}

TEST_CASE("primary market: one investor alone, and one that has stopped waiting") {
  PrimaryMarket market;
  REQUIRE(market.add_investor(test_investor(1, 10'000), test_now).has_value());
  REQUIRE(market.add_investor(test_investor(2, 10'000), test_now).has_value());
  REQUIRE(market.add_asset(test_asset(1, .05, .1, 12'000)).has_value());
  CHECK(market.stop_waiting(InvestorUserId{2}).has_value());
  CHECK(market.stop_waiting(InvestorUserId{2}).error().is(ModelErrc::unknown_user));
  CHECK(market.allocate_one(InvestorUserId{1}, test_now)->size() == 1);
  CHECK(market.allocate(test_now, AllocationMethod::mean_variance)->empty());
  CHECK(market.allocate_one(InvestorUserId{2}, test_now)->at(0).amount == 2'000);
  CHECK(market.waiting().find(InvestorUserId{2})->cash == 8'000);
  CHECK(market.allocate_one(InvestorUserId{3}, test_now).error().is(ModelErrc::unknown_user));
}

TEST_CASE("primary market: those who took part before go on with what they have left") {
  auto investor = test_investor(7, 10'000);
  investor.remaining_principal = 6'000;
  auto asset = test_asset(2, .05, .1, 50'000);
  asset.remaining_fund = 4'000;
  PrimaryMarket market;
  REQUIRE(market.resume({investor}, {asset}).has_value());
  CHECK(market.resume({investor}, {}).error().is(ModelErrc::duplicate_user));
  const auto matches = market.allocate(test_now, AllocationMethod::mean_variance);
  REQUIRE(matches->size() == 1);
  CHECK(matches->at(0).amount == 4'000);
  CHECK(market.waiting().front()->cash == 2'000);
  CHECK(market.asset(asset.id)->ranking == doctest::Approx(.5));
}

TEST_CASE("primary market: ids are taken once, and assets are ranked as they come") {
  PrimaryMarket market;
  REQUIRE(market.add_investor(test_investor(1), test_now).has_value());
  CHECK(market.add_investor(test_investor(1), test_now).error().is(ModelErrc::duplicate_user));
  REQUIRE(market.add_asset(test_asset(1, .05)).has_value());
  REQUIRE(market.add_asset(test_asset(2, .06)).has_value());
  CHECK(market.add_asset(test_asset(2)).error().is(ModelErrc::duplicate_user));
  CHECK(market.asset(AssetUserId{2})->ranking == doctest::Approx(.75));
  CHECK(market.asset(AssetUserId{1})->ranking == doctest::Approx(.25));
  CHECK(market.asset(AssetUserId{9}) == nullptr);
}

TEST_CASE("primary market: too many at once are refused, one by one they are served") {
  PrimaryMarket market;
  for (std::uint64_t id = 1; id <= 500; ++id) {
    REQUIRE(market.add_asset(test_asset(id, .05)).has_value());
  }
  for (std::uint64_t id = 1; id <= 8'001; ++id) {
    REQUIRE(market.add_investor(test_investor(id), test_now).has_value());
  }
  const auto refused = market.allocate(test_now, AllocationMethod::mean_variance);
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail().find("one by one") != std::string::npos);
  CHECK(market.allocate_one(InvestorUserId{5}, test_now)->size() == 200);
}

TEST_CASE("primary market: conservation and whole units, by either method") {
  for (const auto method :
       {AllocationMethod::mean_variance, AllocationMethod::deferred_acceptance}) {
    PrimaryMarket market;
    CounterRandom random{6, 1};
    for (std::uint64_t id = 1; id <= 12; ++id) {
      auto asset = test_asset(id, .3 * random.uniform(), .1 + .2 * random.uniform(), 1,
                              id % 3 == 0 ? "rock" : "pop");
      asset.unit_price = random.between(1, 90);
      asset.total_fund = asset.unit_price * random.between(1, 3'000);
      REQUIRE(market.add_asset(std::move(asset)).has_value());
    }
    Amount paid = 0;
    for (std::uint64_t id = 1; id <= 30; ++id) {
      auto investor = test_investor(id, random.between(3'000, 90'000));
      if (id % 4 == 0) investor.genre = "rock";
      REQUIRE(market.add_investor(std::move(investor), in_days(static_cast<int>(id))).has_value());
      if (id % 10 != 0) continue;
      const auto matches = market.allocate(in_days(31), method);
      REQUIRE(matches.has_value());
      for (const auto& match : *matches) {
        CHECK(match.amount == match.units * market.asset(match.asset)->unit_price);
        paid += match.amount;
      }
    }
    Amount spent = 0;
    Amount raised = 0;
    for (const auto& [id, one] : market.investors())
      spent += one.principal - one.remaining_principal;
    for (const auto& [id, one] : market.assets()) raised += one.total_fund - one.remaining_fund;
    CHECK(paid > 0);
    CHECK(spent == paid);
    CHECK(raised == paid);
  }
}

}  // namespace mainstay::exchange::models::primary_market_test
