#include "apps/exchange/domain/models/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"
#include "apps/exchange/domain/models/portable_math.hpp"

namespace mainstay::exchange::models {
namespace {

Result<> check_positive(const char* name, double value, double most) {
  if (value > 0 && value <= most) return {};
  return Error{ModelErrc::parameters_invalid,
               std::string{name} + " must be above 0 and at most " + std::to_string(most)};
}

}  // namespace

Result<IntensityArrivals> IntensityArrivals::make(ArrivalSeries series, double mean_rate,
                                                  double compression, CounterRandom random,
                                                  SeriesEnd end_of_series) {
  MS_TRY_VOID(check_positive("mean_rate", mean_rate, ModelLimits::magnitude_max));
  MS_TRY_VOID(check_positive("compression", compression, ModelLimits::magnitude_max));
  IntensityArrivals out;
  const double mean = series.mean();
  double end = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    end += series.length(i) / compression;
    out.ends_.push_back(end);
    out.rates_.push_back(mean_rate * series.values[i] / mean);
    out.highest_ = std::max(out.highest_, out.rates_.back());
  }
  out.end_ = end_of_series;
  out.random_ = random;
  return out;
}

std::optional<double> IntensityArrivals::next() {
  for (;;) {
    time_ += random_.exponential(highest_);
    if (time_ >= ends_.back()) {
      if (end_ == SeriesEnd::stop) return std::nullopt;
      const double since_began = std::fmod(time_, ends_.back());  // a slow rate skips whole passes
      passed_ += time_ - since_began;
      time_ = since_began;
      row_ = 0;
    }
    while (ends_[row_] <= time_) ++row_;
    if (random_.uniform() * highest_ < rates_[row_]) return passed_ + time_;
  }
}

double IntensityArrivals::rate_at(double time) const {
  const auto row = std::upper_bound(ends_.begin(), ends_.end(), time) - ends_.begin();
  return time < 0 || row == static_cast<std::ptrdiff_t>(ends_.size())
             ? 0
             : rates_[static_cast<std::size_t>(row)];
}

Result<ArrivalSeries> bootstrapped(const ArrivalSeries& data, const BootstrapOptions& options,
                                   CounterRandom random) {
  if (options.rows < 2 || options.rows > ModelLimits::series_rows_max || options.block < 1 ||
      !(options.reversion >= 0 && options.reversion <= 1)) {
    return Error{ModelErrc::parameters_invalid,
                 "rows must be 2 to 1000000, block 1 or more, reversion 0 to 1"};
  }
  std::vector<double> changes;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!(data.values[i] > 0)) {
      return Error{ModelErrc::parameters_invalid, "a value of 0 has no log change"};
    }
    if (i > 0) changes.push_back(portable_log(data.values[i] / data.values[i - 1]));
  }
  // A trend of the data is not one of the world: the changes are used around their mean.
  const double trend =
      std::accumulate(changes.begin(), changes.end(), 0.0) / static_cast<double>(changes.size());
  const double mean = data.mean();
  const double length = data.duration() / static_cast<double>(data.size());
  ArrivalSeries out;
  double distance = 0;  // ln(value / mean)
  std::size_t at = 0;
  for (std::size_t i = 0; i < options.rows; ++i) {
    out.seconds.push_back(static_cast<double>(i) * length);
    out.values.push_back(mean * portable_exp(distance));
    if (i % options.block == 0) at = random.below(changes.size());
    distance = (1 - options.reversion) * distance + changes[at] - trend;
    distance = std::clamp(distance, -20.0, 20.0);  // what an eventless day cannot reach
    at = (at + 1) % changes.size();
  }
  return out;
}

Result<ReplayArrivals> ReplayArrivals::make(ArrivalSeries series, double per_value,
                                            double compression, SeriesEnd end) {
  MS_TRY_VOID(check_positive("per_value", per_value, ModelLimits::magnitude_max));
  MS_TRY_VOID(check_positive("compression", compression, ModelLimits::magnitude_max));
  const double all = std::accumulate(series.values.begin(), series.values.end(), 0.0) * per_value;
  if (!(all >= 1 && all <= 1e12)) {
    return Error{ModelErrc::parameters_invalid, "the number of arrivals must be 1 to 1e12"};
  }
  ReplayArrivals out;
  out.end_ = end;
  out.series_ = std::move(series);
  out.per_value_ = per_value;
  out.compression_ = compression;
  out.owed_ = out.series_.values[0] * per_value;
  out.in_row_ = static_cast<std::uint64_t>(out.owed_);
  return out;
}

/// False behind the end.
bool ReplayArrivals::next_row() {
  behind_ += in_row_;
  made_ = in_row_ = 0;
  if (row_ + 1 == series_.size()) {
    if (end_ == SeriesEnd::stop) return false;
    row_ = 0;
    passed_ += series_.duration();
    owed_ -= static_cast<double>(behind_);  // a part of an arrival is carried over the end too
    behind_ = 0;
  } else {
    ++row_;
  }
  owed_ += series_.values[row_] * per_value_;
  in_row_ = static_cast<std::uint64_t>(owed_) - behind_;
  return true;
}

std::optional<double> ReplayArrivals::next() {
  while (made_ == in_row_) {
    if (!next_row()) return std::nullopt;
  }
  const double share = static_cast<double>(made_++) / static_cast<double>(in_row_);
  const double time = series_.seconds[row_] - series_.seconds[0] + share * series_.length(row_);
  return (passed_ + time) / compression_;
}

}  // namespace mainstay::exchange::models
