#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/parlour.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

/// UCB1 (Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem",
/// 2002): tries every arm once, then the one of highest mean + sqrt(2 ln n / n_j). Rewards should
/// be within [0, 1]; the first of equals is chosen.
class Ucb1 {
 public:
  /// At least one arm.
  explicit Ucb1(std::size_t arms) : arms_(arms) {}

  [[nodiscard]] std::size_t choose() const;
  void reward(std::size_t arm, double amount);

  [[nodiscard]] std::uint64_t times(std::size_t arm) const { return arms_[arm].times; }
  [[nodiscard]] double mean(std::size_t arm) const;
  /// The arm that was taken most often.
  [[nodiscard]] std::size_t favourite() const;

 private:
  struct Arm {
    std::uint64_t times = 0;
    double sum = 0;
  };
  std::vector<Arm> arms_;
  std::uint64_t rounds_ = 0;
};

/// The source's extension of Parlour's market: the prices A and B are chosen by an online learner
/// so that what all traders gain is the most. An arm is a pair of prices; a round is a day.
class ParlourPricing {
 public:
  struct Prices {
    double bid = 0;
    double ask = 0;
  };

  /// All pairs of the grids, at most 400; each must make a market (ParlourModel::make).
  static Result<ParlourPricing> make(const ParlourMarket& market, const std::vector<double>& bids,
                                     const std::vector<double>& asks);

  /// Plays a day at the learner's prices and learns from it.
  ParlourDay play(CounterRandom& random);

  [[nodiscard]] Prices favourite() const { return prices_of(learner_.favourite()); }
  [[nodiscard]] std::size_t arms() const { return models_.size(); }
  [[nodiscard]] const Ucb1& learner() const { return learner_; }
  [[nodiscard]] Prices prices_of(std::size_t arm) const;

 private:
  explicit ParlourPricing(std::vector<ParlourModel> models);
  std::vector<ParlourModel> models_;
  Ucb1 learner_;
};

}  // namespace mainstay::exchange::models
