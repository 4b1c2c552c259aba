#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "apps/exchange/domain/models/arrival_series.hpp"
#include "apps/exchange/domain/simulation/flow_agents.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"
#include "apps/exchange/domain/simulation/market_maker.hpp"
#include "apps/exchange/domain/simulation/parlour_trader.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::simulation {

/// How investors' arrivals come from their series (models/arrivals.hpp). Each goes on without end.
enum class ArrivalWay : std::uint8_t {
  intensity,  // at random, at a rate that follows the series
  replay,     // those of the series, at its times
  bootstrap   // at random, at the rate of another series of its kind
};

/// Who takes part in one symbol's market: how many of each kind, and how they are. The symbol and
/// the anchor are everybody's, the latency that of those who have none of their own.
struct MarketScenario {
  SymbolId symbol{};
  Price anchor{10'000};
  Latency latency{50'000, 20'000};
  struct Latencies {
    std::optional<Latency> zero_intelligence;
    std::optional<Latency> parlour_traders;
    std::optional<Latency> momentum_traders;
    std::optional<Latency> market_makers;
    std::optional<Latency> investors;
  } latencies{};

  std::uint32_t zero_intelligence = 800;
  std::uint32_t parlour_traders = 100;
  std::uint32_t momentum_traders = 98;
  std::uint32_t market_makers = 1;
  bool investors = true;

  ZeroIntelligenceOptions zero{};
  ParlourTraderOptions parlour{};
  models::ParlourMarket parlour_market{.bid = 0.98,
                                       .value = 1,
                                       .ask = 1.02,
                                       .seller_share = 0.5,
                                       .buyer_share = 0.5,
                                       .patience_low = 0.9,
                                       .patience_high = 1.1,
                                       .traders = 40};
  /// So many days before the market opens, a learner (models/bandit.hpp) tries all pairs of these
  /// prices; the pair that it took most often is the model's. 0 days: the model's as they stand.
  struct Pricing {
    std::uint32_t days = 0;  // at most 100'000
    std::vector<double> bids{};
    std::vector<double> asks{};
  } parlour_pricing{};
  MomentumOptions momentum{};
  MarketMakerOptions maker{};
  InvestorFlowOptions investor{};
  ArrivalWay arrival_way = ArrivalWay::intensity;
  /// Of the investors: their rate over time, again and again. As it stands here it is constant.
  models::ArrivalSeries arrivals{{0, 3600}, {1, 1}};
  double arrivals_per_second = 1;  // on average; not of a replay
  double arrivals_per_value = 1;   // of a replay
  double arrival_compression = 1;
  models::BootstrapOptions bootstrap{};

  [[nodiscard]] std::uint64_t agents() const;
  /// Before anything is made for each of them: 1'000'000 are the most.
  [[nodiscard]] Result<> check_agents() const;
};

/// Parlour's market with the prices that it trades at: the learner's, or the model's.
Result<models::ParlourMarket> priced_parlour_market(const MarketScenario& scenario,
                                                    std::uint64_t seed);

/// Adds the scenario's agents to the kernel, which draws all they need from its seed. Refuses too
/// many agents, rates and sizes out of range, and models that are refused.
Result<> populate(Kernel& kernel, const MarketScenario& scenario, std::uint64_t seed);

}  // namespace mainstay::exchange::simulation
