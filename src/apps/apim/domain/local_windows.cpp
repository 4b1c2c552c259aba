#include "apps/apim/domain/local_windows.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace mainstay::apim {
namespace {

constexpr UnixSeconds one_hour = 3'600;
constexpr UnixSeconds one_day = 24 * one_hour;

UnixSeconds floor_to(UnixSeconds local, UnixSeconds length) {
  const UnixSeconds rest = local % length;
  return local - (rest < 0 ? rest + length : rest);
}

/// Local midnight of a date.
UnixSeconds midnight(std::chrono::year_month_day date) {
  return std::chrono::sys_days{date}.time_since_epoch().count() * one_day;
}

Windows local_windows(UnixSeconds at, const TimeZone& zone) {
  using std::chrono::months;
  using std::chrono::years;
  Windows out = windows_at(at);
  const Window& bounds = out[index(Period::eternity)];
  at = std::clamp(at, bounds.begin, bounds.end - 1);

  const TimeZone::Stretch stretch = zone.stretch_at(at);
  const UnixSeconds local = at + stretch.offset;
  const UnixSeconds hour_begin = floor_to(local, one_hour) - stretch.offset;
  UnixSeconds today = floor_to(local, one_day);
  // Clocks went back across midnight: the day that has begun goes on.
  if (zone.first_moment(today + one_day) <= at) today += one_day;

  const std::chrono::sys_days days{std::chrono::days{today / one_day}};
  const std::chrono::year_month_day date{days};
  const auto monday = std::chrono::weekday{days} - std::chrono::Monday;
  const UnixSeconds week = today - monday.count() * one_day;
  const auto month = date.year() / date.month() / 1;
  const auto year = date.year() / std::chrono::January / 1;
  const auto between = [&](UnixSeconds from, UnixSeconds until) -> Window {
    return {std::max(zone.first_moment(from), bounds.begin), zone.first_moment(until)};
  };
  out[index(Period::hour)] = {std::max({hour_begin, stretch.begin, bounds.begin}),
                              std::min(hour_begin + one_hour, stretch.end)};
  out[index(Period::day)] = between(today, today + one_day);
  out[index(Period::week)] = between(week, week + 7 * one_day);
  out[index(Period::month)] = between(midnight(month), midnight(month + months{1}));
  out[index(Period::year)] = between(midnight(year), midnight(year + years{1}));
  return out;
}

}  // namespace

Windows windows_at(UnixSeconds at, const TimeZone* zone) {
  return zone == nullptr ? windows_at(at) : local_windows(at, *zone);
}

const Windows& WindowsOfNow::at(UnixSeconds now, const TimeZone* zone) {
  // Zones lie some dozens of bytes apart at least.
  Entry& entry = entries_[reinterpret_cast<std::uintptr_t>(zone) / 64 % entry_count];
  const Window& minute = entry.windows[index(Period::minute)];
  if (entry.zone != zone || now < minute.begin || now >= minute.end) {
    entry.windows = windows_at(now, zone);
    entry.zone = zone;
  }
  return entry.windows;
}

}  // namespace mainstay::apim
