#include "apps/charging/domain/money/session_use.hpp"

#include <algorithm>
#include <map>

namespace mainstay::charging {
namespace {

using Kind = UsePeriod::Kind;

std::int64_t second_of(SystemTime at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// The meter as it must have stood: never back, never beyond its end.
std::map<std::int64_t, WattHours> meter_of(const SessionFacts& facts, std::int64_t begin,
                                           std::int64_t end) {
  const WattHours least = facts.meter_begin;
  const WattHours most = std::clamp(facts.meter_end, least, least + UseLimits::energy_max);
  std::map<std::int64_t, WattHours> out;
  for (const MeterPoint& point : facts.points) {
    const std::int64_t at = second_of(point.at);
    if (at > begin && at < end) out[at] = std::max(out[at], point.energy_register);
  }
  out[begin] = least;
  WattHours highest = least;
  for (auto& [at, value] : out) value = highest = std::clamp(value, highest, most);
  out[end] = most;
  return out;
}

/// What was told before its begin is the session before's: stations that were offline do not tell
/// that the connector became free.
std::map<std::int64_t, Kind> kinds_of(const SessionFacts& facts, std::int64_t begin,
                                      std::int64_t end) {
  std::map<std::int64_t, Kind> out{{begin, Kind::charging}};
  for (const UseChange& change : facts.changes) {
    const std::int64_t at = second_of(change.at);
    if (change.at < facts.begin || at >= end) continue;
    out[at] = change.is_parking ? Kind::parking : Kind::charging;
  }
  return out;
}

/// One interval of the meter in periods of one kind each; its energy came while it charged, or if
/// it never did, all the time.
void add_interval(std::vector<UsePeriod>& out, const std::map<std::int64_t, Kind>& kinds,
                  UsePeriod interval) {
  std::vector<UsePeriod> parts;
  auto kind = std::prev(kinds.upper_bound(interval.begin));
  for (std::int64_t at = interval.begin;;) {
    const auto next = std::next(kind);
    UsePeriod part;
    part.begin = at;
    part.end = next == kinds.end() ? interval.end : std::min(next->first, interval.end);
    part.kind = kind->second;
    parts.push_back(part);
    at = part.end;
    if (at >= interval.end) break;
    kind = next;
  }
  const auto counts = [&](const UsePeriod& part) { return part.kind == Kind::charging; };
  std::int64_t seconds = 0;
  for (const UsePeriod& part : parts) seconds += counts(part) ? part.end - part.begin : 0;
  const bool all = seconds == 0;
  if (all) seconds = interval.end - interval.begin;
  std::int64_t so_far = 0;
  WattHours given = 0;
  for (UsePeriod& part : parts) {
    if (all || counts(part)) so_far += part.end - part.begin;
    const Wide due =
        seconds == 0 ? Wide{interval.energy} : Wide{interval.energy} * so_far / seconds;
    part.energy = static_cast<WattHours>(due) - given;
    given += part.energy;
  }
  out.insert(out.end(), parts.begin(), parts.end());
}

}  // namespace

std::vector<UsePeriod> periods_of(const SessionFacts& facts) {
  const std::int64_t begin = second_of(facts.begin);
  std::vector<UsePeriod> out;
  std::int64_t first = begin;
  if (facts.reserved) {
    const std::int64_t until = std::min(second_of(facts.reserved->until), begin);
    const std::int64_t from = second_of(facts.reserved->from);
    if (from < until && begin - from < UseLimits::seconds_max) {
      UsePeriod reserved;
      reserved.begin = first = from;
      reserved.end = until;
      reserved.kind = Kind::reservation;
      out.push_back(reserved);
    }
  }
  const std::int64_t end = std::clamp(second_of(facts.end), begin, first + UseLimits::seconds_max);
  const auto kinds = kinds_of(facts, begin, end);
  if (begin == end) {
    UsePeriod whole;
    whole.begin = begin;
    whole.end = end;
    whole.energy =
        std::clamp(facts.meter_end - facts.meter_begin, WattHours{0}, UseLimits::energy_max);
    out.push_back(whole);
    return out;
  }
  const auto meter = meter_of(facts, begin, end);
  for (auto at = meter.begin(), next = std::next(at); next != meter.end(); at = next++) {
    UsePeriod interval;
    interval.begin = at->first;
    interval.end = next->first;
    interval.energy = next->second - at->second;
    add_interval(out, kinds, interval);
  }
  return out;
}

std::vector<UsePeriod> periods_of_expired(SystemTime from, SystemTime until) {
  UsePeriod out;
  out.begin = second_of(from);
  out.end = std::clamp(second_of(until), out.begin, out.begin + UseLimits::seconds_max);
  out.kind = Kind::expired_reservation;
  return {out};
}

UseSums sums_of(std::span<const UsePeriod> periods) {
  UseSums out;
  for (const UsePeriod& one : periods) {
    const Seconds length{one.end - one.begin};
    if (one.kind == Kind::charging) {
      out.charging += length;
    } else if (one.kind == Kind::parking) {
      out.parking += length;
    } else {
      out.reserved += length;
    }
    out.energy += one.energy;
  }
  return out;
}

}  // namespace mainstay::charging
