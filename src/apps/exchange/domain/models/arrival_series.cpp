#include "apps/exchange/domain/models/arrival_series.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/models/model_limits.hpp"
#include "base/text.hpp"

namespace mainstay::exchange::models {
namespace {

constexpr double seconds_max = 1e12;  // thirty thousand years either way
constexpr double value_max = 1e15;

std::optional<double> parse_number(std::string_view text) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(out)) {
    return std::nullopt;
  }
  return out;
}

/// Exactly `digits` digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = parse_u64(text.substr(0, digits));
  if (!number) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// HH:MM, HH:MM:SS or HH:MM:SS.fraction, as seconds of the day.
std::optional<double> parse_time_of_day(std::string_view text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = *hour * 3600 + *minute * 60;
  if (text.empty()) return seconds;
  if (!take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  seconds += *second;
  if (text.empty()) return seconds;
  if (text.front() != '.' || text.size() < 2 || !parse_u64(text.substr(1))) return std::nullopt;
  const auto fraction = parse_number(std::string{"0"} + std::string{text});
  return fraction ? std::optional{seconds + *fraction} : std::nullopt;
}

std::optional<double> parse_date_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const double midnight =
      static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count()) * 86'400;
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
  const auto time = parse_time_of_day(text);
  return time ? std::optional{midnight + *time} : std::nullopt;
}

std::optional<double> parse_time(std::string_view text) {
  auto time = parse_number(text);
  if (!time) time = parse_date_time(text);
  return time && std::abs(*time) <= seconds_max ? time : std::nullopt;
}

/// The fields of a line, blanks and quotes around them gone; nothing when a quote is left open.
std::optional<std::vector<std::string_view>> fields_of(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    if (take(line, '"')) {
      const std::size_t end = line.find('"');
      if (end == std::string_view::npos) return std::nullopt;
      out.push_back(line.substr(0, end));
      line = trimmed(line.substr(end + 1));
      if (line.empty()) return out;
      if (!take(line, ',')) return std::nullopt;
      continue;
    }
    const std::size_t end = std::min(line.find(','), line.size());
    out.push_back(trimmed(line.substr(0, end)));
    if (end == line.size()) return out;
    line.remove_prefix(end + 1);
  }
}

Error refusal(std::size_t line, const std::string& why) {
  return {ModelErrc::series_invalid, "line " + std::to_string(line) + ": " + why};
}

class Parser {
 public:
  explicit Parser(const ArrivalCsv& options) : options_(options) {}

  Result<ArrivalSeries> run(std::string_view csv) {
    if (csv.size() > ModelLimits::series_bytes_max) {
      return Error{ModelErrc::series_invalid, "more than 64 MiB"};
    }
    while (!csv.empty()) {
      ++line_;
      const std::size_t end = std::min(csv.find('\n'), csv.size());
      const std::string_view line = trimmed(csv.substr(0, end));
      csv.remove_prefix(std::min(end + 1, csv.size()));
      if (line.size() > ModelLimits::series_line_bytes_max) {
        return refusal(line_, "more than 4096 bytes");
      }
      if (!line.empty()) MS_TRY_VOID(take_line(line));
    }
    return finish();
  }

 private:
  Result<> take_line(std::string_view line) {
    const auto fields = fields_of(line);
    if (!fields) return refusal(line_, "a quote is not closed, or text follows it");
    const bool first = !seen_;
    seen_ = true;
    if (first) {
      MS_TRY(const bool header, take_header(*fields));
      if (header) return {};
    }
    if (fields->size() <= std::max(time_at_, value_at_)) {
      return refusal(line_, "fewer columns than the time and the value need");
    }
    return take_row((*fields)[time_at_], (*fields)[value_at_]);
  }

  /// Whether the first line names the columns; finds the wanted ones.
  Result<bool> take_header(const std::vector<std::string_view>& fields) {
    const bool named = !options_.time_column.empty() || !options_.value_column.empty();
    if (!named && !fields.empty() && parse_time(fields[0])) return false;
    MS_TRY(time_at_, column(fields, options_.time_column, 0));
    MS_TRY(value_at_, column(fields, options_.value_column, time_at_ == 0 ? 1 : 0));
    return true;
  }

  [[nodiscard]] Result<std::size_t> column(const std::vector<std::string_view>& fields,
                                           const std::string& name, std::size_t otherwise) const {
    if (name.empty()) return otherwise;
    const auto found = std::find(fields.begin(), fields.end(), name);
    if (found == fields.end()) return refusal(line_, "there is no column \"" + name + "\"");
    return static_cast<std::size_t>(found - fields.begin());
  }

  Result<> take_row(std::string_view time, std::string_view value) {
    const auto seconds = parse_time(time);
    if (!seconds) {
      return refusal(line_, "the time must be seconds or like 2020-05-11T09:30:00Z");
    }
    const auto number = parse_number(value);
    if (!number || *number < 0 || *number > value_max) {
      return refusal(line_, "the value must be a number from 0 to 1e15");
    }
    if (!options_.sort && series_.size() > 0 && *seconds <= series_.seconds.back()) {
      return refusal(line_,
                     "the time does not lie after the one before; ask for sorting if it "
                     "should be put in order");
    }
    if (series_.size() == ModelLimits::series_rows_max) return refusal(line_, "row 1000001");
    series_.seconds.push_back(*seconds);
    series_.values.push_back(*number);
    return {};
  }

  Result<ArrivalSeries> finish() {
    if (series_.size() < 2) {
      return Error{ModelErrc::series_invalid, "fewer than two rows of time and value"};
    }
    if (options_.sort) MS_TRY_VOID(put_in_order());
    if (*std::max_element(series_.values.begin(), series_.values.end()) <= 0) {
      return Error{ModelErrc::series_invalid, "all values are 0"};
    }
    return std::move(series_);
  }

  Result<> put_in_order() {
    std::vector<std::size_t> order(series_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return series_.seconds[a] < series_.seconds[b];
    });
    ArrivalSeries sorted;
    for (const std::size_t i : order) {
      if (sorted.size() > 0 && sorted.seconds.back() == series_.seconds[i]) {
        return Error{ModelErrc::series_invalid, "one time comes twice"};
      }
      sorted.seconds.push_back(series_.seconds[i]);
      sorted.values.push_back(series_.values[i]);
    }
    series_ = std::move(sorted);
    return {};
  }

  const ArrivalCsv& options_;
  ArrivalSeries series_;
  std::size_t line_ = 0;
  bool seen_ = false;
  std::size_t time_at_ = 0;
  std::size_t value_at_ = 1;
};

}  // namespace

double ArrivalSeries::length(std::size_t i) const {
  const std::size_t from = std::min(i, size() - 2);
  return seconds[from + 1] - seconds[from];
}

double ArrivalSeries::duration() const {
  return seconds.back() - seconds.front() + length(size() - 1);
}

double ArrivalSeries::mean() const {
  double sum = 0;
  for (std::size_t i = 0; i < size(); ++i) sum += values[i] * length(i);
  return sum / duration();
}

Result<ArrivalSeries> parse_arrival_series(std::string_view csv, const ArrivalCsv& options) {
  return Parser{options}.run(csv);
}

}  // namespace mainstay::exchange::models
