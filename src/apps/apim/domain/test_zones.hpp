#pragma once

#include <chrono>

#include "apps/apim/domain/period.hpp"
#include "base/time_zone.hpp"

/// For tests: some zones around the days when something happens to their clocks, as tzdata has
/// them.
namespace mainstay::apim::test_zones {

constexpr UnixSeconds utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  using std::chrono::sys_days;
  const auto days =
      sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
  return days.time_since_epoch().count() * 86'400 + hour * 3'600 + minute * 60;
}

inline TimeZone berlin() {
  return {"Europe/Berlin",
          {{0, 3'600},
           {utc(2026, 3, 29, 1), 7'200},
           {utc(2026, 10, 25, 1), 3'600},
           {utc(2027, 3, 28, 1), 7'200}}};
}
inline TimeZone new_york() {
  return {"America/New_York",
          {{0, -18'000}, {utc(2026, 3, 8, 7), -14'400}, {utc(2026, 11, 1, 6), -18'000}}};
}
inline TimeZone kolkata() { return {"Asia/Kolkata", {{0, 19'800}}}; }
/// Half an hour of summer time.
inline TimeZone lord_howe() {
  return {"Australia/Lord_Howe",
          {{0, 39'600}, {utc(2026, 4, 4, 15), 37'800}, {utc(2026, 10, 3, 15, 30), 39'600}}};
}
/// 2011-12-30 was left out.
inline TimeZone apia() {
  return {"Pacific/Apia",
          {{0, -39'600}, {utc(2011, 9, 24, 14), -36'000}, {utc(2011, 12, 30, 10), 50'400}}};
}
/// Winter time for Ramadan.
inline TimeZone casablanca() {
  return {"Africa/Casablanca",
          {{0, 3'600}, {utc(2026, 2, 15, 2), 0}, {utc(2026, 3, 22, 2), 3'600}}};
}
/// From midnight to one o'clock, and back from one to midnight.
inline TimeZone havana() {
  return {"America/Havana",
          {{0, -18'000}, {utc(2026, 3, 8, 5), -14'400}, {utc(2026, 11, 1, 5), -18'000}}};
}
/// Back from 00:01 to 23:01 of the day before.
inline TimeZone st_johns() {
  return {"America/St_Johns",
          {{0, -12'600}, {utc(2010, 3, 14, 3, 31), -9'000}, {utc(2010, 11, 7, 2, 31), -12'600}}};
}

}  // namespace mainstay::apim::test_zones
