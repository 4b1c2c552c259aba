#include "apps/exchange/domain/simulation/market_scenario.hpp"

#include <optional>
#include <string>
#include <utility>

#include "apps/exchange/domain/models/bandit.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::simulation {
namespace {

using models::ModelErrc;

constexpr std::uint64_t agents_max = 1'000'000;
enum class Draws : std::uint8_t { arrivals, bootstrap, pricing };
constexpr std::uint32_t pricing_days_max = 100'000;
constexpr std::uint32_t lots_max = 1'000'000;
constexpr std::uint32_t price_max = 1'000'000'000;

Result<> check(bool holds, const char* otherwise) {
  if (holds) return {};
  return Error{ModelErrc::parameters_invalid, otherwise};
}

bool is_rate(double rate) { return rate > 0 && rate <= 1e6; }
bool is_lots(std::uint32_t lots) { return lots >= 1 && lots <= lots_max; }
bool is_share(double share) { return share >= 0 && share <= 1; }
bool is_time(std::int64_t ns) { return ns >= 0 && ns <= 86'400'000'000'000; }

Result<> check_latencies(const MarketScenario& s) {
  const auto& own = s.latencies;
  for (const auto& latency : {std::optional{s.latency}, own.zero_intelligence, own.parlour_traders,
                              own.momentum_traders, own.market_makers, own.investors}) {
    if (!latency) continue;
    MS_TRY_VOID(check(is_time(latency->base_ns) && is_time(latency->jitter_ns),
                      "latency and its jitter must be 0 to a day"));
  }
  return {};
}

Result<> check_flow(const MarketScenario& s) {
  MS_TRY_VOID(check(s.zero.ticks_beyond >= 1 && s.zero.ticks_beyond < s.anchor.get() &&
                        s.anchor.get() <= price_max,
                    "ticks_beyond must be 1 or more and below the anchor, that at most 1e9"));
  MS_TRY_VOID(check(is_rate(s.zero.acts_per_second) && is_rate(s.parlour.visits_per_second) &&
                        is_rate(s.momentum.looks_per_second),
                    "acts, visits and looks per second must be above 0 and at most 1e6"));
  MS_TRY_VOID(check(is_lots(s.zero.lots_max) && is_lots(s.parlour.lots) &&
                        is_lots(s.momentum.lots) && is_lots(s.maker.lots) &&
                        is_lots(s.investor.lots_max),
                    "lots must be 1 to 1000000"));
  return check(is_share(s.zero.market_share) && is_share(s.zero.cancel_share) &&
                   s.zero.market_share + s.zero.cancel_share <= 1,
               "market_share and cancel_share must be 0 or more, together at most 1");
}

Result<> check_others(const MarketScenario& s) {
  MS_TRY_VOID(check(
      is_share(s.momentum.fast) && is_share(s.momentum.slow) && s.momentum.threshold_ticks >= 0,
      "momentum: fast and slow must be 0 to 1, the threshold 0 or more"));
  MS_TRY_VOID(check(s.parlour.day_ns >= 1'000 && is_time(s.parlour.day_ns),
                    "Parlour's day must be 1 us to a day"));
  MS_TRY_VOID(check(s.maker.interval_ns >= 1'000 && is_time(s.maker.interval_ns) &&
                        s.maker.periods_left >= 0 && s.maker.periods_left <= 1'000 &&
                        s.maker.levels >= 2 && s.maker.levels <= 1'000,
                    "the market maker's interval must be 1 us to a day, periods 0 to 1000, "
                    "levels 2 to 1000"));
  MS_TRY_VOID(check(s.maker.half_spread_max >= 1 && s.maker.half_spread_max <= price_max &&
                        s.maker.price_ticks_max > s.anchor.get() &&
                        s.maker.price_ticks_max <= price_max && s.maker.position_max >= 1,
                    "the market maker's half spread and position must be 1 or more, its highest "
                    "price above the anchor"));
  return check(s.investor.holding_seconds > 0 && s.investor.holding_seconds <= 1e9,
               "investors must hold for more than 0 and at most 1e9 seconds");
}

/// Each market draws its own, beside the agents' own: else investors came to all at the same times.
models::CounterRandom random_for(Draws what, const MarketScenario& scenario, std::uint64_t seed) {
  constexpr std::uint64_t beyond_agents = std::uint64_t{1} << 48U;
  const std::uint64_t market = std::uint64_t{scenario.symbol.get()} << 8U;
  return {seed, beyond_agents + market + static_cast<std::uint64_t>(what)};
}

Result<models::Arrivals> arrivals_of(const MarketScenario& s, std::uint64_t seed) {
  using models::SeriesEnd;
  if (s.arrival_way == ArrivalWay::replay) {
    MS_TRY(auto replay, models::ReplayArrivals::make(s.arrivals, s.arrivals_per_value,
                                                     s.arrival_compression, SeriesEnd::repeat));
    return replay;
  }
  models::ArrivalSeries series = s.arrivals;
  if (s.arrival_way == ArrivalWay::bootstrap) {
    MS_TRY(series,
           models::bootstrapped(s.arrivals, s.bootstrap, random_for(Draws::bootstrap, s, seed)));
  }
  MS_TRY(auto drawn, models::IntensityArrivals::make(
                         std::move(series), s.arrivals_per_second, s.arrival_compression,
                         random_for(Draws::arrivals, s, seed), SeriesEnd::repeat));
  return drawn;
}

template <class A, class Options, class... Shared>
void add_some(Kernel& kernel, const MarketScenario& scenario, std::uint32_t count,
              const std::optional<Latency>& latency, Options options, const Shared&... shared) {
  options.symbol = scenario.symbol;
  if constexpr (requires { options.anchor; }) options.anchor = scenario.anchor;
  for (std::uint32_t i = 0; i < count; ++i) {
    kernel.add(std::make_unique<A>(options, shared...), latency.value_or(scenario.latency));
  }
}

}  // namespace

std::uint64_t MarketScenario::agents() const {
  return std::uint64_t{zero_intelligence} + parlour_traders + momentum_traders + market_makers +
         (investors ? 1 : 0);
}

Result<> MarketScenario::check_agents() const {
  if (agents() <= agents_max) return {};
  return Error{ModelErrc::too_many, "1000000 agents are the most"};
}

Result<models::ParlourMarket> priced_parlour_market(const MarketScenario& scenario,
                                                    std::uint64_t seed) {
  models::ParlourMarket market = scenario.parlour_market;
  const auto& wanted = scenario.parlour_pricing;
  if (wanted.days == 0) return market;
  MS_TRY_VOID(check(wanted.days <= pricing_days_max, "pricing_days must be at most 100000"));
  MS_TRY(auto pricing, models::ParlourPricing::make(market, wanted.bids, wanted.asks));
  auto random = random_for(Draws::pricing, scenario, seed);
  for (std::uint32_t day = 0; day < wanted.days; ++day) pricing.play(random);
  market.bid = pricing.favourite().bid;
  market.ask = pricing.favourite().ask;
  return market;
}

Result<> populate(Kernel& kernel, const MarketScenario& scenario, std::uint64_t seed) {
  MS_TRY_VOID(scenario.check_agents());
  MS_TRY_VOID(check_latencies(scenario));
  MS_TRY_VOID(check_flow(scenario));
  MS_TRY_VOID(check_others(scenario));
  MS_TRY(const auto parlour_market, priced_parlour_market(scenario, seed));
  MS_TRY(auto solved, models::ParlourModel::make(parlour_market));
  const auto model = std::make_shared<const models::ParlourModel>(std::move(solved));
  MS_TRY(const auto arrivals, arrivals_of(scenario, seed));

  const auto& own = scenario.latencies;
  add_some<MarketMaker>(kernel, scenario, scenario.market_makers, own.market_makers,
                        scenario.maker);
  add_some<ZeroIntelligence>(kernel, scenario, scenario.zero_intelligence, own.zero_intelligence,
                             scenario.zero);
  add_some<ParlourTrader>(kernel, scenario, scenario.parlour_traders, own.parlour_traders,
                          scenario.parlour, model);
  add_some<Momentum>(kernel, scenario, scenario.momentum_traders, own.momentum_traders,
                     scenario.momentum);
  add_some<InvestorFlow>(kernel, scenario, scenario.investors ? 1 : 0, own.investors,
                         scenario.investor, arrivals);
  return {};
}

}  // namespace mainstay::exchange::simulation
