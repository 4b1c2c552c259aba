#pragma once

#include <string>
#include <string_view>

#include "apps/exchange/ports/primary_store.hpp"
#include "apps/exchange/primary_desk.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

// Bodies and queries of the primary market's routes (docs/exchange_primary_market.md). Amounts are
// in the smallest units of the quote asset, times in milliseconds since 1970. What the models
// refuse besides is theirs (models::new_investor, models::new_asset).

struct PrimaryInputLimits {
  static constexpr std::size_t body_bytes_max = 64U << 10U;
  static constexpr std::size_t ticker_bytes_max = 12;  // with the quote's name behind it: a symbol
  static constexpr std::size_t history_max = 1'000;    // incomes of an artist
  static constexpr std::size_t rows_max = 1'000;       // of a page
};

struct InvestorInput {
  InvestorRecord record;  // without owner
  InvestorAccount account = InvestorAccount::natural;
};
/// {"principal": 1000000, "mu": 0.01, "sigma": 0.2, "time_horizon": .., "genre": "pop",
///  "account": "mine" or "own", "key": ".."}
Result<InvestorInput> read_investor(std::string_view json, SystemTime now);

/// {"ticker": "LUNA", "genre": "pop", "mu": 0.05, "sigma": 0.1 or "history": [..],
///  "expiration_date": .., "pricing_date": .., "total_fund": 400000, "unit_price": 100}
Result<ArtistRecord> read_artist(std::string_view json, SystemTime now);

/// {"method": "mean_variance", "key": ".."}
Result<AllocationRecord> read_allocation(std::string_view json, SystemTime now);

/// `cursor=..&limit=..`, both optional; without owner.
Result<PageOf> read_page(std::string_view query);

}  // namespace mainstay::exchange
