#include "apps/exchange/domain/models/arrivals.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::arrivals_test {
namespace {

/// Days of page views: a week's rhythm, a slow swing and noise, within a factor of e of the first.
ArrivalSeries page_views(std::size_t days) {
  CounterRandom random{21, 1};
  ArrivalSeries series;
  for (std::size_t day = 0; day < days; ++day) {
    const auto t = static_cast<double>(day);
    const double swing = .3 * std::sin(t / 20) + .15 * std::sin(t * 2 * 3.14159 / 7);
    series.seconds.push_back(t * 86'400);
    series.values.push_back(std::floor(600 * std::exp(swing + .05 * random.normal())));
  }
  return series;
}

double autocorrelation(const std::vector<double>& x, std::size_t lag) {
  double mean = 0;
  for (const double one : x) mean += one / static_cast<double>(x.size());
  double same = 0;
  double apart = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    same += (x[i] - mean) * (x[i] - mean);
    if (i >= lag) apart += (x[i] - mean) * (x[i - lag] - mean);
  }
  return apart / same;
}

template <class Arrivals>
std::vector<double> counts_by(double length, std::size_t rows, Arrivals& arrivals) {
  std::vector<double> counts(rows);
  double last = 0;
  while (const auto time = arrivals.next()) {
    CHECK(*time >= last);
    last = *time;
    counts.at(static_cast<std::size_t>(*time / length + 1e-9)) += 1;  // replays begin on the edge
  }
  return counts;
}

}  // namespace

TEST_CASE("arrivals by intensity: given the rate, counts are Poisson: dispersion is about 1") {
  const auto series = page_views(400);
  auto arrivals = IntensityArrivals::make(series, 40 / 86'400.0, 1, CounterRandom{1, 1}).value();
  std::vector<double> rates;
  for (std::size_t i = 0; i < 400; ++i) {
    rates.push_back(arrivals.rate_at((static_cast<double>(i) + .5) * 86'400));
  }
  const auto counts = counts_by(86'400, 400, arrivals);
  double dispersion = 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = rates[i] * 86'400;
    dispersion += (counts[i] - expected) * (counts[i] - expected) / expected / 400;
    sum += counts[i];
  }
  CHECK(std::abs(dispersion - 1) < .25);   // 3.5 standard deviations
  CHECK(std::abs(sum / 400 - 40) < 1.2);   // the wanted mean
  CHECK(autocorrelation(counts, 1) > .4);  // the data's rhythm shows
  CHECK(arrivals.rate_at(-1) == 0);
  CHECK(arrivals.rate_at(401 * 86'400.0) == 0);
}

TEST_CASE("arrivals by intensity: compressed, the same rates pass faster") {
  const auto series = page_views(50);
  auto arrivals = IntensityArrivals::make(series, 2, 86'400 / 53.798, CounterRandom{1, 1}).value();
  CHECK(arrivals.duration() == doctest::Approx(50 * 53.798));
  const auto counts = counts_by(53.798, 50, arrivals);
  double sum = 0;
  for (const double one : counts) sum += one;
  CHECK(std::abs(sum - 2 * 50 * 53.798) < 4 * std::sqrt(sum));
}

TEST_CASE("arrivals by intensity: a series that repeats has its rhythm on every pass") {
  const ArrivalSeries series{{0, 100}, {1, 3}};  // 200 s, 5 and 15 a second
  const auto arrivals_of = [&](SeriesEnd end) {
    return IntensityArrivals::make(series, 10, 1, CounterRandom{1, 1}, end).value();
  };
  auto once = arrivals_of(SeriesEnd::stop);
  auto again = arrivals_of(SeriesEnd::repeat);
  while (const auto time = once.next()) CHECK(again.next() == time);
  CHECK_FALSE(once.next().has_value());
  std::vector<double> counts(10);  // five more passes, by row
  double last = 0;
  while (const auto time = again.next()) {
    CHECK(*time > last);
    last = *time;
    if (*time >= 1'200) break;
    if (*time >= 200) counts.at(static_cast<std::size_t>((*time - 200) / 100)) += 1;
  }
  for (std::size_t row = 0; row < counts.size(); ++row) {
    const double expected = row % 2 == 0 ? 500 : 1'500;
    CHECK(std::abs(counts[row] - expected) < 4 * std::sqrt(expected));
  }
}

TEST_CASE("arrivals by intensity: repeating far more seldom than once a pass") {
  auto arrivals =
      IntensityArrivals::make({{0, .5}, {1, 1}}, .001, 1, CounterRandom{1, 1}, SeriesEnd::repeat)
          .value();
  double last = 0;
  for (int n = 0; n < 1'000; ++n) last = arrivals.next().value();
  CHECK(last == doctest::Approx(1e6).epsilon(.13));  // 4 standard deviations
}

TEST_CASE("arrivals by replay: counts are the data's, and so is their autocorrelation") {
  const auto series = page_views(200);
  auto arrivals = ReplayArrivals::make(series, .05, 86'400 / 53.798).value();
  const auto counts = counts_by(53.798, 200, arrivals);
  double owed = 0;
  double made = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    owed += series.values[i] * .05;
    made += counts[i];
    CHECK(std::abs(owed - made) <= 1);  // rounding is carried, never lost
  }
  for (const std::size_t lag : {1U, 3U, 7U, 14U}) {
    CHECK(std::abs(autocorrelation(counts, lag) - autocorrelation(series.values, lag)) < .03);
  }
}

TEST_CASE("arrivals by replay: time stamps come out as they are, pass after pass") {
  const ArrivalSeries series{{1'000, 1'010, 1'030}, {1, 2, .5}};  // the half with the next pass's 1
  const auto times = [&](double per_value, double compression, SeriesEnd end) {
    auto arrivals = ReplayArrivals::make(series, per_value, compression, end).value();
    std::vector<double> out;
    while (out.size() < 7) {
      const auto time = arrivals.next();
      if (!time) break;
      out.push_back(*time);
    }
    return out;
  };
  CHECK(times(1, 1, SeriesEnd::stop) == std::vector<double>{0, 10, 20});
  CHECK(times(1, 4, SeriesEnd::stop) == std::vector<double>{0, 2.5, 5});
  CHECK(times(2, 1, SeriesEnd::stop) == std::vector<double>{0, 5, 10, 15, 20, 25, 30});
  CHECK(times(1, 1, SeriesEnd::repeat) == std::vector<double>{0, 10, 20, 50, 60, 70, 80});
}

TEST_CASE("arrivals, defect of the source: cumulated log changes are no arrivals") {
  // chg = ln(previous / current), chg[0] = 20: its running sum is 20 + ln(first / current), which
  // never leaves 19 to 21 as long as the data stays within a factor of e.
  const auto series = page_views(400);
  std::set<int> seen;
  double path = 20;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (i > 0) path += std::log(series.values[i - 1] / series.values[i]);
    seen.insert(static_cast<int>(std::lround(path)));
  }
  for (const int count : seen) CHECK((count >= 19 && count <= 21));
  auto arrivals = ReplayArrivals::make(series, 1, 1).value();
  const auto counts = counts_by(86'400, 400, arrivals);
  CHECK(std::set<double>(counts.begin(), counts.end()).size() > 50);
  CHECK(counts[0] == series.values[0]);
}

TEST_CASE("bootstrapped series: changes like the data's, around the data's mean") {
  const auto data = page_views(300);
  const auto made = bootstrapped(data, {3'000, 7, .2}, CounterRandom{5, 1});
  REQUIRE(made.has_value());
  CHECK(made->size() == 3'000);
  CHECK(made->length(5) == doctest::Approx(86'400));
  CHECK(made->mean() / data.mean() > .8);
  CHECK(made->mean() / data.mean() < 1.3);
  const auto spread = [](const ArrivalSeries& series) {
    double squares = 0;
    for (std::size_t i = 1; i < series.size(); ++i) {
      squares += std::pow(std::log(series.values[i] / series.values[i - 1]), 2);
    }
    return std::sqrt(squares / static_cast<double>(series.size()));
  };
  CHECK(spread(*made) / spread(data) > .8);
  CHECK(spread(*made) / spread(data) < 1.25);
  const auto again = bootstrapped(data, {3'000, 7, .2}, CounterRandom{5, 1});
  CHECK(again->values == made->values);
  CHECK(bootstrapped(data, {3'000, 7, .2}, CounterRandom{6, 1})->values != made->values);
}

TEST_CASE("bootstrapped series: without being drawn back it wanders, but stays finite") {
  const auto made = bootstrapped(page_views(100), {2'000, 100, 0}, CounterRandom{5, 1});
  for (const double value : made->values) CHECK((value > 0 && std::isfinite(value)));
}

TEST_CASE("arrivals: parameters out of range are refused") {
  auto series = page_views(3);
  const CounterRandom random{1, 1};
  CHECK(IntensityArrivals::make(series, 0, 1, random).error().is(ModelErrc::parameters_invalid));
  CHECK(IntensityArrivals::make(series, 1, -1, random).has_error());
  CHECK(IntensityArrivals::make(series, std::nan(""), 1, random).has_error());
  CHECK(ReplayArrivals::make(series, 1, 0).has_error());
  CHECK(ReplayArrivals::make(series, 1e-9, 1).has_error());  // nobody would ever come
  CHECK(ReplayArrivals::make(series, 1e8, 1).has_value());
  series.values[0] = 1e9;
  CHECK(ReplayArrivals::make(series, 1e8, 1).has_error());
  CHECK(bootstrapped(series, {1, 7, .2}, random).has_error());
  CHECK(bootstrapped(series, {10, 0, .2}, random).has_error());
  CHECK(bootstrapped(series, {10, 1, 1.1}, random).has_error());
  series.values[1] = 0;
  CHECK(bootstrapped(series, {10, 1, .1}, random).error().detail().find("0 has no") !=
        std::string::npos);
}

}  // namespace mainstay::exchange::models::arrivals_test
