#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim {

// What every implementation of Counters has in common: pure functions of their arguments.

/// False when a charge adds nothing, sets nothing and has no response code: then it is neither
/// counted nor traffic.
bool has_effect(const Charge& charge);

/// The windows that hold a moment, and those that a charge counts in.
inline Windows windows_of(const Moment& moment) {
  return moment.windows != nullptr ? *moment.windows : windows_at(moment.at);
}
inline Windows windows_of(const Charge& charge) {
  return windows_of(Moment{charge.at, charge.windows});
}

/// Whether the probe's comparison holds for its `current`.
bool holds(const LimitProbe& probe);

/// The begin of the oldest window that stays when the window beginning at `begin` comes into being.
/// A window that is counted in stays whatever its age, so that a clock which ran ahead for a while
/// cannot switch a limit off.
UnixSeconds oldest_kept(Period period, UnixSeconds begin);

/// Days since 1970, UTC; before any traffic: no_day.
using DayNumber = std::int64_t;
inline constexpr DayNumber no_day = std::numeric_limits<DayNumber>::min();
/// What traffic at `now` is the first of; moves `newest_day` forward, never back.
Traffic note_traffic(DayNumber& newest_day, UnixSeconds now);

/// `visit(metric_id, usage)` for all that a charge counts: its metrics, then its response code.
template <class Visit>
void for_each_counted(const Charge& charge, Visit visit) {
  for (const MetricCharge& metric : charge.metrics) {
    if (metric.value.amount != 0 || metric.value.is_set) visit(metric.metric_id, metric.value);
  }
  if (charge.response_code == 0) return;
  const ResponseCodeMetrics codes = response_code_metrics(charge.response_code);
  const UsageValue one{.amount = 1, .is_set = false};
  if (!codes.of_class.empty()) visit(codes.of_class, one);
  if (!codes.of_code.empty()) visit(codes.of_code, one);
}

/// A counter's part of Counters::state_hash(), which is the sum over all windows that are not 0 and
/// not older than oldest_kept() of the counter's newest. `owner` is owner_hash() of whom it belongs
/// to.
std::uint64_t owner_hash(const Subject& subject, std::string_view metric_id);
std::uint64_t window_hash(std::uint64_t owner, Period period, UnixSeconds begin,
                          std::int64_t value);

}  // namespace mainstay::apim
