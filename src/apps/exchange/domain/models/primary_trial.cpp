#include "apps/exchange/domain/models/primary_trial.hpp"

#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/welfare.hpp"

namespace mainstay::exchange::models {
namespace {

constexpr std::array genres{"pop", "hip hop", "country", "rock"};
constexpr SystemTime trial_now{};
constexpr std::uint64_t trial_stream = std::uint64_t{1} << 49U;  // beside simulated agents' own
constexpr std::uint32_t users_max = 1'000;                       // as best_welfare()

double between(CounterRandom& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

SystemTime some_end(CounterRandom& random) {
  return trial_now + std::chrono::days{random.between(90, 3 * 365)};
}

Result<InvestorUser> some_investor(CounterRandom& random, std::uint64_t id) {
  InvestorUser wanted;
  wanted.id = InvestorUserId{id};
  wanted.mu = between(random, 0, .05);
  wanted.sigma = between(random, .1, .3);
  wanted.principal = random.between(3'000, 1'000'000);
  if (random.below(5) > 0) wanted.genre = genres[random.below(genres.size())];
  wanted.time_horizon = some_end(random);
  return new_investor(std::move(wanted));
}

Result<AssetUser> some_asset(CounterRandom& random, std::uint64_t id) {
  AssetUser wanted;
  wanted.id = AssetUserId{id};
  wanted.mu = between(random, .01, .2);
  wanted.sigma = between(random, .05, .35);
  wanted.genre = genres[random.below(genres.size())];
  wanted.pricing_date = trial_now;
  wanted.expiration_date = some_end(random);
  wanted.total_fund = random.between(10'000, 2'000'000);
  return new_asset(std::move(wanted));
}

/// Ids count from 1 in both lists.
struct Crowd {
  std::vector<InvestorUser> investors;
  std::vector<AssetUser> assets;
};

Result<Crowd> some_crowd(const TrialOptions& options, std::uint64_t seed) {
  CounterRandom random{seed, trial_stream};
  Crowd crowd;
  for (std::uint64_t id = 1; id <= options.investors; ++id) {
    MS_TRY(auto one, some_investor(random, id));
    crowd.investors.push_back(std::move(one));
  }
  for (std::uint64_t id = 1; id <= options.assets; ++id) {
    MS_TRY(auto one, some_asset(random, id));
    crowd.assets.push_back(std::move(one));
  }
  return crowd;
}

Result<TrialOutcome> try_rule(const Crowd& crowd, const WelfareProblem& problem, double best,
                              AllocationMethod method) {
  PrimaryMarket market;
  MS_TRY_VOID(market.resume(crowd.investors, crowd.assets));
  MS_TRY(const auto matches, market.allocate(trial_now, method));
  TrialOutcome out;
  out.method = method;
  out.matches = matches.size();
  std::vector<StableFlow> flows;
  for (const CashFlowMatch& match : matches) {
    out.amount += match.amount;
    flows.push_back({static_cast<std::uint32_t>(match.investor.get() - 1),
                     static_cast<std::uint32_t>(match.asset.get() - 1), match.amount});
  }
  if (best > 0) out.welfare_ratio = welfare_of(problem, flows) / best;
  return out;
}

}  // namespace

Result<std::array<TrialOutcome, 2>> try_allocation_rules(const TrialOptions& options,
                                                         std::uint64_t seed) {
  if (std::uint64_t{options.investors} + options.assets > users_max) {
    return Error{ModelErrc::too_many, "1000 investors and artists together are the most"};
  }
  MS_TRY(auto crowd, some_crowd(options, seed));
  std::vector<InvestorUser*> who;
  std::vector<AssetUser*> what;
  for (InvestorUser& one : crowd.investors) who.push_back(&one);
  for (AssetUser& one : crowd.assets) what.push_back(&one);
  const WelfareProblem problem = welfare_problem(who, what, trial_now, Taste{});
  MS_TRY(const auto flows, best_welfare(problem));
  const double best = welfare_of(problem, flows);
  MS_TRY(const auto variance, try_rule(crowd, problem, best, AllocationMethod::mean_variance));
  MS_TRY(const auto acceptance,
         try_rule(crowd, problem, best, AllocationMethod::deferred_acceptance));
  return std::array{variance, acceptance};
}

}  // namespace mainstay::exchange::models
