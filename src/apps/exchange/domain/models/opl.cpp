#include "apps/exchange/domain/models/opl.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "apps/exchange/domain/models/model_limits.hpp"
#include "apps/exchange/domain/models/portfolio.hpp"

namespace mainstay::exchange::models {
namespace {

using Names = std::vector<AssetUser*>;

Names eligible(const InvestorUser& investor, std::span<AssetUser* const> assets, SystemTime now) {
  Names names;
  for (AssetUser* asset : assets) {
    if (is_eligible(investor, *asset, now)) names.push_back(asset);
  }
  std::sort(names.begin(), names.end(), [](const AssetUser* a, const AssetUser* b) {
    return std::pair{-a->ranking, a->id} < std::pair{-b->ranking, b->id};
  });
  names.resize(std::min(names.size(), ModelLimits::portfolio_names_max));
  return names;
}

Symmetric covariance_of(const Names& names, const OplOptions& options) {
  std::vector<const std::vector<double>*> histories;
  for (const AssetUser* asset : names) {
    if (asset->history.size() >= std::max<std::size_t>(options.history_min, 2)) {
      histories.push_back(&asset->history);
    }
  }
  if (histories.size() == names.size()) {
    auto shrunk = shrunk_covariance(histories);
    if (shrunk.has_value()) return std::move(shrunk->covariance);  // else one stood still lately
  }
  std::vector<double> sigma;
  std::vector<std::string> genre;
  for (const AssetUser* asset : names) {
    sigma.push_back(asset->sigma);
    genre.push_back(asset->genre);
  }
  return genre_covariance(sigma, genre, options.correlation);
}

class Search {
 public:
  Search(const InvestorUser& investor, const Names& names, const OplOptions& options)
      : investor_(investor), problem_{covariance_of(names, options), {}, {}, investor.mu} {
    const auto principal = static_cast<double>(investor.remaining_principal);
    for (const AssetUser* asset : names) {
      problem_.mu.push_back(asset->mu);
      caps_.push_back(static_cast<double>(asset->units_left() * asset->unit_price) / principal);
    }
  }

  /// The mix when `share` of the principal is invested, or nothing if the wishes cannot be met.
  std::optional<Portfolio> at_share(double share) {
    problem_.cap.clear();
    for (const double cap : caps_) problem_.cap.push_back(cap / share);
    auto found = minimum_variance(problem_);
    // The bound on sigma is met up to rounding, as the one on the return is.
    const double most = investor_.sigma * investor_.sigma * (1 + 1e-9);
    if (found.has_value() && found->variance > most) return std::nullopt;
    return found;
  }

  /// The largest share for which there is a mix. What can be done with some money can be done with
  /// less (all weights scaled), so halving finds it.
  std::pair<double, std::optional<Portfolio>> largest_share() {
    const double room = std::accumulate(caps_.begin(), caps_.end(), 0.0);
    const double most = std::min(1.0, room);
    if (auto all = at_share(most)) return {most, std::move(all)};
    double low = 0;
    std::optional<Portfolio> best;
    double high = most;
    for (int halving = 0; halving < 24; ++halving) {
      const double middle = (low + high) / 2;
      if (auto found = at_share(middle)) {
        low = middle;
        best = std::move(found);
      } else {
        high = middle;
      }
    }
    return {low, std::move(best)};
  }

 private:
  const InvestorUser& investor_;
  PortfolioProblem problem_;
  std::vector<double> caps_;  // of the whole principal
};

/// Whole units for `budget`: rounded down, and what that leaves goes to those who lost most by it,
/// a unit each.
std::vector<Fill> whole_units(const Names& names, const std::vector<double>& weights,
                              Amount budget) {
  struct Part {
    Fill fill;
    double lost = 0;
  };
  std::vector<Part> parts;
  Amount left = budget;
  for (std::size_t i = 0; i < names.size(); ++i) {
    AssetUser& asset = *names[i];
    const double wanted =
        weights[i] * static_cast<double>(budget) / static_cast<double>(asset.unit_price);
    const auto units =
        std::min({static_cast<std::int64_t>(wanted), asset.units_left(), left / asset.unit_price});
    left -= units * asset.unit_price;
    parts.push_back({{&asset, units}, wanted - static_cast<double>(units)});
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.lost > b.lost; });
  std::vector<Fill> fills;
  for (Part& part : parts) {
    const AssetUser& asset = *part.fill.asset;
    if (part.lost > 1e-9 && asset.unit_price <= left && part.fill.units < asset.units_left()) {
      ++part.fill.units;
      left -= asset.unit_price;
    }
    if (part.fill.units > 0) fills.push_back(part.fill);
  }
  std::sort(fills.begin(), fills.end(),
            [](const Fill& a, const Fill& b) { return a.asset->id < b.asset->id; });
  return fills;
}

}  // namespace

Allocation plan_allocation(const InvestorUser& investor, std::span<AssetUser* const> assets,
                           SystemTime now, const OplOptions& options) {
  Allocation out;
  const Names names = eligible(investor, assets, now);
  if (names.empty() || investor.remaining_principal <= 0) return out;

  Search search{investor, names, options};
  const auto [share, mix] = search.largest_share();
  if (!mix.has_value()) return out;
  out.expected_return = mix->expected_return;
  out.sigma = std::sqrt(mix->variance);
  const auto principal = static_cast<double>(investor.remaining_principal);
  const auto budget = std::min(investor.remaining_principal,
                               static_cast<Amount>(std::floor(share * principal + 1e-6)));
  out.fills = whole_units(names, mix->weights, budget);
  for (const Fill& fill : out.fills) out.invested += fill.units * fill.asset->unit_price;
  if (out.fills.empty()) return out;
  out.outcome = share == 1 ? AllocationOutcome::full : AllocationOutcome::partial;
  return out;
}

}  // namespace mainstay::exchange::models
