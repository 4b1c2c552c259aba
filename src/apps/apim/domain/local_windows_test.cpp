#include "apps/apim/domain/local_windows.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"
#include "base/random.hpp"

namespace mainstay::apim::local_windows_test {
namespace {

using test_zones::utc;

/// "2026-03-28 23:00 2026-03-29 22:00", in UTC.
std::string window(Period period, UnixSeconds at, const TimeZone& zone) {
  const Window window = windows_at(at, &zone)[index(period)];
  std::string out;
  append_time(out, window.begin);
  out.resize(16);
  std::string end;
  append_time(end, window.end);
  return out + " " + end.substr(0, 16);
}

/// A zone of offsets between -14 h and +14 h in quarter hours, that change at odd moments.
TimeZone random_zone(Random& random) {
  std::vector<TimeZone::Change> changes;
  UnixSeconds at = utc(1990, 1, 1) + static_cast<UnixSeconds>(random.below(86'400)) * 60;
  auto offset = static_cast<std::int32_t>(random.below(112)) * 900 - 50'400;
  for (int i = 0; i < 40; ++i) {
    changes.push_back({at, offset});
    at += 60 + static_cast<UnixSeconds>(random.below(250 * 1'440)) * 60;
    // Mostly by an hour or less, sometimes by a day.
    const auto step = static_cast<std::int32_t>(random.below(9)) * 900 - 3'600;
    offset = random.below(8) == 0 ? -offset : std::clamp(offset + step, -50'400, 50'400);
  }
  return {"Made/Up", std::move(changes)};
}

}  // namespace

TEST_CASE("local windows: without a zone, those of UTC") {
  const UnixSeconds at = utc(2026, 11, 21, 1, 30);
  CHECK(windows_at(at, nullptr) == windows_at(at));
  const TimeZone zero{"Etc/UTC", {{0, 0}}};
  CHECK(windows_at(at, &zero) == windows_at(at));
}

TEST_CASE("local windows: Berlin, the days when clocks change have 23 and 25 hours") {
  const TimeZone zone = test_zones::berlin();
  CHECK(window(Period::day, utc(2026, 3, 29, 12), zone) == "2026-03-28 23:00 2026-03-29 22:00");
  CHECK(window(Period::day, utc(2026, 10, 25, 12), zone) == "2026-10-24 22:00 2026-10-25 23:00");
  CHECK(window(Period::day, utc(2026, 10, 24, 21, 59), zone) ==
        "2026-10-23 22:00 2026-10-24 22:00");
  CHECK(window(Period::week, utc(2026, 3, 29, 12), zone) == "2026-03-22 23:00 2026-03-29 22:00");
  CHECK(window(Period::month, utc(2026, 3, 1), zone) == "2026-02-28 23:00 2026-03-31 22:00");
  CHECK(window(Period::month, utc(2026, 3, 31, 22), zone) == "2026-03-31 22:00 2026-04-30 22:00");
  CHECK(window(Period::year, utc(2026, 12, 31, 23), zone) == "2026-12-31 23:00 2027-12-31 22:00");
  // Two o'clock comes twice: two windows, as in UTC.
  CHECK(window(Period::hour, utc(2026, 10, 25, 0, 30), zone) ==
        "2026-10-25 00:00 2026-10-25 01:00");
  CHECK(window(Period::hour, utc(2026, 10, 25, 1, 30), zone) ==
        "2026-10-25 01:00 2026-10-25 02:00");
  CHECK(window(Period::minute, utc(2026, 10, 25, 1, 30), zone) ==
        "2026-10-25 01:30 2026-10-25 01:31");
}

TEST_CASE("local windows: New York, behind UTC") {
  const TimeZone zone = test_zones::new_york();
  CHECK(window(Period::day, utc(2026, 3, 8, 12), zone) == "2026-03-08 05:00 2026-03-09 04:00");
  CHECK(window(Period::day, utc(2026, 11, 1, 12), zone) == "2026-11-01 04:00 2026-11-02 05:00");
  CHECK(window(Period::week, utc(2026, 11, 2, 4), zone) == "2026-10-26 04:00 2026-11-02 05:00");
  CHECK(window(Period::month, utc(2026, 12, 1, 4, 59), zone) ==
        "2026-11-01 04:00 2026-12-01 05:00");
}

TEST_CASE("local windows: offsets of half an hour, hours are those on the wall") {
  const TimeZone kolkata = test_zones::kolkata();
  CHECK(window(Period::hour, utc(2026, 7, 1, 10, 29), kolkata) ==
        "2026-07-01 09:30 2026-07-01 10:30");
  CHECK(window(Period::day, utc(2026, 7, 1, 18, 30), kolkata) ==
        "2026-07-01 18:30 2026-07-02 18:30");
  // Half an hour of summer time: the hour in which it ends is cut short, and so is the next.
  const TimeZone lord_howe = test_zones::lord_howe();
  CHECK(window(Period::day, utc(2026, 4, 4, 20), lord_howe) == "2026-04-04 13:00 2026-04-05 13:30");
  CHECK(window(Period::hour, utc(2026, 4, 4, 14, 59), lord_howe) ==
        "2026-04-04 14:00 2026-04-04 15:00");
  CHECK(window(Period::hour, utc(2026, 4, 4, 15), lord_howe) ==
        "2026-04-04 15:00 2026-04-04 15:30");
  CHECK(window(Period::hour, utc(2026, 4, 4, 15, 30), lord_howe) ==
        "2026-04-04 15:30 2026-04-04 16:30");
  CHECK(window(Period::hour, utc(2026, 10, 3, 15, 45), lord_howe) ==
        "2026-10-03 15:30 2026-10-03 16:00");
}

TEST_CASE("local windows: Apia, the skipped day has no window") {
  const TimeZone zone = test_zones::apia();
  CHECK(window(Period::day, utc(2011, 12, 30, 9, 59), zone) == "2011-12-29 10:00 2011-12-30 10:00");
  CHECK(window(Period::day, utc(2011, 12, 30, 10), zone) == "2011-12-30 10:00 2011-12-31 10:00");
  CHECK(window(Period::week, utc(2011, 12, 30, 10), zone) == "2011-12-26 10:00 2012-01-01 10:00");
  CHECK(window(Period::month, utc(2011, 12, 30, 9), zone) == "2011-12-01 10:00 2011-12-31 10:00");
}

TEST_CASE("local windows: Casablanca, winter time for Ramadan") {
  const TimeZone zone = test_zones::casablanca();
  CHECK(window(Period::day, utc(2026, 2, 15, 12), zone) == "2026-02-14 23:00 2026-02-16 00:00");
  CHECK(window(Period::day, utc(2026, 3, 1, 12), zone) == "2026-03-01 00:00 2026-03-02 00:00");
  CHECK(window(Period::day, utc(2026, 3, 22, 12), zone) == "2026-03-22 00:00 2026-03-22 23:00");
  CHECK(window(Period::month, utc(2026, 2, 20), zone) == "2026-01-31 23:00 2026-03-01 00:00");
}

TEST_CASE("local windows: clocks change at midnight") {
  const TimeZone havana = test_zones::havana();
  CHECK(window(Period::day, utc(2026, 3, 8, 12), havana) == "2026-03-08 05:00 2026-03-09 04:00");
  CHECK(window(Period::day, utc(2026, 11, 1, 4), havana) == "2026-11-01 04:00 2026-11-02 05:00");
  // The day begins at the first midnight; its last evening is shown again, and belongs to it.
  const TimeZone st_johns = test_zones::st_johns();
  CHECK(window(Period::day, utc(2010, 11, 7, 2, 29), st_johns) ==
        "2010-11-06 02:30 2010-11-07 02:30");
  CHECK(window(Period::day, utc(2010, 11, 7, 2, 30), st_johns) ==
        "2010-11-07 02:30 2010-11-08 03:30");
  CHECK(window(Period::day, utc(2010, 11, 7, 3), st_johns) == "2010-11-07 02:30 2010-11-08 03:30");
}

TEST_CASE("local windows: around 1970 and 9999, begin not before and do not fail") {
  for (const TimeZone& zone : {test_zones::apia(), test_zones::kolkata()}) {
    for (const UnixSeconds at : {UnixSeconds{-5}, UnixSeconds{0}, UnixSeconds{7'200}}) {
      for (const Window& window : windows_at(at, &zone)) {
        CHECK(window.begin >= 0);
        CHECK(window.end > std::max<UnixSeconds>(at, 0));
      }
    }
    for (const Window& window : windows_at(300'000'000'000, &zone)) {
      CHECK(window.begin < 253'402'214'400);
      CHECK(window.end >= 253'402'214'400 - 86'400);
    }
  }
}

TEST_CASE("local windows: any zone and moment, hold it, lie in each other, no gap or overlap") {
  Random random{31};
  for (int n = 0; n < 200; ++n) {
    const TimeZone zone = random_zone(random);
    for (int i = 0; i < 50; ++i) {
      const auto at =
          utc(1989, 1, 1) + static_cast<UnixSeconds>(random.below(40ULL * 366 * 86'400));
      const Windows windows = windows_at(at, &zone);
      for (std::size_t period = 0; period + 1 < period_count; ++period) {
        const Window window = windows[period];
        REQUIRE(window.begin <= at);
        REQUIRE(at < window.end);
        REQUIRE(windows_at(window.begin, &zone)[period] == window);
        REQUIRE(windows_at(window.end - 1, &zone)[period] == window);
        REQUIRE(windows_at(window.end, &zone)[period].begin == window.end);
        REQUIRE(windows_at(window.begin - 1, &zone)[period].end == window.begin);
      }
      for (const auto& [inner, outer] :
           {std::pair{Period::hour, Period::day}, std::pair{Period::day, Period::week},
            std::pair{Period::day, Period::month}, std::pair{Period::month, Period::year}}) {
        REQUIRE(windows[index(outer)].begin <= windows[index(inner)].begin);
        REQUIRE(windows[index(inner)].end <= windows[index(outer)].end);
      }
    }
  }
}

TEST_CASE("windows of now: remembered by zone, and made anew when the minute is over") {
  WindowsOfNow now;
  std::vector<TimeZone> zones;
  for (int i = 0; i < 40; ++i) zones.push_back({"Made/Up", {{0, i * 900}}});
  Random random{5};
  UnixSeconds at = utc(2026, 11, 21);
  for (int i = 0; i < 5'000; ++i) {
    at += static_cast<UnixSeconds>(random.below(10)) - 1;
    const auto place = random.below(zones.size() + 1);
    const TimeZone* zone = place < zones.size() ? &zones[place] : nullptr;
    REQUIRE(now.at(at, zone) == windows_at(at, zone));
  }
}

}  // namespace mainstay::apim::local_windows_test
