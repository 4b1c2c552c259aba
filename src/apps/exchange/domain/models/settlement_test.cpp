#include "apps/exchange/domain/models/settlement.hpp"

#include <array>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::settlement_test {

TEST_CASE("settle: money moves from the investor to the asset, both sides' books say so") {
  auto investor = test_investor(1, 10'000);
  auto asset = test_asset(2, .01, .2, 6'000);
  asset.unit_price = 50;
  const std::array fills{Fill{&asset, 20}};
  const auto matches = settle(investor, fills, 77);
  REQUIRE(matches.has_value());
  REQUIRE(matches->size() == 1);
  CHECK((*matches)[0].id == 77U);
  CHECK((*matches)[0].amount == 1'000);
  CHECK((*matches)[0].units == 20);
  CHECK(investor.remaining_principal == 9'000);
  CHECK(asset.remaining_fund == 5'000);
  CHECK(investor.investments.at(asset.id) == 1'000);
  CHECK(asset.investors.at(investor.id) == 1'000);
}

TEST_CASE("settle, defect of the source: a full fill costs what it takes") {
  auto investor = test_investor(1, 10'000);
  auto asset = test_asset(2, .01, .2, 6'000);
  const std::array fills{Fill{&asset, 6'000}};
  REQUIRE(settle(investor, fills, 1).has_value());
  CHECK(asset.remaining_fund == 0);
  CHECK(investor.remaining_principal == 4'000);  // the source's fund was zeroed first: 10'000
}

TEST_CASE("settle, defect of the source: a partial fill costs what was invested, no more") {
  auto investor = test_investor(1, 10'000);
  auto asset = test_asset(2, .01, .2, 6'000);
  const std::array fills{Fill{&asset, 1'500}};
  REQUIRE(settle(investor, fills, 1).has_value());
  CHECK(asset.remaining_fund == 4'500);
  CHECK(investor.remaining_principal == 8'500);  // the source took the rest of the fund: 4'000
}

TEST_CASE("settle, defect of the source: several assets are filled together or not at all") {
  auto investor = test_investor(1, 10'000);
  auto first = test_asset(2, .01, .2, 6'000);
  auto second = test_asset(3, .01, .2, 6'000);
  const std::array poor{Fill{&first, 6'000}, Fill{&second, 4'001}};
  const auto refused = settle(investor, poor, 1);
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(ModelErrc::over_invest));
  CHECK(refused.error().detail() == "10001 minor units of 10000 left");
  const std::array twice{Fill{&first, 3'000}, Fill{&second, 1}, Fill{&first, 3'001}};
  CHECK(settle(investor, twice, 1).error().is(ModelErrc::too_much_fund));
  const std::array negative{Fill{&first, -1}};
  CHECK(settle(investor, negative, 1).error().is(ModelErrc::parameters_invalid));
  CHECK(investor.remaining_principal == 10'000);
  CHECK(first.remaining_fund == 6'000);
  CHECK(second.remaining_fund == 6'000);
  CHECK(investor.investments.empty());
  CHECK(first.investors.empty());
}

}  // namespace mainstay::exchange::models::settlement_test
