#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::apim {

/// Calendar periods in UTC; start inclusive, end exclusive; weeks start on Monday; eternity is one
/// window. Ascending by length, so that a longer period compares greater.
enum class Period : std::uint8_t { minute, hour, day, week, month, year, eternity };

inline constexpr std::size_t period_count = 7;
inline constexpr std::array<Period, period_count> periods_longest_first{
    Period::eternity, Period::year, Period::month, Period::week,
    Period::day,      Period::hour, Period::minute};

inline constexpr std::size_t index(Period period) { return static_cast<std::size_t>(period); }

std::string_view to_text(Period period);
std::optional<Period> parse_period(std::string_view text);

/// Whole seconds since 1970, UTC.
using UnixSeconds = std::int64_t;

inline UnixSeconds unix_seconds(SystemTime at) {
  return std::chrono::floor<Seconds>(at).time_since_epoch().count();
}

struct Window {
  UnixSeconds begin = 0;
  UnixSeconds end = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

/// The seven windows that hold one moment, by index(Period). Moments are clamped to the years 1970
/// to 9999.
using Windows = std::array<Window, period_count>;
Windows windows_at(UnixSeconds at);

/// "2026-11-21 01:19:00 +0000"
void append_time(std::string& out, UnixSeconds at);
/// "2026-11-21 01:19:00 UTC"
std::string utc_text(UnixSeconds at);

}  // namespace mainstay::apim
