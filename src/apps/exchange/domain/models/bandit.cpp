#include "apps/exchange/domain/models/bandit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/portable_math.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::models {
namespace {

constexpr std::size_t arms_max = 400;

/// More than a trader can gain: a seller the ask, a buyer what the value is worth to it.
double gain_max(const ParlourMarket& market) {
  return std::max(market.ask, market.patience_high * market.value);
}

}  // namespace

std::size_t Ucb1::choose() const {
  std::size_t best = 0;
  double highest = 0;
  for (std::size_t arm = 0; arm < arms_.size(); ++arm) {
    if (arms_[arm].times == 0) return arm;
    const double bonus = std::sqrt(2 * portable_log(static_cast<double>(rounds_)) /
                                   static_cast<double>(arms_[arm].times));
    const double index = mean(arm) + bonus;
    if (arm == 0 || index > highest) {
      highest = index;
      best = arm;
    }
  }
  return best;
}

void Ucb1::reward(std::size_t arm, double amount) {
  MS_CHECK(arm < arms_.size());
  ++arms_[arm].times;
  arms_[arm].sum += amount;
  ++rounds_;
}

double Ucb1::mean(std::size_t arm) const {
  const Arm& one = arms_[arm];
  return one.times == 0 ? 0 : one.sum / static_cast<double>(one.times);
}

std::size_t Ucb1::favourite() const {
  const auto most = std::max_element(arms_.begin(), arms_.end(),
                                     [](const Arm& a, const Arm& b) { return a.times < b.times; });
  return static_cast<std::size_t>(most - arms_.begin());
}

Result<ParlourPricing> ParlourPricing::make(const ParlourMarket& market,
                                            const std::vector<double>& bids,
                                            const std::vector<double>& asks) {
  if (bids.empty() || asks.empty() || bids.size() > arms_max / asks.size()) {
    return Error{ModelErrc::parameters_invalid, "1 to 400 pairs of prices to choose from"};
  }
  std::vector<ParlourModel> models;
  for (const double bid : bids) {
    for (const double ask : asks) {
      ParlourMarket priced = market;
      priced.bid = bid;
      priced.ask = ask;
      MS_TRY(auto model, ParlourModel::make(priced));
      models.push_back(std::move(model));
    }
  }
  return ParlourPricing{std::move(models)};
}

ParlourPricing::ParlourPricing(std::vector<ParlourModel> models)
    : models_(std::move(models)), learner_(models_.size()) {}

ParlourPricing::Prices ParlourPricing::prices_of(std::size_t arm) const {
  return {models_[arm].market().bid, models_[arm].market().ask};
}

ParlourDay ParlourPricing::play(CounterRandom& random) {
  const std::size_t arm = learner_.choose();
  const ParlourMarket& market = models_[arm].market();
  const ParlourDay day = play_day(models_[arm], random);
  const double share = day.payoff / (market.traders * gain_max(market));
  learner_.reward(arm, std::clamp(share, 0.0, 1.0));
  return day;
}

}  // namespace mainstay::exchange::models
