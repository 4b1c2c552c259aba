#include "platform/jobs/cron.hpp"

#include <array>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::jobs::cron_test {
namespace {

Cron parsed(std::string_view line) {
  auto cron = Cron::parse(line);
  REQUIRE_MESSAGE(cron.has_value(), line);
  return *std::move(cron);
}

std::string refusal_of(std::string_view line) {
  const auto cron = Cron::parse(line);
  return cron.has_error() ? cron.error().detail() : "";
}

const TimeZone& zone_of(const char* name) {
  static zones::TimeZones all;
  const TimeZone* found = all.find(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

std::int64_t utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  using std::chrono::sys_days;
  const sys_days date{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
  return date.time_since_epoch().count() * 86'400LL + hour * 3'600LL + minute * 60LL;
}

/// What next() must give, minute by minute and without its arithmetic: a line for some hours runs
/// whenever clocks reach or pass one of its times for the first time; one for every hour whenever
/// they show one.
std::optional<std::int64_t> brute_next(const Cron& cron, bool every_hour, const TimeZone& zone,
                                       std::int64_t after, std::int64_t until) {
  std::int64_t highest = INT64_MIN;
  for (std::int64_t at = after - 2 * 86'400; at <= until; at += 60) {
    const std::int64_t shown = zone.local(at);
    bool runs = every_hour && cron.matches(shown);
    if (!every_hour && highest != INT64_MIN) {
      for (std::int64_t passed = highest + 60; passed <= shown && !runs; passed += 60) {
        runs = cron.matches(passed);
      }
    }
    highest = std::max(highest, shown);
    if (runs && at > after) return at;
  }
  return std::nullopt;
}

TEST_CASE("cron: fields, names, ranges, steps and lists") {
  const TimeZone& zone = zone_of("UTC");
  const std::int64_t noon = utc(2026, 11, 21, 12, 0);  // a Saturday
  CHECK(parsed("* * * * *").next(zone, noon) == noon + 60);
  CHECK(parsed("*/15 * * * *").next(zone, noon) == noon + 15 * 60);
  CHECK(parsed("7/20 * * * *").next(zone, noon) == noon + 7 * 60);
  CHECK(parsed("5 3 * * *").next(zone, noon) == utc(2026, 11, 22, 3, 5));
  CHECK(parsed("0 9-17/4 * * MON-fri").next(zone, noon) == utc(2026, 11, 23, 9));
  CHECK(parsed("0 0 * * 7").next(zone, noon) == utc(2026, 11, 22));
  CHECK(parsed("0 0 * * sun").next(zone, noon) == utc(2026, 11, 22));
  CHECK(parsed("30 6 1,15 Feb,dec *").next(zone, noon) == utc(2026, 12, 1, 6, 30));
  CHECK(parsed("0 0 29 2 *").next(zone, noon) == utc(2028, 2, 29));
  CHECK(parsed("  @daily ").next(zone, noon) == utc(2026, 11, 22));
  CHECK(parsed("@weekly").next(zone, noon) == utc(2026, 11, 22));
  CHECK(parsed("@monthly").next(zone, noon) == utc(2026, 12, 1));
  CHECK(parsed("@yearly").next(zone, noon) == utc(2027, 1, 1));
  CHECK(parsed("@hourly").next(zone, noon + 1) == noon + 3'600);
}

TEST_CASE("cron: a day matches by either field when neither begins with a star") {
  const TimeZone& zone = zone_of("UTC");
  const std::int64_t noon = utc(2026, 11, 21, 12, 0);
  CHECK(parsed("0 0 24 * mon").next(zone, noon) == utc(2026, 11, 23));
  CHECK(parsed("0 0 24 * mon").next(zone, utc(2026, 11, 23)) == utc(2026, 11, 24));
  CHECK(parsed("0 0 */2 * mon").next(zone, noon) == utc(2026, 11, 23));
  CHECK(parsed("0 0 30 2 mon").next(zone, noon) == utc(2027, 2, 1));
}

TEST_CASE("cron: refusals say which field") {
  CHECK(refusal_of("60 * * * *").starts_with("cron line: minute is 0 to 59"));
  CHECK(refusal_of("* 24 * * *").starts_with("cron line: hour is 0 to 23"));
  CHECK(refusal_of("* * 0 * *").starts_with("cron line: day of the month is 1 to 31"));
  CHECK(refusal_of("* * * foo *").starts_with("cron line: month is 1 to 12"));
  CHECK(refusal_of("* * * * 8").starts_with("cron line: day of the week is 0 to 7"));
  CHECK(refusal_of("0 0 30 2 *").find("no year has such a day") != std::string::npos);
  CHECK(refusal_of("0 0 31 4,6,9,11 *").find("no year has such a day") != std::string::npos);
  for (const char* bad :
       {"", "* * * *", "* * * * * *", "@never", "5-1 * * * *", "*/0 * * * *", "1, * * * *",
        ",1 * * * *", "1- * * * *", "-1 * * * *", "1/ * * * *", "** * * * *", "1.5 * * * *",
        "* * * * mo", "99999999999999999999 * * * *", "*/99999999999999999999 * * * *"}) {
    CHECK_FALSE_MESSAGE(refusal_of(bad).empty(), bad);
  }
  CHECK_FALSE(refusal_of(std::string(300, '*')).empty());
}

TEST_CASE("cron: a time that clocks skip runs once, at the skip") {
  const TimeZone& berlin = zone_of("Europe/Berlin");
  const std::int64_t skip = utc(2027, 3, 28, 1);  // 02:00 becomes 03:00
  CHECK(parsed("30 2 * * *").next(berlin, skip - 3'600) == skip);
  CHECK(parsed("*/10 2 * * *").next(berlin, skip - 3'600) == skip);
  CHECK(parsed("*/10 2 * * *").next(berlin, skip) == utc(2027, 3, 29, 0));
  CHECK(parsed("30 2,3 * * *").next(berlin, skip) == skip + 1'800);
  CHECK(parsed("30 * * * *").next(berlin, skip - 1'800) == skip + 1'800);
}

TEST_CASE("cron: a time that clocks show twice runs the first time; every hour runs in both") {
  const TimeZone& berlin = zone_of("Europe/Berlin");
  const std::int64_t first = utc(2026, 10, 25, 0, 30);  // 02:30, and again an hour later
  CHECK(parsed("30 2 * * *").next(berlin, first - 60) == first);
  CHECK(parsed("30 2 * * *").next(berlin, first) == utc(2026, 10, 26, 1, 30));
  CHECK(parsed("30 2 * * *").next(berlin, first + 600) == utc(2026, 10, 26, 1, 30));
  CHECK(parsed("30 * * * *").next(berlin, first) == first + 3'600);
}

TEST_CASE("cron: next agrees with a minute by minute walk around every kind of change") {
  struct Place {
    const char* zone;
    std::int64_t around;
  };
  const std::array<Place, 9> places{{{"Europe/Berlin", utc(2027, 3, 28, 1)},
                                     {"Europe/Berlin", utc(2026, 10, 25, 1)},
                                     {"America/New_York", utc(2027, 3, 14, 7)},
                                     {"America/New_York", utc(2026, 11, 1, 6)},
                                     {"Australia/Lord_Howe", utc(2027, 4, 3, 15)},  // half an hour
                                     {"Pacific/Apia", utc(2011, 12, 30, 10)},       // a whole day
                                     {"Africa/Casablanca", utc(2027, 2, 7, 2)},
                                     {"Asia/Kathmandu", utc(1985, 12, 31, 18, 30)},  // 15 minutes
                                     {"America/Sao_Paulo", utc(2018, 11, 4, 3)}}};   // at midnight
  const std::array<std::pair<const char*, bool>, 10> lines{{{"* * * * *", true},
                                                            {"*/7 * * * *", true},
                                                            {"0 0 * * *", false},
                                                            {"30 2 * * *", false},
                                                            {"15,45 0-3 * * *", false},
                                                            {"* 1-3 * * *", false},
                                                            {"59 23 * * *", false},
                                                            {"0 */2 * * *", false},
                                                            {"20 1,2 * * sun", false},
                                                            {"0 12 31 12 *", false}}};
  Random random{20261121};
  for (const Place& place : places) {
    const TimeZone& zone = zone_of(place.zone);
    for (const auto& [line, every_hour] : lines) {
      const Cron cron = parsed(line);
      for (int i = 0; i < 12; ++i) {
        const auto shift = static_cast<std::int64_t>(random.below(2 * 2'880)) - 2'880;
        const std::int64_t after = place.around + shift * 60;
        const std::int64_t until = after + 3 * 86'400;
        const auto expected = brute_next(cron, every_hour, zone, after, until);
        auto found = cron.next(zone, after);
        if (found && *found > until) found.reset();
        CHECK_MESSAGE(found == expected, line << " in " << place.zone << " after " << after);
      }
    }
  }
}

TEST_CASE("cron: the newest of the missed ones, however long it was") {
  const TimeZone& zone = zone_of("Europe/Berlin");
  const std::int64_t now = utc(2026, 11, 21, 12, 0) + 30;
  CHECK(parsed("* * * * *").newest(zone, now - 365LL * 86'400, now) == now - 30);
  CHECK(parsed("* * * * *").newest(zone, now - 30, now) == std::nullopt);
  CHECK(parsed("0 3 * * *").newest(zone, utc(2020, 1, 1), now) == utc(2026, 11, 21, 2));
  CHECK(parsed("@yearly").newest(zone, utc(2020, 1, 1), now) == utc(2025, 12, 31, 23));
  CHECK(parsed("0 0 29 2 *").newest(zone, utc(2020, 1, 1), utc(2027, 1, 1)) ==
        utc(2024, 2, 28, 23));
  CHECK(parsed("@yearly").newest(zone, utc(2026, 1, 1), now) == std::nullopt);
}

TEST_CASE("cron: there is an end of time") {
  CHECK(parsed("0 0 29 2 *").next(zone_of("UTC"), utc(2099, 1, 1)) == std::nullopt);
  CHECK(parsed("* * * * *").next(zone_of("UTC"), utc(2200, 1, 1)) == std::nullopt);
}

}  // namespace
}  // namespace mainstay::jobs::cron_test
