#include "apps/exchange/domain/models/users.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::users_test {

TEST_CASE("investor: a new one has all of its principal and no investments") {
  auto wanted = test_investor(1);
  wanted.remaining_principal = 5;
  wanted.investments[AssetUserId{3}] = 5;
  const auto made = new_investor(wanted);
  REQUIRE(made.has_value());
  CHECK(made->remaining_principal == 1'000'000);
  CHECK(made->investments.empty());
}

TEST_CASE("investor: each field out of its range is refused by name") {
  const auto refused = [](auto change, const char* word) {
    auto wanted = test_investor(1);
    change(wanted);
    const auto made = new_investor(std::move(wanted));
    REQUIRE(made.has_error());
    CHECK(made.error().detail().find(word) != std::string::npos);
  };
  refused([](auto& one) { one.principal = 2999; }, "at least 3000");
  refused([](auto& one) { one.principal = -5; }, "principal is -5");
  refused([](auto& one) { one.principal = 9'000'000'000'000'001; }, "principal must be at most");
  refused([](auto& one) { one.sigma = 0; }, "sigma");
  refused([](auto& one) { one.sigma = std::nan(""); }, "sigma");
  refused([](auto& one) { one.mu = std::numeric_limits<double>::infinity(); }, "mu");
  refused([](auto& one) { one.genre.clear(); }, "genre");
  refused([](auto& one) { one.genre.assign(65, 'x'); }, "genre");
  refused([](auto& one) { one.genre = "\xff"; }, "genre");
  auto least = test_investor(1);
  least.principal = 3000;
  CHECK(new_investor(least).has_value());
}

TEST_CASE("asset: each field out of its range is refused by name") {
  const auto refused = [](auto change, const char* word) {
    auto wanted = test_asset(1);
    change(wanted);
    const auto made = new_asset(std::move(wanted));
    REQUIRE(made.has_error());
    CHECK(made.error().is(ModelErrc::asset_invalid));
    CHECK(made.error().detail().find(word) != std::string::npos);
  };
  refused([](auto& one) { one.sigma = -1; }, "sigma");
  refused([](auto& one) { one.mu = std::nan(""); }, "mu");
  refused([](auto& one) { one.genre = "any"; }, "for investors");
  refused([](auto& one) { one.total_fund = 0; }, "total_fund");
  refused([](auto& one) { one.unit_price = 7; }, "unit_price");
  refused([](auto& one) { one.unit_price = 0; }, "unit_price");
  refused([](auto& one) { one.expiration_date = one.pricing_date; }, "expiration_date");
  refused([](auto& one) { one.history.assign(10'001, 1.0); }, "history");
  refused([](auto& one) { one.history = {1, std::nan("")}; }, "history");
  refused([](auto& one) { one.history = {2, 2, 2}; }, "sigma");
}

TEST_CASE("asset: mu and sigma are those of its history") {
  auto wanted = test_asset(1);
  wanted.history = {1, 2, 3, 4};
  const auto made = new_asset(std::move(wanted));
  REQUIRE(made.has_value());
  CHECK(made->mu == doctest::Approx(2.5));
  CHECK(made->sigma == doctest::Approx(std::sqrt(5.0 / 3)));
}

TEST_CASE("eligible: genre, horizon, expiry and what is left") {
  auto investor = test_investor(1);
  auto asset = test_asset(1);
  CHECK(is_eligible(investor, asset, test_now));
  investor.genre = "rock";
  CHECK_FALSE(is_eligible(investor, asset, test_now));
  investor.genre = "pop";
  CHECK(is_eligible(investor, asset, test_now));
  investor.time_horizon = in_days(90);  // the day itself is in time
  CHECK(is_eligible(investor, asset, test_now));
  investor.time_horizon = in_days(89);
  CHECK_FALSE(is_eligible(investor, asset, test_now));
  investor.time_horizon = in_days(1000);
  CHECK_FALSE(is_eligible(investor, asset, in_days(90)));
  asset.remaining_fund = 0;
  CHECK_FALSE(is_eligible(investor, asset, test_now));
}

TEST_CASE("investor: done with less than one per cent left") {
  auto investor = test_investor(1, 10'000);
  investor.remaining_principal = 100;
  CHECK_FALSE(investor.is_done());
  investor.remaining_principal = 99;
  CHECK(investor.is_done());
}

}  // namespace mainstay::exchange::models::users_test
