#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/domain/models/covariance.hpp"
#include "apps/exchange/domain/models/settlement.hpp"
#include "apps/exchange/domain/models/users.hpp"

namespace mainstay::exchange::models {

struct OplOptions {
  GenreCorrelation correlation{};
  std::size_t history_min = 12;  // common periods from which on histories give the covariance
};

enum class AllocationOutcome : std::uint8_t {
  full,     // all that was left is invested, but for less than a unit of each asset
  partial,  // as much as the wishes allow; the rest stays cash and waits
  none      // no mix of the assets meets the wishes: all stays cash and waits
};

struct Allocation {
  AllocationOutcome outcome = AllocationOutcome::none;
  std::vector<Fill> fills{};   // whole units, at least one each
  Amount invested = 0;         // what the fills cost
  double expected_return = 0;  // of the invested money, before rounding to units
  double sigma = 0;            // likewise
};

/// Which of the assets an investor should buy: the mix of least variance among the eligible ones
/// (is_eligible; of more than ModelLimits::portfolio_names_max the ones of best ranking) whose
/// expected return is at least the investor's mu and whose standard deviation is at most its sigma,
/// with no more of an asset than is left of its fund. When not all of the principal can be invested
/// so, the largest part of it that can: wishes count for the invested money. Covariance comes from
/// the histories when all have `history_min` common periods, else from sigma and genre.
///
/// Plans only: settle() (settlement.hpp) pays. Whole units are rounded so that never more than
/// what the investor has is spent; they move the return by less than a unit's share.
Allocation plan_allocation(const InvestorUser& investor, std::span<AssetUser* const> assets,
                           SystemTime now, const OplOptions& options);

}  // namespace mainstay::exchange::models
