#pragma once

#include <string>
#include <utility>

#include "apps/exchange/domain/models/test_users.hpp"
#include "apps/exchange/ports/primary_store.hpp"

namespace mainstay::exchange {

// What tests of the primary market begin with.

inline InvestorRecord wanted_investor(std::string owner, Amount principal = 10'000) {
  InvestorRecord out;
  out.user = models::test_investor(1, principal);
  out.owner = std::move(owner);
  out.created_at = models::test_now;
  return out;
}

inline ArtistRecord wanted_artist(std::string owner, std::string ticker, Amount fund = 4'000,
                                  Amount unit_price = 100) {
  ArtistRecord out;
  out.user = models::test_asset(1, .05, .1, fund);
  out.user.unit_price = unit_price;
  out.owner = std::move(owner);
  out.ticker = std::move(ticker);
  out.created_at = models::test_now;
  return out;
}

}  // namespace mainstay::exchange
