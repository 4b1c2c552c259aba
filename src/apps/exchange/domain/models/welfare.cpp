#include "apps/exchange/domain/models/welfare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models {
namespace {

using Cost = std::int64_t;  // billionths
constexpr Cost far = std::numeric_limits<Cost>::max() / 4;
constexpr std::size_t nodes_max = 1'000;
constexpr double utility_max = 1e3;

/// Investors, then assets, then where all money comes from and goes to.
class Transport {
 public:
  explicit Transport(const WelfareProblem& problem)
      : investors_(problem.money.size()),
        assets_(problem.fund.size()),
        source_(investors_ + assets_),
        sink_(source_ + 1),
        free_(problem.money),
        room_(problem.fund),
        cost_(investors_ * assets_, far),
        flow_(investors_ * assets_),
        potential_(sink_ + 1) {
    for (const auto& pair : problem.pairs) {
      cost_[cell(pair.investor, pair.asset)] = -std::llround(pair.utility * 1e9);
    }
    // Costs below 0 become distances: an asset lies as near as its cheapest investor.
    for (std::size_t a = 0; a < assets_; ++a) {
      Cost& nearest = potential_[investors_ + a];
      for (std::size_t i = 0; i < investors_; ++i) {
        if (cost_[cell(i, a)] != far) nearest = std::min(nearest, cost_[cell(i, a)]);
      }
      potential_[sink_] = std::min(potential_[sink_], nearest);
    }
  }

  std::vector<StableFlow> run() {
    while (find_path()) augment();
    std::vector<StableFlow> flows;
    for (std::uint32_t i = 0; i < investors_; ++i) {
      for (std::uint32_t a = 0; a < assets_; ++a) {
        if (flow_[cell(i, a)] > 0) flows.push_back({i, a, flow_[cell(i, a)]});
      }
    }
    return flows;
  }

 private:
  [[nodiscard]] std::size_t cell(std::size_t i, std::size_t a) const { return i * assets_ + a; }

  /// Dijkstra over what can still flow; false when the best path no longer gains anything.
  bool find_path() {
    distance_.assign(sink_ + 1, far);
    from_.assign(sink_ + 1, sink_);
    std::vector<bool> done(sink_ + 1);
    distance_[source_] = 0;
    for (;;) {
      std::size_t next = sink_ + 1;
      for (std::size_t node = 0; node <= sink_; ++node) {
        if (!done[node] && distance_[node] < far &&
            (next > sink_ || distance_[node] < distance_[next])) {
          next = node;
        }
      }
      if (next > sink_) break;
      done[next] = true;
      look_around(next);
    }
    if (distance_[sink_] == far) return false;
    for (std::size_t node = 0; node <= sink_; ++node) {
      potential_[node] += std::min(distance_[node], distance_[sink_]);
    }
    return potential_[sink_] - potential_[source_] < 0;
  }

  void look_around(std::size_t node) {
    if (node == source_) {
      for (std::size_t i = 0; i < investors_; ++i) {
        if (free_[i] > 0) reach(node, i, 0);
      }
    } else if (node < investors_) {
      for (std::size_t a = 0; a < assets_; ++a) {
        if (cost_[cell(node, a)] != far) reach(node, investors_ + a, cost_[cell(node, a)]);
      }
    } else if (node < source_) {
      const std::size_t a = node - investors_;
      if (room_[a] > 0) reach(node, sink_, 0);
      for (std::size_t i = 0; i < investors_; ++i) {
        if (flow_[cell(i, a)] > 0) reach(node, i, -cost_[cell(i, a)]);
      }
    }
  }

  void reach(std::size_t from, std::size_t to, Cost cost) {
    const Cost there = distance_[from] + cost + potential_[from] - potential_[to];
    if (there >= distance_[to]) return;
    distance_[to] = there;
    from_[to] = from;
  }

  void augment() {
    Amount most = std::numeric_limits<Amount>::max();
    for (std::size_t node = sink_; node != source_; node = from_[node]) {
      const std::size_t before = from_[node];
      if (node == sink_) {
        most = std::min(most, room_[before - investors_]);
      } else if (before == source_) {
        most = std::min(most, free_[node]);
      } else if (node < investors_) {
        most = std::min(most, flow_[cell(node, before - investors_)]);
      }
    }
    for (std::size_t node = sink_; node != source_; node = from_[node]) {
      const std::size_t before = from_[node];
      if (node == sink_) {
        room_[before - investors_] -= most;
      } else if (before == source_) {
        free_[node] -= most;
      } else if (node < investors_) {
        flow_[cell(node, before - investors_)] -= most;
      } else {
        flow_[cell(before, node - investors_)] += most;
      }
    }
  }

  std::size_t investors_;
  std::size_t assets_;
  std::size_t source_;
  std::size_t sink_;
  std::vector<Amount> free_;     // by investor
  std::vector<Amount> room_;     // by asset
  std::vector<Cost> cost_;       // by cell
  std::vector<Amount> flow_;     // by cell
  std::vector<Cost> potential_;  // by node; with them no distance is below 0
  std::vector<Cost> distance_;   // by node, of the last search
  std::vector<std::size_t> from_;
};

Result<> check(const WelfareProblem& problem) {
  if (problem.money.size() + problem.fund.size() > nodes_max) {
    return Error{ModelErrc::too_many, "1000 investors and assets together are the most"};
  }
  const auto negative = [](Amount amount) { return amount < 0; };
  if (std::any_of(problem.money.begin(), problem.money.end(), negative) ||
      std::any_of(problem.fund.begin(), problem.fund.end(), negative)) {
    return Error{ModelErrc::parameters_invalid, "an amount below 0"};
  }
  std::vector<bool> seen(problem.money.size() * problem.fund.size());
  for (const auto& pair : problem.pairs) {
    if (pair.investor >= problem.money.size() || pair.asset >= problem.fund.size() ||
        !(std::abs(pair.utility) <= utility_max)) {
      return Error{ModelErrc::parameters_invalid, "a pair of nobody, or a utility beyond 1e3"};
    }
    const std::size_t place = pair.investor * problem.fund.size() + pair.asset;
    if (seen[place]) return Error{ModelErrc::parameters_invalid, "a pair that is named twice"};
    seen[place] = true;
  }
  return {};
}

}  // namespace

WelfareProblem welfare_problem(std::span<InvestorUser* const> investors,
                               std::span<AssetUser* const> assets, SystemTime now,
                               const Taste& taste) {
  WelfareProblem problem;
  for (const InvestorUser* one : investors) problem.money.push_back(one->remaining_principal);
  for (const AssetUser* one : assets) problem.fund.push_back(one->remaining_fund);
  for (std::uint32_t i = 0; i < investors.size(); ++i) {
    for (std::uint32_t a = 0; a < assets.size(); ++a) {
      if (!is_eligible(*investors[i], *assets[a], now)) continue;
      problem.pairs.push_back({i, a, utility(*investors[i], *assets[a], taste)});
    }
  }
  return problem;
}

Result<std::vector<StableFlow>> best_welfare(const WelfareProblem& problem) {
  MS_TRY_VOID(check(problem));
  return Transport{problem}.run();
}

double welfare_of(const WelfareProblem& problem, std::span<const StableFlow> flows) {
  double sum = 0;
  for (const StableFlow& flow : flows) {
    for (const auto& pair : problem.pairs) {
      if (pair.investor != flow.investor || pair.asset != flow.asset) continue;
      sum += pair.utility * static_cast<double>(flow.amount);
    }
  }
  return sum;
}

}  // namespace mainstay::exchange::models
