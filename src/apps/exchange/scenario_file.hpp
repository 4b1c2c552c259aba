#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/domain/models/primary_trial.hpp"
#include "apps/exchange/domain/simulation/engine_venue.hpp"
#include "apps/exchange/domain/simulation/market_scenario.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// A market in simulated time.
struct SimulationFile {
  std::uint64_t seed = 1;
  double seconds = 60;  // of simulated time
  simulation::MarketScenario market;
  simulation::EngineVenueOptions venue;  // its agents are the market's
  models::TrialOptions primary;          // a primary market to measure; without either: none
};

/// Reads a scenario (docs/exchange_simulation.md has all its members). `folder` is where files that
/// it names lie. Refusals name the file and the line, or the member.
Result<SimulationFile> read_scenario(std::string_view toml, std::string_view name,
                                     const std::string& folder);

}  // namespace mainstay::exchange
