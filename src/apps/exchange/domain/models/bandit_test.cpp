#include "apps/exchange/domain/models/bandit.hpp"

#include <array>

#include <doctest/doctest.h>

namespace mainstay::exchange::models::bandit_test {

TEST_CASE("ucb1: tries all, then mostly takes the best arm") {
  Ucb1 learner{4};
  const std::array<double, 4> chance{.2, .5, .8, .4};
  CounterRandom random{1, 1};
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t arm = learner.choose();
    if (round < 4) CHECK(arm == static_cast<std::size_t>(round));
    learner.reward(arm, random.uniform() < chance.at(arm) ? 1 : 0);
  }
  CHECK(learner.favourite() == 2);
  CHECK(learner.times(2) > 2'000);
  CHECK(learner.times(0) >= 10);  // never forgotten
  CHECK(learner.mean(2) == doctest::Approx(.8).epsilon(.05));
}

TEST_CASE("ucb1: its regret is within the theorem's bound") {
  // Auer et al., theorem 1: 8 ln n * sum of 1 / gap + (1 + pi^2 / 3) * sum of gaps.
  Ucb1 learner{2};
  CounterRandom random{2, 1};
  double regret = 0;
  for (int round = 0; round < 5'000; ++round) {
    const std::size_t arm = learner.choose();
    learner.reward(arm, random.uniform() < (arm == 0 ? .7 : .4) ? 1 : 0);
    regret += arm == 0 ? 0 : .3;
  }
  CHECK(regret < 8 * 8.52 / .3 + 4.3 * .3);
}

TEST_CASE("parlour pricing: learns the prices at which traders gain most") {
  ParlourMarket market;
  market.value = 10;
  market.traders = 12;
  // Wider prices keep traders from each other, who differ by a lot: the narrow pair is best.
  auto pricing = ParlourPricing::make(market, {2.0, 9.5}, {10.5, 18.0}).value();
  CHECK(pricing.arms() == 4);
  CounterRandom random{3, 1};
  double total = 0;
  for (int day = 0; day < 3'000; ++day) total += pricing.play(random).payoff;
  CHECK(total > 0);
  CHECK(pricing.favourite().bid == 9.5);
  CHECK(pricing.favourite().ask == 10.5);
}

TEST_CASE("parlour pricing: prices around no value and too many of them are refused") {
  ParlourMarket market;
  market.value = 10;
  CHECK(ParlourPricing::make(market, {9, 10}, {11}).has_error());
  CHECK(ParlourPricing::make(market, {}, {11}).has_error());
  CHECK(ParlourPricing::make(market, std::vector<double>(21, 9), std::vector<double>(20, 11))
            .has_error());
}

}  // namespace mainstay::exchange::models::bandit_test
