#include "apps/exchange/domain/models/covariance.hpp"

#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/counter_random.hpp"
#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::covariance_test {
namespace {

using Histories = std::vector<std::vector<double>>;

/// One factor for all and noise of their own; the i-th is i + 1 times as wide as the first.
Histories histories(std::size_t names, std::size_t count, double common) {
  CounterRandom random{17, names * 1000 + count};
  Histories out(names);
  for (std::size_t t = 0; t < count; ++t) {
    const double factor = random.normal() * common;
    for (std::size_t i = 0; i < names; ++i) {
      out[i].push_back((factor + random.normal()) * static_cast<double>(i + 1));
    }
  }
  return out;
}

mainstay::Result<Shrunk> covariance_of(const Histories& all) {
  std::vector<const std::vector<double>*> series;
  for (const auto& one : all) series.push_back(&one);
  return shrunk_covariance(series);
}

bool positive_definite(const Symmetric& m) {  // by Cholesky
  std::vector<std::vector<double>> l(m.size(), std::vector<double>(m.size()));
  for (std::size_t i = 0; i < m.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = m.at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      if (i == j && sum <= 0) return false;
      l[i][j] = i == j ? std::sqrt(sum) : sum / l[j][j];
    }
  }
  return true;
}

}  // namespace

TEST_CASE("covariance: with many values the sample's own, with few hardly any correlation") {
  const auto much = covariance_of(histories(4, 3000, 1));
  REQUIRE(much.has_value());
  CHECK(much->shrinkage < 0.01);
  CHECK(much->covariance.at(0, 0) == doctest::Approx(2).epsilon(.1));
  CHECK(much->covariance.at(0, 1) == doctest::Approx(2).epsilon(.1));   // 1 * 1 * 2
  CHECK(much->covariance.at(2, 3) == doctest::Approx(12).epsilon(.1));  // 1 * 3 * 4
  const auto unrelated = covariance_of(histories(20, 12, 0));
  REQUIRE(unrelated.has_value());
  CHECK(unrelated->shrinkage > 0.5);
}

TEST_CASE("covariance: positive definite with fewer values than names") {
  const auto few = covariance_of(histories(30, 10, 1));
  REQUIRE(few.has_value());
  CHECK(few->shrinkage > 0);
  CHECK(positive_definite(few->covariance));
}

TEST_CASE("covariance: the shrinkage of a small case, worked out by hand") {
  // Standardised columns x = (1, -1, 1, -1), y = (1, 1, -1, -1) * and once more x: correlations
  // (x, x') = 1, (x, y) = 0. distance = 2, squares = 5, every outer product has norm 3^2 = 9:
  // error = (9 - 5) / 4 = 1, shrinkage = 1 / 2.
  const Histories all{{1, -1, 1, -1}, {1, 1, -1, -1}, {2, -2, 2, -2}};
  const auto shrunk = covariance_of(all);
  REQUIRE(shrunk.has_value());
  CHECK(shrunk->shrinkage == doctest::Approx(0.5));
  CHECK(shrunk->covariance.at(0, 0) == doctest::Approx(4.0 / 3));
  CHECK(shrunk->covariance.at(0, 2) == doctest::Approx(0.5 * 8 / 3));
  CHECK(shrunk->covariance.at(0, 1) == doctest::Approx(0).epsilon(1e-12));
}

TEST_CASE("covariance, defect of the source: joined histories stay apart, ends aligned") {
  // The source joined frames whose one column had the same name.
  const Histories all{{9, 9, 1, 2, 3, 5}, {5, 3, 2, 1}, {0, 7, 1, 2, 3, 5}};
  const auto shrunk = covariance_of(all);
  REQUIRE(shrunk.has_value());
  CHECK(shrunk->covariance.size() == 3);
  CHECK(shrunk->covariance.at(0, 1) < 0);  // opposite ways over the four common periods
  CHECK(shrunk->covariance.at(0, 2) > 0);
  CHECK(shrunk->covariance.at(0, 0) == doctest::Approx(shrunk->covariance.at(2, 2)));
}

TEST_CASE("covariance: refusals") {
  CHECK(covariance_of({}).error().is(ModelErrc::parameters_invalid));
  CHECK(covariance_of({{1, 2}, {1}}).error().detail().find("two common") != std::string::npos);
  CHECK(covariance_of({{1, 2, 2}, {1, 3}}).error().detail().find("not vary") != std::string::npos);
}

TEST_CASE("covariance by genre: constant correlations, positive definite") {
  const std::array<double, 5> sigma{.1, .2, .3, .4, .5};
  const std::array<std::string, 5> genre{"pop", "rock", "pop", "country", "rock"};
  const auto matrix = genre_covariance(sigma, genre, {});
  CHECK(matrix.at(0, 2) == doctest::Approx(.6 * .1 * .3));
  CHECK(matrix.at(0, 1) == doctest::Approx(.2 * .1 * .2));
  CHECK(matrix.at(4, 4) == doctest::Approx(.25));
  CHECK(positive_definite(matrix));
}

}  // namespace mainstay::exchange::models::covariance_test
