#include "apps/exchange/domain/models/matching.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/test_users.hpp"

namespace mainstay::exchange::models::matching_test {
using mainstay::exchange::Amount;

namespace {

using Matrix = std::vector<std::vector<Amount>>;  // by investor and asset

Matrix matrix_of(const StableProblem& problem, const std::vector<StableFlow>& flows) {
  Matrix x(problem.money.size(), std::vector<Amount>(problem.fund.size()));
  for (const StableFlow& flow : flows) x[flow.investor][flow.asset] += flow.amount;
  return x;
}

std::size_t place_in(const std::vector<std::uint32_t>& list, std::size_t who) {
  return static_cast<std::size_t>(
      std::find(list.begin(), list.end(), static_cast<std::uint32_t>(who)) - list.begin());
}

bool blocks(const StableProblem& p, const Matrix& x, std::size_t i, std::size_t a) {
  const std::size_t a_for_i = place_in(p.wanted[i], a);
  const std::size_t i_for_a = place_in(p.welcome[a], i);
  if (a_for_i == p.wanted[i].size() || i_for_a == p.welcome[a].size()) return false;
  Amount movable = p.money[i];  // but for what is at assets it likes at least as much
  Amount takable = p.fund[a];   // but for money that is at least as welcome
  for (std::size_t b = 0; b <= a_for_i; ++b) movable -= x[i][p.wanted[i][b]];
  for (std::size_t j = 0; j <= i_for_a; ++j) takable -= x[p.welcome[a][j]][a];
  return movable > 0 && takable > 0;
}

bool is_feasible(const StableProblem& p, const Matrix& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    Amount spent = 0;
    for (std::size_t a = 0; a < p.fund.size(); ++a) {
      const bool mutual = place_in(p.wanted[i], a) < p.wanted[i].size() &&
                          place_in(p.welcome[a], i) < p.welcome[a].size();
      if (x[i][a] > 0 && !mutual) return false;
      spent += x[i][a];
    }
    if (spent > p.money[i]) return false;
  }
  for (std::size_t a = 0; a < p.fund.size(); ++a) {
    Amount taken = 0;
    for (const auto& row : x) taken += row[a];
    if (taken > p.fund[a]) return false;
  }
  return true;
}

bool is_stable(const StableProblem& p, const Matrix& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t a = 0; a < p.fund.size(); ++a) {
      if (blocks(p, x, i, a)) return false;
    }
  }
  return true;
}

std::vector<std::uint32_t> shuffled_part(CounterRandom& random, std::size_t size, bool all) {
  std::vector<std::uint32_t> list(size);
  std::iota(list.begin(), list.end(), 0U);
  for (std::size_t i = size; i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
  if (!all) list.resize(random.below(size) + 1);
  return list;
}

StableProblem random_problem(CounterRandom& random, std::size_t investors, std::size_t assets,
                             Amount most) {
  StableProblem p;
  for (std::size_t i = 0; i < investors; ++i) {
    p.money.push_back(random.between(0, most));
    p.wanted.push_back(shuffled_part(random, assets, random.below(2) == 0));
  }
  for (std::size_t a = 0; a < assets; ++a) {
    p.fund.push_back(random.between(0, most));
    p.welcome.push_back(shuffled_part(random, investors, random.below(2) == 0));
  }
  return p;
}

/// Calls `visit` with every matrix of amounts that fits money and funds.
void each_allocation(const StableProblem& p, const std::function<void(const Matrix&)>& visit) {
  Matrix x(p.money.size(), std::vector<Amount>(p.fund.size()));
  const std::size_t cells = p.money.size() * p.fund.size();
  const std::function<void(std::size_t)> fill = [&](std::size_t cell) {
    if (cell == cells) {
      if (is_feasible(p, x)) visit(x);
      return;
    }
    const std::size_t i = cell / p.fund.size();
    const std::size_t a = cell % p.fund.size();
    for (Amount amount = 0; amount <= std::min(p.money[i], p.fund[a]); ++amount) {
      x[i][a] = amount;
      fill(cell + 1);
    }
    x[i][a] = 0;
  };
  fill(0);
}

}  // namespace

TEST_CASE("matching: no investor and asset would both rather have each other") {
  CounterRandom random{1, 1};
  for (int round = 0; round < 150; ++round) {
    CAPTURE(round);
    const auto p = random_problem(random, 1 + random.below(12), 1 + random.below(9), 1'000);
    const auto flows = deferred_acceptance(p);
    REQUIRE(flows.has_value());
    const auto x = matrix_of(p, *flows);
    CHECK(is_feasible(p, x));
    CHECK(is_stable(p, x));
  }
}

TEST_CASE("matching: of all stable allocations the best for every investor") {
  CounterRandom random{2, 1};
  int choices = 0;
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    auto p = random_problem(random, 3, 2 + random.below(2), 2);
    if (round % 2 == 0) {  // everybody likes everybody, so that there is more than one to choose
      for (auto& list : p.wanted) list = shuffled_part(random, p.fund.size(), true);
      for (auto& list : p.welcome) list = shuffled_part(random, p.money.size(), true);
      p.money.assign(3, 2);
      p.fund.assign(p.fund.size(), 2);
    }
    const auto best = matrix_of(p, deferred_acceptance(p).value());
    int stable = 0;
    each_allocation(p, [&](const Matrix& x) {
      if (!is_stable(p, x)) return;
      ++stable;
      for (std::size_t i = 0; i < p.money.size(); ++i) {
        Amount ours = 0;
        Amount theirs = 0;
        for (const std::uint32_t a : p.wanted[i]) {  // down the list never less money so far
          ours += best[i][a];
          theirs += x[i][a];
          CHECK(ours >= theirs);
        }
      }
    });
    CHECK(stable > 0);
    choices += stable > 1 ? 1 : 0;
  }
  CHECK(choices > 0);
}

TEST_CASE("matching: one known market, where the investors' best is not the assets'") {
  const StableProblem p{{5, 5}, {5, 5}, {{0, 1}, {1, 0}}, {{1, 0}, {0, 1}}};
  CHECK(deferred_acceptance(p).value() == std::vector<StableFlow>{{0, 0, 5}, {1, 1, 5}});
  const StableProblem crowded{{5, 5}, {7}, {{0}, {0}}, {{1, 0}}};
  CHECK(deferred_acceptance(crowded).value() == std::vector<StableFlow>{{0, 0, 2}, {1, 0, 5}});
}

TEST_CASE("matching: lists that make no sense are refused") {
  const StableProblem good{{5}, {5}, {{0}}, {{0}}};
  CHECK(deferred_acceptance(good).has_value());
  auto bad = good;
  bad.wanted = {{1}};
  CHECK(deferred_acceptance(bad).error().is(ModelErrc::parameters_invalid));
  bad.wanted = {{0, 0}};
  CHECK(deferred_acceptance(bad).has_error());
  bad = good;
  bad.welcome.clear();
  CHECK(deferred_acceptance(bad).has_error());
  bad = good;
  bad.money[0] = -1;
  CHECK(deferred_acceptance(bad).has_error());
  bad.money.resize(2'001);
  bad.fund.resize(2'000);
  CHECK(deferred_acceptance(bad).error().is(ModelErrc::too_many));
}

TEST_CASE("matching: ranking is the share of assets with less return for their risk") {
  std::vector<AssetUser> assets{test_asset(1, .02, .2), test_asset(2, .06, .2),
                                test_asset(3, .02, .2), test_asset(4, -.01, .1)};
  std::vector<AssetUser*> pointers;
  for (AssetUser& asset : assets) pointers.push_back(&asset);
  rank_assets(pointers);
  CHECK(assets[0].ranking == doctest::Approx(.5));
  CHECK(assets[1].ranking == doctest::Approx(.875));
  CHECK(assets[2].ranking == doctest::Approx(.5));
  CHECK(assets[3].ranking == doctest::Approx(.125));
  rank_assets({});
}

TEST_CASE("matching: utility falls with risk and the horizon's gap, rises with the own genre") {
  auto investor = test_investor(1);
  const Taste taste;
  const auto base = utility(investor, test_asset(1, .1, .2), taste);
  CHECK(utility(investor, test_asset(1, .1, .3), taste) < base);
  CHECK(utility(investor, test_asset(1, .2, .2), taste) == doctest::Approx(base + .1));
  auto later = test_asset(1, .1, .2);
  later.expiration_date = in_days(900);
  CHECK(utility(investor, later, taste) > base);
  investor.genre = "pop";
  CHECK(utility(investor, test_asset(1, .1, .2), taste) == doctest::Approx(base + .02));
  // .1 - (.01 / .04) * .04 / 2 - .01 * 910 days
  CHECK(base == doctest::Approx(.1 - .005 - .01 * 910 / 365.2425));
}

TEST_CASE("matching: investors and assets list each other by taste and preference") {
  auto fan = test_investor(1, 5'000);
  fan.genre = "rock";
  auto rich = test_investor(2, 9'000);
  auto patient = test_investor(3, 4'000);
  patient.time_horizon = in_days(2'000);
  auto pop = test_asset(1, .30, .2, 7'000, "pop");
  auto rock = test_asset(2, .20, .2, 7'000, "rock");
  auto poor = test_asset(3, -.5, .2, 7'000, "rock");
  std::vector<InvestorUser*> investors{&fan, &rich, &patient};
  std::vector<AssetUser*> assets{&pop, &rock, &poor};
  const auto p = stable_problem(investors, assets, test_now, {});
  CHECK(p.money == std::vector<Amount>{5'000, 9'000, 4'000});
  CHECK(p.fund == std::vector<Amount>{7'000, 7'000, 7'000});
  CHECK(p.wanted == std::vector<std::vector<std::uint32_t>>{{1}, {0, 1}, {0, 1}});
  CHECK(p.welcome == std::vector<std::vector<std::uint32_t>>{{2, 1}, {0, 2, 1}, {}});
  const auto flows = deferred_acceptance(p);
  CHECK(flows.value() ==
        std::vector<StableFlow>{{0, 1, 5'000}, {1, 0, 3'000}, {1, 1, 2'000}, {2, 0, 4'000}});
}

}  // namespace mainstay::exchange::models::matching_test
