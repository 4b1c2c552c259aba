#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "apps/exchange/domain/models/arrival_series.hpp"
#include "apps/exchange/domain/models/counter_random.hpp"
#include "base/result.hpp"

namespace mainstay::exchange::models {

// Three ways from a data set to the times at which investors arrive. All count seconds from the
// series' first time.

/// What comes behind the end of a series, which lies as far behind its last row as that row does
/// behind the one before.
enum class SeriesEnd : std::uint8_t {
  stop,   // nobody arrives any more
  repeat  // the series from its beginning, without end
};

/// (a) Poisson arrivals whose intensity follows the data: mean_rate * value / mean(value), constant
/// within a row, by thinning (Lewis and Shedler 1979).
class IntensityArrivals {
 public:
  /// `mean_rate`: arrivals per second on average, above 0 and at most 1e9; `compression` as below.
  static Result<IntensityArrivals> make(ArrivalSeries series, double mean_rate, double compression,
                                        CounterRandom random, SeriesEnd end = SeriesEnd::stop);
  /// The next arrival's time, or nothing behind the end.
  std::optional<double> next();
  /// Of the first time that the series passes; 0 before and behind.
  [[nodiscard]] double rate_at(double time) const;
  [[nodiscard]] double duration() const { return ends_.back(); }

 private:
  IntensityArrivals() = default;
  std::vector<double> ends_;   // of the rows, compressed
  std::vector<double> rates_;  // of the rows
  double highest_ = 0;
  double passed_ = 0;  // when the series began this time
  double time_ = 0;    // since then
  std::size_t row_ = 0;
  SeriesEnd end_ = SeriesEnd::stop;
  CounterRandom random_{0, 0};
};

struct BootstrapOptions {
  std::size_t rows = 1000;  // of the result, 2 to ModelLimits::series_rows_max
  std::size_t block = 10;   // log changes that stay together, at least 1
  double reversion = 0.1;   // how much of the log distance from the mean goes in a row, 0 to 1
};

/// (b) Another series of the same kind: blocks of the data's log changes, drawn again and put in a
/// row from the mean on, drawn back to it. Rows are as long as the data's are on average. Refuses
/// data with a value of 0.
Result<ArrivalSeries> bootstrapped(const ArrivalSeries& data, const BootstrapOptions& options,
                                   CounterRandom random);

/// (c) The data itself: value * `per_value` arrivals in each row, the first at the row's own time,
/// the others evenly spread behind it; what is left by rounding is carried into the next row.
class ReplayArrivals {
 public:
  /// `compression`: how many seconds of the data pass in one (the source's 1 day in 53.798 s is
  /// 86'400 / 53.798), above 0 and at most 1e9. `per_value` above 0; at most 1e12 arrivals in all,
  /// and 1 at least.
  static Result<ReplayArrivals> make(ArrivalSeries series, double per_value, double compression,
                                     SeriesEnd end = SeriesEnd::stop);
  std::optional<double> next();

 private:
  ReplayArrivals() = default;
  bool next_row();

  ArrivalSeries series_;
  SeriesEnd end_ = SeriesEnd::stop;
  double per_value_ = 0;
  double compression_ = 0;
  std::size_t row_ = 0;
  std::uint64_t in_row_ = 0;  // arrivals of this row
  std::uint64_t made_ = 0;    // and those of them that were given out
  std::uint64_t behind_ = 0;  // arrivals of the rows before
  double owed_ = 0;           // value * per_value up to this row's end
  double passed_ = 0;         // when the series began this time, not compressed
};

/// However it was made; (b) is (a) of another series.
using Arrivals = std::variant<IntensityArrivals, ReplayArrivals>;

inline std::optional<double> next_arrival(Arrivals& arrivals) {
  return std::visit([](auto& some) { return some.next(); }, arrivals);
}

}  // namespace mainstay::exchange::models
