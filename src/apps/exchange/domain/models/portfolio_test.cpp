#include "apps/exchange/domain/models/portfolio.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"

namespace mainstay::exchange::models::portfolio_test {
namespace {

/// Random factors give the covariance; `factors` below the number of names makes it singular but
/// for `own`, the variance of their own.
PortfolioProblem random_problem(CounterRandom& random, std::size_t names, std::size_t factors,
                                double own) {
  std::vector<std::vector<double>> load(names, std::vector<double>(factors));
  PortfolioProblem problem{Symmetric{names}, {}, {}, 0};
  for (std::size_t i = 0; i < names; ++i) {
    for (double& one : load[i]) one = random.normal() * .1;
    problem.mu.push_back(random.uniform() * .1);
    problem.cap.push_back(random.uniform() * 3 / static_cast<double>(names) + .2);
  }
  for (std::size_t i = 0; i < names; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? own : 0;
      for (std::size_t f = 0; f < factors; ++f) sum += load[i][f] * load[j][f];
      problem.covariance.set(i, j, sum);
    }
  }
  return problem;
}

double variance_of(const PortfolioProblem& problem, const std::vector<double>& w) {
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    for (std::size_t j = 0; j < w.size(); ++j) sum += w[i] * w[j] * problem.covariance.at(i, j);
  }
  return sum;
}

void check_feasible(const PortfolioProblem& problem, const Portfolio& portfolio) {
  double sum = 0;
  double expected = 0;
  for (std::size_t i = 0; i < portfolio.weights.size(); ++i) {
    CHECK(portfolio.weights[i] >= 0);
    CHECK(portfolio.weights[i] <= problem.cap[i] + 1e-12);
    sum += portfolio.weights[i];
    expected += portfolio.weights[i] * problem.mu[i];
  }
  CHECK(std::abs(sum - 1) < 1e-9);
  CHECK(expected >= problem.return_min - 1e-9);
  CHECK(portfolio.expected_return == doctest::Approx(expected));
  CHECK(portfolio.variance == doctest::Approx(variance_of(problem, portfolio.weights)));
}

/// Karush, Kuhn and Tucker: one level and one price >= 0 exist with slope = level + price * mu for
/// names between their bounds, at least that at 0, at most that at the cap. Fits both by the names
/// between and returns by how much the conditions are missed.
double kkt_gap(const PortfolioProblem& problem, const Portfolio& portfolio) {
  const std::size_t size = problem.mu.size();
  std::vector<double> slope(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      slope[i] += problem.covariance.at(i, j) * portfolio.weights[j];
    }
  }
  const auto gap_at = [&](double price) {
    double below = -std::numeric_limits<double>::infinity();  // of names that could give
    double above = std::numeric_limits<double>::infinity();   // of names that could take
    for (std::size_t i = 0; i < size; ++i) {
      const double reduced = slope[i] - price * problem.mu[i];
      if (portfolio.weights[i] > 1e-7) below = std::max(below, reduced);
      if (portfolio.weights[i] < problem.cap[i] - 1e-7) above = std::min(above, reduced);
    }
    return std::max(0.0, below - above);
  };
  if (portfolio.expected_return > problem.return_min + 1e-9) return gap_at(0);
  double low = 0;  // the gap is convex in the price
  double high = 100;
  for (int i = 0; i < 200; ++i) {
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    (gap_at(a) <= gap_at(b) ? high : low) = gap_at(a) <= gap_at(b) ? b : a;
  }
  return gap_at((low + high) / 2);
}

}  // namespace

TEST_CASE("portfolio: two names without bounds, the textbook's answer") {
  PortfolioProblem problem{Symmetric{2}, {.05, .1}, {1, 1}, 0};
  problem.covariance.set(0, 0, .04);
  problem.covariance.set(1, 1, .09);
  const auto least = minimum_variance(problem);
  REQUIRE(least.has_value());
  CHECK(least->weights[0] == doctest::Approx(9.0 / 13));
  problem.return_min = .09;
  CHECK(minimum_variance(problem)->weights[1] == doctest::Approx(.8));
}

TEST_CASE("portfolio: nobody does better on a grid of all weights") {
  CounterRandom random{1, 1};
  for (int round = 0; round < 12; ++round) {
    auto problem = random_problem(random, 3, 2, .002);
    problem.return_min = .03 + .04 * random.uniform();
    double best = std::numeric_limits<double>::infinity();
    constexpr int steps = 120;
    for (int a = 0; a <= steps; ++a) {
      for (int b = 0; a + b <= steps; ++b) {
        const std::vector<double> w{a / double{steps}, b / double{steps},
                                    (steps - a - b) / double{steps}};
        const double got = w[0] * problem.mu[0] + w[1] * problem.mu[1] + w[2] * problem.mu[2];
        if (w[0] > problem.cap[0] || w[1] > problem.cap[1] || w[2] > problem.cap[2]) continue;
        if (got >= problem.return_min) best = std::min(best, variance_of(problem, w));
      }
    }
    const auto found = minimum_variance(problem);
    if (!found.has_value()) {
      CHECK(best == std::numeric_limits<double>::infinity());
      continue;
    }
    check_feasible(problem, *found);
    CHECK(found->variance <= best + 1e-12);
  }
}

TEST_CASE("portfolio: Karush, Kuhn and Tucker agree on random problems") {
  CounterRandom random{2, 1};
  int bound = 0;
  for (int round = 0; round < 25; ++round) {
    CAPTURE(round);
    const std::size_t names = 2 + random.below(30);
    auto problem = random_problem(random, names, names + 5, .001);
    problem.return_min = .04 + .04 * random.uniform();
    const auto found = minimum_variance(problem);
    if (!found.has_value()) continue;
    check_feasible(problem, *found);
    CHECK(kkt_gap(problem, *found) < 1e-8);
    if (found->expected_return < problem.return_min + 1e-9) ++bound;
  }
  CHECK(bound > 5);  // the return mattered in some of them
}

TEST_CASE("portfolio: names that are the same but for their bounds, and no variance of their own") {
  CounterRandom random{3, 1};
  for (int round = 0; round < 5; ++round) {
    auto problem = random_problem(random, 12, 2, 1e-9);
    problem.return_min = .05;
    const auto found = minimum_variance(problem);
    if (!found.has_value()) continue;
    check_feasible(problem, *found);
    CHECK(kkt_gap(problem, *found) < 1e-7);
  }
}

TEST_CASE("portfolio: two hundred names") {
  CounterRandom random{4, 1};
  auto problem = random_problem(random, 200, 30, .002);
  problem.return_min = .06;
  const auto found = minimum_variance(problem);
  REQUIRE(found.has_value());
  check_feasible(problem, *found);
  CHECK(kkt_gap(problem, *found) < 1e-8);
}

TEST_CASE("portfolio: what cannot be is said") {
  PortfolioProblem problem{Symmetric{2}, {.05, .1}, {.4, .5}, 0};
  problem.covariance.set(0, 0, .04);
  problem.covariance.set(1, 1, .09);
  CHECK_FALSE(minimum_variance(problem).has_value());  // not enough room
  problem.cap = {.4, .6};
  CHECK(minimum_variance(problem)->weights == std::vector<double>{.4, .6});
  problem.return_min = .0801;
  CHECK_FALSE(minimum_variance(problem).has_value());  // .08 is the most
  problem.return_min = .08;
  CHECK(minimum_variance(problem).has_value());
  CHECK_FALSE(minimum_variance({Symmetric{0}, {}, {}, 0}).has_value());
}

TEST_CASE("portfolio, defect of the source: risk rises with the return along the frontier") {
  // The source meant to keep names of rising sigma but never remembered the last one.
  CounterRandom random{5, 1};
  auto problem = random_problem(random, 15, 20, .001);
  double last = 0;
  for (double wanted = .02; wanted < .1; wanted += .005) {
    problem.return_min = wanted;
    const auto found = minimum_variance(problem);
    if (!found.has_value()) break;
    CHECK(found->variance >= last - 1e-12);
    last = found->variance;
  }
  CHECK(last > 0);
}

}  // namespace mainstay::exchange::models::portfolio_test
