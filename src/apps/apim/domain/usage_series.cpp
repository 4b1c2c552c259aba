#include "apps/apim/domain/usage_series.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "apps/apim/domain/local_time.hpp"
#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/usage.hpp"
#include "apps/apim/limits.hpp"
#include "base/check.hpp"

namespace mainstay::apim {
namespace {

constexpr UnixSeconds newest_end = 253'402'214'400;  // 9999-12-31: where eternity ends
/// Of UTC's windows; up to a day all are so long.
constexpr std::array<UnixSeconds, period_count> shortest{
    60, 3'600, 86'400, 7 * 86'400, 28 * 86'400, 365 * 86'400, newest_end};

std::string_view name_of(const TimeZone* zone) {
  return zone == nullptr ? std::string_view{"UTC"} : std::string_view{zone->name()};
}

std::string time_text(UnixSeconds at, const TimeZone* zone) {
  std::string out;
  append_local_time(out, at, zone);
  return out;
}

/// At least as many windows as hold moments of a range so long, and not many more.
UnixSeconds count_about(UnixSeconds length, Period period) {
  return length / shortest[index(period)] + 2;
}

/// How many windows a range has that nobody asked for.
std::size_t usual_count(Period period) {
  constexpr std::array<std::size_t, period_count> usual{60, 24, 30, 12, 12, 5, 1};
  return usual[index(period)];
}

/// A series asks for thousands: what needs no calendar does without.
Window window_at(Period period, UnixSeconds at, const TimeZone* zone) {
  if (zone == nullptr && period <= Period::day && at >= 0 && at < newest_end) {
    const UnixSeconds length = shortest[index(period)];
    return {at - at % length, at - at % length + length};
  }
  return windows_at(at, zone)[index(period)];
}

struct Bounds {
  UnixSeconds since = 0;
  UnixSeconds until = 0;
};

Result<Bounds> bounds_of(const SeriesRange& range, UnixSeconds now) {
  Bounds out;
  out.until = range.until.value_or(std::max(now, UnixSeconds{0}) + 1);
  if (!range.since) {
    const UnixSeconds last = std::clamp<UnixSeconds>(out.until - 1, 0, newest_end - 1);
    UnixSeconds begin = window_at(range.period, last, range.zone).begin;
    for (std::size_t i = 1; i < usual_count(range.period) && begin > 0; ++i) {
      begin = window_at(range.period, begin - 1, range.zone).begin;
    }
    out.since = std::max<UnixSeconds>(begin, 0);  // UTC's first week begins in 1969
  } else {
    out.since = *range.since;
  }
  if (out.since < 0 || out.until < 0) {
    return Error{UsageErrc::range_invalid, "since and until must not be before 1970-01-01"};
  }
  if (out.since >= newest_end || out.until > newest_end) {
    return Error{UsageErrc::range_invalid,
                 "since and until must not be after 9999-12-31 (Unix seconds, not milliseconds)"};
  }
  if (out.since >= out.until) {
    return Error{UsageErrc::range_invalid, "since must be before until; they are " +
                                               time_text(out.since, range.zone) + " and " +
                                               time_text(out.until, range.zone)};
  }
  return out;
}

Error too_many_points(Period period) {
  return {UsageErrc::too_many_points,
          "the range has more than " + std::to_string(Limits::usage_points_max) + " " +
              std::string{to_text(period)} +
              " windows: ask for a shorter one, or for a longer period"};
}

/// `usable`: the period whose windows are read.
Result<> check_kept(Period usable, UnixSeconds since, const SeriesRange& range, UnixSeconds now) {
  const Seconds kept = retention_of(usable);
  if (kept.count() == 0) return {};
  // The first counted window that is kept whole.
  const UnixSeconds kept_from = std::max<UnixSeconds>(oldest_in_history(usable, now), 0);
  const Window first = window_at(usable, kept_from, range.counted);
  const UnixSeconds oldest = first.begin == kept_from ? first.begin : first.end;
  if (since >= oldest) return {};
  std::string what{to_text(usable)};
  what.append(" windows are kept for ");
  what.append(kept < Seconds{86'400 * 2} ? std::to_string(kept.count() / 3'600) + " hours"
                                         : std::to_string(kept.count() / 86'400) + " days");
  what.append(": since must not be before ").append(time_text(oldest, range.zone));
  if (usable != range.period) {
    what.append("; in the service's own timezone, ").append(name_of(range.counted));
    what.append(", ").append(to_text(range.period)).append(" windows are kept longer");
  } else {
    what.append("; longer periods are kept longer");
  }
  return Error{UsageErrc::not_kept, std::move(what)};
}

Error zone_unfit(const SeriesRange& range) {
  std::string what{"a "};
  what.append(to_text(range.period)).append(" in ").append(name_of(range.zone));
  what.append(" is not made of whole hours in ").append(name_of(range.counted));
  what.append(", which the service counts in: ask for timezone=").append(name_of(range.counted));
  return {UsageErrc::zone_unfit, std::move(what)};
}

/// Which counted windows the points are made of: their own period's, or hours.
Result<Period> counted_period(const SeriesPlan& plan, const SeriesRange& range) {
  if (range.zone == range.counted) return range.period;
  const auto is_counted = [&](const Window& point) {
    return window_at(range.period, point.begin, range.counted) == point;
  };
  if (std::ranges::all_of(plan.points, is_counted)) return range.period;
  const auto begins_hour = [&](UnixSeconds at) {
    return window_at(Period::hour, at, range.counted).begin == at;
  };
  const bool fits = range.period != Period::hour && begins_hour(plan.points.back().end) &&
                    std::ranges::all_of(plan.points, begins_hour, &Window::begin);
  if (!fits) return zone_unfit(range);
  return Period::hour;
}

}  // namespace

const ErrorRow& error_row(UsageErrc code) {
  static constexpr std::array<ErrorRow, 6> rows{{
      {"range_invalid", "the range is invalid", 422},
      {"too_many_points", "the range has too many points", 422},
      {"not_kept", "so old a usage is not kept", 422},
      {"zone_unfit", "the time zone does not fit the service's", 422},
      {"period_unfit", "the period does not fit", 422},
      {"busy", "too many readers of usage, try again", 503, Retry::yes},
  }};
  const auto index = static_cast<std::size_t>(code) - 1;
  MS_CHECK(index < rows.size());
  return rows[index];
}

Result<SeriesPlan> plan_series(const SeriesRange& range, UnixSeconds now) {
  MS_TRY(const Bounds bounds, bounds_of(range, now));
  const auto most = static_cast<UnixSeconds>(Limits::usage_points_max);
  if (count_about(bounds.until - bounds.since, range.period) > most + 2) {
    return too_many_points(range.period);
  }
  SeriesPlan plan;
  UnixSeconds at = bounds.since;
  do {
    plan.points.push_back(window_at(range.period, at, range.zone));
    at = plan.points.back().end;
    if (plan.points.size() > Limits::usage_points_max) return too_many_points(range.period);
  } while (at < bounds.until);
  MS_TRY(plan.counted, counted_period(plan, range));
  MS_TRY_VOID(check_kept(plan.counted, plan.points.front().begin, range, now));
  plan.from = plan.points.front().begin;
  plan.until = plan.points.back().end;
  return plan;
}

std::vector<std::int64_t> series_values(const SeriesPlan& plan, std::span<const UsagePoint> memory,
                                        std::span<const UsagePoint> stored) {
  std::vector<std::int64_t> values(plan.points.size());
  std::size_t place = 0;
  const auto add = [&](const UsagePoint& counted) {
    while (place < values.size() && plan.points[place].end <= counted.begin) ++place;
    if (place == values.size() || counted.begin < plan.points[place].begin) return;
    values[place] = saturating_add(values[place], counted.value);
  };
  auto newer = memory.begin();
  for (const UsagePoint& older : stored) {
    for (; newer != memory.end() && newer->begin < older.begin; ++newer) add(*newer);
    if (newer == memory.end() || newer->begin != older.begin) add(older);
  }
  for (; newer != memory.end(); ++newer) add(*newer);
  return values;
}

Result<Window> counted_window(Period period, UnixSeconds at, const TimeZone* zone,
                              const TimeZone* counted) {
  if (at < 0 || at >= newest_end) {
    return Error{UsageErrc::range_invalid, "since must lie in the years 1970 to 9999"};
  }
  const Window window = window_at(period, at, zone);
  if (window == window_at(period, window.begin, counted)) return window;
  std::string what{"the "};
  what.append(to_text(period)).append(" from ").append(time_text(window.begin, zone));
  what.append(" is none that the service counts in: ask for timezone=").append(name_of(counted));
  return Error{UsageErrc::zone_unfit, std::move(what)};
}

}  // namespace mainstay::apim
