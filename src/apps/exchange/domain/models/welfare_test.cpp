#include "apps/exchange/domain/models/welfare.hpp"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::welfare_test {
using mainstay::exchange::Amount;

namespace {

/// By trying every amount of every pair.
double best_by_search(const WelfareProblem& p) {
  std::vector<Amount> money = p.money;
  std::vector<Amount> fund = p.fund;
  const std::function<double(std::size_t)> from = [&](std::size_t n) -> double {
    if (n == p.pairs.size()) return 0;
    const auto& pair = p.pairs[n];
    double best = 0;
    for (Amount x = 0; x <= std::min(money[pair.investor], fund[pair.asset]); ++x) {
      money[pair.investor] -= x;
      fund[pair.asset] -= x;
      best = std::max(best, pair.utility * static_cast<double>(x) + from(n + 1));
      money[pair.investor] += x;
      fund[pair.asset] += x;
    }
    return best;
  };
  return from(0);
}

}  // namespace

TEST_CASE("welfare: nothing that was tried is better") {
  CounterRandom random{1, 1};
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    WelfareProblem p;
    for (int i = 0; i < 3; ++i) p.money.push_back(random.between(0, 3));
    for (int a = 0; a < 2; ++a) p.fund.push_back(random.between(0, 4));
    for (std::uint32_t i = 0; i < 3; ++i) {
      for (std::uint32_t a = 0; a < 2; ++a) {
        if (random.below(5) > 0) p.pairs.push_back({i, a, random.uniform() * 2 - .7});
      }
    }
    const auto flows = best_welfare(p);
    REQUIRE(flows.has_value());
    CHECK(welfare_of(p, *flows) == doctest::Approx(best_by_search(p)));
    for (std::uint32_t i = 0; i < 3; ++i) {
      Amount spent = 0;
      for (const auto& flow : *flows) spent += flow.investor == i ? flow.amount : 0;
      CHECK(spent <= p.money[i]);
    }
  }
}

TEST_CASE("welfare: money moves on so that another's can come in") {
  // Both like the first best, but only one can live with the second.
  const WelfareProblem p{{10, 10}, {10, 10}, {{0, 0, 3}, {0, 1, 2}, {1, 0, 2.5}}};
  const auto flows = best_welfare(p);
  CHECK(flows.value() == std::vector<StableFlow>{{0, 1, 10}, {1, 0, 10}});
  CHECK(welfare_of(p, *flows) == doctest::Approx(45));
  const WelfareProblem bad{{10}, {10}, {{0, 0, -1}}};
  CHECK(best_welfare(bad)->empty());  // rather nothing
}

TEST_CASE("welfare: problems that make no sense are refused") {
  CHECK(best_welfare({{1}, {1}, {{1, 0, 1}}}).error().is(ModelErrc::parameters_invalid));
  CHECK(best_welfare({{1}, {1}, {{0, 0, 1}, {0, 0, 1}}}).has_error());
  CHECK(best_welfare({{1}, {1}, {{0, 0, 1e4}}}).has_error());
  CHECK(best_welfare({{-1}, {1}, {}}).has_error());
  CHECK(best_welfare({std::vector<Amount>(1'001, 1), {}, {}}).error().is(ModelErrc::too_many));
  CHECK(best_welfare({})->empty());
}

}  // namespace mainstay::exchange::models::welfare_test
