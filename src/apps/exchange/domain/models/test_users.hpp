#pragma once

#include <string>
#include <utility>

#include "apps/exchange/domain/models/users.hpp"

namespace mainstay::exchange::models {

// Users for tests, with the constants of the source's fixtures where nothing else is said.

inline constexpr SystemTime test_now{std::chrono::days{18'000}};
inline constexpr SystemTime in_days(int days) { return test_now + std::chrono::days{days}; }

inline InvestorUser test_investor(std::uint64_t id, Amount principal = 1'000'000) {
  InvestorUser wanted;
  wanted.id = InvestorUserId{id};
  wanted.mu = 0.01;
  wanted.sigma = 0.20;
  wanted.principal = principal;
  wanted.time_horizon = in_days(1000);
  return new_investor(std::move(wanted)).value();
}

inline AssetUser test_asset(std::uint64_t id, double mu = 0.01, double sigma = 0.20,
                            Amount fund = 1'000'000, std::string genre = "pop") {
  AssetUser wanted;
  wanted.id = AssetUserId{id};
  wanted.mu = mu;
  wanted.sigma = sigma;
  wanted.genre = std::move(genre);
  wanted.pricing_date = test_now;
  wanted.expiration_date = in_days(90);
  wanted.total_fund = fund;
  return new_asset(std::move(wanted)).value();
}

}  // namespace mainstay::exchange::models
