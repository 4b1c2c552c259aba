#pragma once

#include <array>
#include <cstdint>

#include "apps/exchange/domain/models/primary_market.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// A primary market at random, as the source's fixtures drew theirs: genres pop, hip hop, country
/// and rock (an investor in five does not mind), 90 days to three years to the end, money and funds
/// of some thousands. Together at most 1'000.
struct TrialOptions {
  std::uint32_t investors = 0;
  std::uint32_t assets = 0;
};

/// What one rule of allocation made of it.
struct TrialOutcome {
  AllocationMethod method{};
  std::uint64_t matches = 0;
  Amount amount = 0;
  double welfare_ratio = 1;  // its total utility as a share of the best that could be done
};

/// Both rules on the same market, measured against best_welfare(); a function of options and seed.
/// As large as it may be it takes up to a minute.
Result<std::array<TrialOutcome, 2>> try_allocation_rules(const TrialOptions& options,
                                                         std::uint64_t seed);

}  // namespace mainstay::exchange::models
