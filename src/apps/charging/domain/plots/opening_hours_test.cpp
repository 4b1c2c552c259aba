#include "apps/charging/domain/plots/opening_hours.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/moment.hpp"
#include "base/time_zone.hpp"

namespace mainstay::charging::opening_hours_test {
namespace {

SystemTime at(const char* text) { return parse_moment(text).value(); }

const TimeZone utc{"UTC", {{0, 0}}};
// One hour ahead, two from 2026-03-29 01:00 UTC on.
const TimeZone summer{"Europe/Test", {{0, 3'600}, {1'774'746'000, 7'200}}};

bool open(const char* hours, const char* moment, const TimeZone& zone = utc) {
  const auto parsed = OpeningHours::parse(hours);
  REQUIRE_MESSAGE(parsed.has_value(), hours);
  return parsed->open_at(at(moment), zone);
}

}  // namespace

TEST_CASE("opening hours: days and times of the week") {
  // 2026-11-22 is a Sunday.
  CHECK(open("24/7", "2026-11-22T03:00:00Z"));
  CHECK(open("Mo-Fr 07:00-22:00", "2026-11-20T21:59:59Z"));
  CHECK(!open("mo-fr 07:00-22:00", "2026-11-20T22:00:00Z"));
  CHECK(!open("mo-fr 07:00-22:00", "2026-11-22T12:00:00Z"));
  CHECK(open("mo-fr 07:00-22:00; sa,su 09:00-18:00", "2026-11-22T12:00:00Z"));
  CHECK(!open("08:00-12:00,13:00-18:00", "2026-11-22T12:30:00Z"));
  CHECK(open("08:00-12:00,13:00-18:00", "2026-11-22T13:00:00Z"));
  CHECK(open("sa-mo 10:00-11:00", "2026-11-22T10:30:00Z"));
}

TEST_CASE("opening hours: a later rule is instead of the earlier ones on its days") {
  const char* shorter = "mo-su 08:00-20:00; su 10:00-16:00";
  CHECK(!open(shorter, "2026-11-22T09:00:00Z"));
  CHECK(open(shorter, "2026-11-22T15:59:00Z"));
  CHECK(!open(shorter, "2026-11-22T17:00:00Z"));
  CHECK(open(shorter, "2026-11-21T09:00:00Z"));
  // What goes on past midnight is of the day on which it began.
  const char* late = "mo-su 20:00-26:00; su 10:00-12:00";
  CHECK(open(late, "2026-11-22T01:00:00Z"));
  CHECK(!open(late, "2026-11-22T21:00:00Z"));
  CHECK(!open(late, "2026-11-23T01:00:00Z"));
  CHECK(open(late, "2026-11-24T01:00:00Z"));
  CHECK(!open("mo 08:00-09:00; 10:00-11:00", "2026-11-23T08:30:00Z"));  // every day's
  CHECK(open("mo-fr 08:00-12:00; mo-fr 13:00-18:00", "2026-11-23T14:00:00Z"));
  CHECK(!open("mo-fr 08:00-12:00; mo-fr 13:00-18:00", "2026-11-23T09:00:00Z"));
}

TEST_CASE("opening hours: past midnight, past the end of the week, and on the place's own clock") {
  CHECK(open("sa 20:00-02:00", "2026-11-22T01:00:00Z"));
  CHECK(open("su 20:00-26:00", "2026-11-23T01:00:00Z"));
  CHECK(!open("su 20:00-26:00", "2026-11-22T01:00:00Z"));
  CHECK(!open("su 22:00-24:00", "2026-11-22T22:30:00Z", summer));  // it is Monday there
  CHECK(open("su 22:00-24:00", "2026-11-22T20:30:00Z", summer));
  CHECK(open("08:00-09:00", "2026-03-28T07:30:00Z", summer));
  CHECK(!open("08:00-09:00", "2026-03-30T07:30:00Z", summer));
  CHECK(open("08:00-09:00", "2026-03-30T06:30:00Z", summer));
}

TEST_CASE("opening hours: unknown ones are never open, and what is no rule is refused") {
  CHECK(!OpeningHours{}.known());
  CHECK(!open("", "2026-11-22T12:00:00Z"));
  for (const char* text :
       {"mo-fr", "mo 7-8", "xx 07:00-08:00", "mo 07:00", "mo 25:00-26:00", "mo 07:00-08:60",
        "mo 07:00-08:00;", "mo 01:00-48:00", "mo- 07:00-08:00"}) {
    CAPTURE(text);
    CHECK(OpeningHours::parse(text).error().is(HoursErrc::hours_invalid));
  }
  CHECK(OpeningHours::parse(std::string(600, ' ')).error().is(HoursErrc::hours_invalid));
}

}  // namespace mainstay::charging::opening_hours_test
