#include "apps/exchange/domain/models/santa_fe.hpp"

#include <algorithm>
#include <cmath>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"

namespace mainstay::exchange::models {

double santa_fe_price_scale(const SantaFeRates& rates) { return rates.market / (2 * rates.limit); }

double santa_fe_granularity(const SantaFeRates& rates) {
  return 2 * rates.cancel * static_cast<double>(rates.lots) / rates.market;
}

double santa_fe_mean_spread(const SantaFeRates& rates) {
  const double e = santa_fe_granularity(rates) / 2;
  return rates.market / rates.limit * (0.28 + 1.86 * std::pow(e, 0.75));
}

double santa_fe_diffusion_scale(const SantaFeRates& rates) {
  return std::pow(rates.market, 2.5) * std::sqrt(rates.cancel) /
         std::sqrt(static_cast<double>(rates.lots)) / (rates.limit * rates.limit);
}

Result<SantaFeFlow> SantaFeFlow::make(const SantaFeRates& rates, std::int64_t anchor_ticks,
                                      CounterRandom random) {
  const auto refuse = [](const char* why) { return Error{ModelErrc::parameters_invalid, why}; };
  constexpr double most = ModelLimits::magnitude_max;
  if (!(rates.limit > 0 && rates.limit <= most && rates.market > 0 && rates.market <= most)) {
    return refuse("limit and market rates must be above 0 and at most 1e9");
  }
  if (!(rates.cancel >= 0 && rates.cancel <= most)) {
    return refuse("the cancel rate must be 0 to 1e9");
  }
  if (rates.lots < 1 || rates.lots > 1'000'000 || rates.ticks_beyond < 1 ||
      rates.ticks_beyond > 1'000'000) {
    return refuse("lots and ticks_beyond must be 1 to 1000000");
  }
  if (anchor_ticks <= rates.ticks_beyond || anchor_ticks > 1'000'000'000) {
    return refuse("anchor_ticks must be above ticks_beyond and at most 1e9");
  }
  return SantaFeFlow{rates, anchor_ticks, random};
}

FlowEvent SantaFeFlow::next(const BookTop& top) {
  if (top.best_bid > 0) last_bid_ = top.best_bid;
  if (top.best_ask > 0) last_ask_ = top.best_ask;
  const auto lots = static_cast<double>(rates_.lots);
  const double limits = 2 * rates_.limit * static_cast<double>(rates_.ticks_beyond) / lots;
  const double markets = rates_.market / lots;
  const double cancels = rates_.cancel * static_cast<double>(top.live_orders);
  const double all = limits + markets + cancels;

  FlowEvent event;
  event.wait = random_.exponential(all);
  const double which = random_.uniform() * all;
  event.lots = rates_.lots;
  if (which < limits) {
    event.buy = random_.below(2) == 0;
    event.price_ticks = limit_price(event.buy);
  } else if (which < limits + markets || top.live_orders == 0) {
    event.kind = FlowKind::market;
    event.buy = random_.below(2) == 0;
  } else {
    event.kind = FlowKind::cancel;
    event.victim = random_.below(top.live_orders);
  }
  return event;
}

std::int64_t SantaFeFlow::limit_price(bool buy) {
  const std::int64_t beyond = random_.between(1, rates_.ticks_beyond);
  return std::max<std::int64_t>(buy ? last_ask_ - beyond : last_bid_ + beyond, 1);
}

}  // namespace mainstay::exchange::models
