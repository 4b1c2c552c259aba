#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/time_zone.hpp"

namespace mainstay::apim {

/// Why usage cannot be shown as asked; the Error's detail is the whole message and says what can.
enum class UsageErrc : std::uint8_t {
  range_invalid = 1,  // 422
  too_many_points,    // 422
  not_kept,           // 422: older than what is kept of that period
  zone_unfit,         // 422: its windows are not made of the counted ones
  period_unfit,       // 422: not kept for whole services
  busy,               // 503
};
const ErrorRow& error_row(UsageErrc code);

/// The windows that are wanted: those of `period` in `zone` that hold a moment of [since, until).
struct SeriesRange {
  Period period = Period::day;
  std::optional<UnixSeconds> since;   // absent: a range that suits the period, up to `until`
  std::optional<UnixSeconds> until;   // absent: with the window that holds now
  const TimeZone* zone = nullptr;     // null: UTC
  const TimeZone* counted = nullptr;  // the zone that the service counts in
};

/// How a series is read: the points of the answer, and the counted windows that they are made of.
struct SeriesPlan {
  std::vector<Window> points;    // ascending, each begins where the one before ends; at least one
  Period counted = Period::day;  // the range's own period, or hours where zones differ
  UnixSeconds from = 0;          // counted windows that begin in [from, until)
  UnixSeconds until = 0;
};

/// Errors: range_invalid, too_many_points, not_kept, zone_unfit.
Result<SeriesPlan> plan_series(const SeriesRange& range, UnixSeconds now);

/// The values of the plan's points. What memory holds of a window is newer than what is stored of
/// it. A window of another zone, counted before the service's was changed, counts where it begins.
/// Both ascending by begin.
std::vector<std::int64_t> series_values(const SeriesPlan& plan, std::span<const UsagePoint> memory,
                                        std::span<const UsagePoint> stored);

/// The window of `period` in `zone` that holds `at`, when it is one of those counted. Errors:
/// range_invalid, zone_unfit.
Result<Window> counted_window(Period period, UnixSeconds at, const TimeZone* zone,
                              const TimeZone* counted);

}  // namespace mainstay::apim
