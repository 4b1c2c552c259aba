#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/domain/models/matching.hpp"
#include "apps/exchange/domain/models/users.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// Money, funds, and what a unit of an investor's money is worth to it in an asset; pairs that are
/// not named do not come about.
struct WelfareProblem {
  struct Pair {
    std::uint32_t investor = 0;
    std::uint32_t asset = 0;
    double utility = 0;  // |utility| at most 1e3
  };
  std::vector<Amount> money;  // by investor
  std::vector<Amount> fund;   // by asset
  std::vector<Pair> pairs;
};

/// The eligible pairs with their utility (matching.hpp).
WelfareProblem welfare_problem(std::span<InvestorUser* const> investors,
                               std::span<AssetUser* const> assets, SystemTime now,
                               const Taste& taste);

/// The flows of highest total utility: a transportation problem, solved by successive shortest
/// paths (Ahuja, Magnanti, Orlin, "Network flows", 1993, chapter 9.7) on utilities rounded to 1e-9.
/// Nobody is asked whether it wants to stay: this is what allocation rules are measured against.
/// Refuses positions that are not there, pairs named twice, amounts below 0, and more than 1'000
/// investors and assets together.
Result<std::vector<StableFlow>> best_welfare(const WelfareProblem& problem);

/// The total utility of flows; of pairs that are not named, none.
double welfare_of(const WelfareProblem& problem, std::span<const StableFlow> flows);

}  // namespace mainstay::exchange::models
