#include "apps/exchange/domain/models/matching.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"

namespace mainstay::exchange::models {
namespace {

using Lists = std::vector<std::vector<std::uint32_t>>;
constexpr std::uint32_t no_rank = 0xFFFFFFFFU;
constexpr std::uint64_t offers_max = 10'000'000;

Result<> check_lists(const Lists& lists, std::size_t owners, std::size_t others) {
  if (lists.size() != owners) {
    return Error{ModelErrc::parameters_invalid, "one list for each investor and each asset"};
  }
  for (const auto& list : lists) {
    std::vector<bool> seen(others);
    for (const std::uint32_t one : list) {
      if (one >= others || seen[one]) {
        return Error{ModelErrc::parameters_invalid, "a list names somebody twice or nobody"};
      }
      seen[one] = true;
    }
  }
  return {};
}

class Acceptance {
 public:
  explicit Acceptance(const StableProblem& problem)
      : problem_(problem),
        free_(problem.money),
        next_(problem.money.size()),
        room_(problem.fund),
        kept_(problem.fund.size()),
        rank_(problem.fund.size()) {
    for (std::size_t asset = 0; asset < problem.fund.size(); ++asset) {
      rank_[asset].assign(problem.money.size(), no_rank);
      std::uint32_t place = 0;
      for (const std::uint32_t investor : problem.welcome[asset]) rank_[asset][investor] = place++;
    }
  }

  Result<std::vector<StableFlow>> run() {
    std::deque<std::uint32_t> offering(problem_.money.size());
    std::iota(offering.begin(), offering.end(), 0U);
    for (std::uint64_t offers = 0; !offering.empty(); ++offers) {
      if (offers == offers_max) {
        return Error{ModelErrc::too_many, "10000000 offers and no end of them"};
      }
      const std::uint32_t investor = offering.front();
      const auto& wanted = problem_.wanted[investor];
      if (free_[investor] == 0 || next_[investor] == wanted.size()) {
        offering.pop_front();
        continue;
      }
      offer(investor, wanted[next_[investor]], offering);
    }
    return flows();
  }

 private:
  /// Kept amounts of an asset by rank, the least welcome last.
  using Kept = std::map<std::uint32_t, Amount>;

  void offer(std::uint32_t investor, std::uint32_t asset, std::deque<std::uint32_t>& offering) {
    const std::uint32_t rank = rank_[asset][investor];
    Kept& kept = kept_[asset];
    if (rank == no_rank || problem_.fund[asset] == 0) {
      ++next_[investor];
      return;
    }
    kept[rank] += free_[investor];
    room_[asset] -= free_[investor];
    free_[investor] = 0;
    while (room_[asset] < 0) {
      const auto last = std::prev(kept.end());
      const Amount back = std::min(last->second, -room_[asset]);
      const std::uint32_t turned_away = problem_.welcome[asset][last->first];
      room_[asset] += back;
      if (free_[turned_away] == 0 && turned_away != investor) offering.push_back(turned_away);
      free_[turned_away] += back;
      advance_behind(turned_away, asset);
      last->second -= back;
      if (last->second == 0) kept.erase(last);
    }
  }

  /// An asset that has turned somebody's money away takes no more of it: it is full of money at
  /// least as welcome from now on.
  void advance_behind(std::uint32_t investor, std::uint32_t asset) {
    const auto& wanted = problem_.wanted[investor];
    if (next_[investor] < wanted.size() && wanted[next_[investor]] == asset) ++next_[investor];
  }

  [[nodiscard]] std::vector<StableFlow> flows() const {
    std::vector<StableFlow> out;
    for (std::uint32_t asset = 0; asset < kept_.size(); ++asset) {
      for (const auto& [rank, amount] : kept_[asset]) {
        if (amount > 0) out.push_back({problem_.welcome[asset][rank], asset, amount});
      }
    }
    std::sort(out.begin(), out.end(), [](const StableFlow& a, const StableFlow& b) {
      return std::pair{a.investor, a.asset} < std::pair{b.investor, b.asset};
    });
    return out;
  }

  const StableProblem& problem_;
  std::vector<Amount> free_;       // by investor: not kept by anybody
  std::vector<std::size_t> next_;  // by investor: the best asset that has not turned it away
  std::vector<Amount> room_;       // by asset
  std::vector<Kept> kept_;         // by asset
  Lists rank_;                     // by asset and investor
};

double years_between(SystemTime a, SystemTime b) {
  return std::abs(std::chrono::duration<double, std::chrono::years::period>(b - a).count());
}

}  // namespace

void rank_assets(std::span<AssetUser* const> assets) {
  std::vector<double> scores;
  for (const AssetUser* asset : assets) scores.push_back(asset->mu / asset->sigma);
  std::vector<double> sorted = scores;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < assets.size(); ++i) {
    const auto [below, above] = std::equal_range(sorted.begin(), sorted.end(), scores[i]);
    const auto places = static_cast<double>((below - sorted.begin()) + (above - sorted.begin()));
    assets[i]->ranking = places / 2 / static_cast<double>(assets.size());
  }
}

double utility(const InvestorUser& investor, const AssetUser& asset, const Taste& taste) {
  const double aversion = std::max(investor.mu / (investor.sigma * investor.sigma), 0.0);
  const double bonus = investor.genre == asset.genre ? taste.genre_bonus : 0;
  const double gap = years_between(investor.time_horizon, asset.expiration_date);
  return asset.mu - aversion / 2 * asset.sigma * asset.sigma + bonus -
         taste.horizon_penalty_per_year * gap;
}

Result<std::vector<StableFlow>> deferred_acceptance(const StableProblem& problem) {
  if (problem.money.size() * problem.fund.size() > ModelLimits::pairs_max) {
    return Error{ModelErrc::too_many, "4000000 investors times assets are the most"};
  }
  MS_TRY_VOID(check_lists(problem.wanted, problem.money.size(), problem.fund.size()));
  MS_TRY_VOID(check_lists(problem.welcome, problem.fund.size(), problem.money.size()));
  const auto negative = [](Amount amount) { return amount < 0; };
  if (std::any_of(problem.money.begin(), problem.money.end(), negative) ||
      std::any_of(problem.fund.begin(), problem.fund.end(), negative)) {
    return Error{ModelErrc::parameters_invalid, "an amount below 0"};
  }
  return Acceptance{problem}.run();
}

StableProblem stable_problem(std::span<InvestorUser* const> investors,
                             std::span<AssetUser* const> assets, SystemTime now,
                             const Taste& taste) {
  StableProblem problem;
  problem.welcome.resize(assets.size());
  for (const AssetUser* asset : assets) problem.fund.push_back(asset->remaining_fund);
  for (std::uint32_t i = 0; i < investors.size(); ++i) {
    std::vector<std::pair<double, std::uint32_t>> choices;
    for (std::uint32_t a = 0; a < assets.size(); ++a) {
      if (!is_eligible(*investors[i], *assets[a], now)) continue;
      const double worth = utility(*investors[i], *assets[a], taste);
      if (!(worth > 0)) continue;
      choices.emplace_back(-worth, a);
      problem.welcome[a].push_back(i);
    }
    std::sort(choices.begin(), choices.end());
    std::vector<std::uint32_t>& wanted = problem.wanted.emplace_back();
    for (const auto& [worth, asset] : choices) wanted.push_back(asset);
    problem.money.push_back(investors[i]->remaining_principal);
  }
  for (std::size_t a = 0; a < assets.size(); ++a) {
    const auto place = [&](std::uint32_t i) {
      const InvestorUser& one = *investors[i];
      return std::tuple{one.genre != assets[a]->genre, -one.time_horizon.time_since_epoch().count(),
                        -one.remaining_principal, one.id};
    };
    std::sort(problem.welcome[a].begin(), problem.welcome[a].end(),
              [&](std::uint32_t x, std::uint32_t y) { return place(x) < place(y); });
  }
  return problem;
}

}  // namespace mainstay::exchange::models
