#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::exchange::models {

/// Values over time, such as page views by day: the value holds from its time to the next one's.
/// At least two rows, times ascending, values 0 or more and not all 0.
struct ArrivalSeries {
  std::vector<double> seconds{};  // since 1970, or since anything when the file had plain numbers
  std::vector<double> values{};

  [[nodiscard]] std::size_t size() const { return values.size(); }
  /// How long the i-th value holds; the last one as long as the one before.
  [[nodiscard]] double length(std::size_t i) const;
  [[nodiscard]] double duration() const;
  /// Weighted by length.
  [[nodiscard]] double mean() const;
};

struct ArrivalCsv {
  std::string time_column;   // by its name in the first line; empty: the first column
  std::string value_column;  // likewise; empty: the one behind the first
  bool sort = false;         // rows may come in any order; without, one that goes back is refused
};

/// From CSV (RFC 4180 without line breaks in fields, or quotes in quotes). A first line whose time
/// is none is the header. Times: seconds as a number, or UTC as YYYY-MM-DD with, optionally, T or a
/// blank and HH:MM or HH:MM:SS, a fraction, and Z. Empty lines are passed over. Refusals name the
/// line. Bounds: ModelLimits.
Result<ArrivalSeries> parse_arrival_series(std::string_view csv, const ArrivalCsv& options);

}  // namespace mainstay::exchange::models
