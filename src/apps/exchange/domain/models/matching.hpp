#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/domain/models/users.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

// MatchingAlgo: ranks assets, and pairs them with investors so that nobody wants to leave.

/// Fills in `ranking`: the share of the assets with less return for its risk (mu / sigma), equals
/// counted half. From 1 / 2n to 1 - 1 / 2n.
void rank_assets(std::span<AssetUser* const> assets);

struct Taste {
  double genre_bonus = 0.02;               // when the asset's genre is the investor's own
  double horizon_penalty_per_year = 0.01;  // of what lies between its expiry and the horizon
};

/// mu_a - A sigma_a^2 / 2 + bonus - penalty, where A = mu / sigma^2 is the aversion of an investor
/// who is content with its own mu at its own sigma (Merton's share is then one); not below 0.
double utility(const InvestorUser& investor, const AssetUser& asset, const Taste& taste);

/// Investors with money and assets with funds, in amounts of one unit. Lists hold positions.
struct StableProblem {
  std::vector<Amount> money;                        // by investor
  std::vector<Amount> fund;                         // by asset
  std::vector<std::vector<std::uint32_t>> wanted;   // by investor: assets, best first
  std::vector<std::vector<std::uint32_t>> welcome;  // by asset: investors, best first
};

struct StableFlow {
  std::uint32_t investor = 0;
  std::uint32_t asset = 0;
  Amount amount = 0;  // > 0
  bool operator==(const StableFlow&) const = default;
};

/// Deferred acceptance (Gale and Shapley's for hospitals and residents, with money in the place of
/// heads: Baiou and Balinski, "The stable allocation (or ordinal transportation) problem", 2002).
/// Investors offer all that is free to the best asset that has not turned them away; an asset keeps
/// what it has room for of those whom it welcomes most. Afterwards no investor and asset would both
/// rather have (more of) each other, and every investor does at least as well as in any other such
/// allocation. Flows by investor, then asset. A pair counts only if both lists have it.
///
/// Refuses lists with positions that are not there or come twice, amounts below 0, more than
/// ModelLimits::pairs_max of investors times assets, and an instance whose offers do not end within
/// 10'000'000 (made up to go round; none is known from markets).
Result<std::vector<StableFlow>> deferred_acceptance(const StableProblem& problem);

/// The eligible pairs in order of the investors' utility (those above 0, what cash gives), and of
/// the assets' preference: who wants its genre by name, then whose horizon is longer, then who
/// brings more money, then the smaller id.
StableProblem stable_problem(std::span<InvestorUser* const> investors,
                             std::span<AssetUser* const> assets, SystemTime now,
                             const Taste& taste);

}  // namespace mainstay::exchange::models
