#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"

namespace mainstay::exchange::models {

using InvestorUserId = Strong<struct InvestorUserIdTag, std::uint64_t>;
using AssetUserId = Strong<struct AssetUserIdTag, std::uint64_t>;

/// The genre of investors who do not mind.
inline constexpr std::string_view any_genre = "any";

/// Who invests. Amounts are in minor units; mu and sigma are a period's return and its standard
/// deviation, as fractions (.01 is one per cent).
struct InvestorUser {
  InvestorUserId id{};
  double mu = 0;     // at least this is expected
  double sigma = 0;  // at most this is borne
  Amount principal = 0;
  Amount remaining_principal = 0;
  std::string genre{any_genre};
  SystemTime time_horizon{};                    // by then all should have been paid back
  std::map<AssetUserId, Amount> investments{};  // cash flows matched so far

  /// Less than one per cent is left: not worth another search.
  [[nodiscard]] bool is_done() const { return remaining_principal * 100 < principal; }
};

/// What is invested in: an artist or a project. Sells `remaining_fund / unit_price` more units.
struct AssetUser {
  AssetUserId id{};
  double mu = 0;
  double sigma = 0;
  double ranking = 0;  // 0 to 1, better is higher: MatchingAlgo's (matching.hpp)
  std::string genre{};
  SystemTime expiration_date{};
  SystemTime pricing_date{};
  Amount total_fund = 0;
  Amount remaining_fund = 0;
  Amount unit_price = 1;                         // minor units for one unit issued
  std::vector<double> history{};                 // returns by period, the newest last; may be empty
  std::map<InvestorUserId, Amount> investors{};  // cash flows matched so far

  [[nodiscard]] std::int64_t units_left() const { return remaining_fund / unit_price; }
};

/// A new investor as it may take part, all of the principal left; or why it may not.
Result<InvestorUser> new_investor(InvestorUser wanted);

/// A new asset as it may take part, all of the fund left; with a history of two or more incomes mu
/// and sigma are their mean and standard deviation. Or why it may not.
Result<AssetUser> new_asset(AssetUser wanted);

/// Whether `investor` may hold `asset` at all: the genre is wanted, the asset has not expired and
/// does so within the horizon, and there is at least one unit left to buy.
bool is_eligible(const InvestorUser& investor, const AssetUser& asset, SystemTime now);

}  // namespace mainstay::exchange::models
