#include "apps/apim/domain/local_time.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"

namespace mainstay::apim::local_time_test {
namespace {

using test_zones::utc;

std::string text(UnixSeconds at, const TimeZone* zone) {
  std::string out{">"};
  append_local_time(out, at, zone);
  return out.substr(1);
}

}  // namespace

TEST_CASE("local time: dates and times are the zone's, unless they say their own offset") {
  const TimeZone berlin = test_zones::berlin();
  CHECK(parse_moment("2026-11-21", nullptr) == utc(2026, 11, 21));
  CHECK(parse_moment("2026-11-21", &berlin) == utc(2026, 11, 20, 23));
  CHECK(parse_moment(" 2026-07-01T10:30 ", &berlin) == utc(2026, 7, 1, 8, 30));
  CHECK(parse_moment("2026-07-01 10:30:05.999", &berlin) == utc(2026, 7, 1, 8, 30) + 5);
  CHECK(parse_moment("2026-07-01T10:30:00Z", &berlin) == utc(2026, 7, 1, 10, 30));
  CHECK(parse_moment("2026-07-01t10:30:00z", &berlin) == utc(2026, 7, 1, 10, 30));
  CHECK(parse_moment("2026-07-01T10:30:00-05:30", &berlin) == utc(2026, 7, 1, 16));
  CHECK(parse_moment("2026-07-01T10:30:00+0100", &berlin) == utc(2026, 7, 1, 9, 30));
  CHECK(parse_moment("2026-07-01T10:30:00 01:00", &berlin) == utc(2026, 7, 1, 9, 30));
  CHECK(parse_moment("1795224654", &berlin) == 1'795'224'654);
  CHECK(parse_moment("-5", nullptr) == -5);
  CHECK(parse_moment("1969-12-31", nullptr) == -86'400);
  // Clocks skip 02:30, and show it twice.
  CHECK(parse_moment("2026-03-29T02:30", &berlin) == utc(2026, 3, 29, 1));
  CHECK(parse_moment("2026-10-25T02:30", &berlin) == utc(2026, 10, 25, 0, 30));
}

TEST_CASE("local time: anything else is no moment") {
  for (const char* wrong : {"",
                            "now",
                            "2026-11",
                            "2026-11-2",
                            "2026-02-30",
                            "2026-13-01",
                            "2026-00-01",
                            "26-11-21",
                            "10000-01-01",
                            "2026/11/21",
                            "2026-11-21T",
                            "2026-11-21T1:00",
                            "2026-11-21T24:00",
                            "2026-11-21T10:60",
                            "2026-11-21T10:00:60",
                            "2026-11-21T10:00:00.",
                            "2026-11-21T10:00+1",
                            "2026-11-21T10:00+24:00",
                            "2026-11-21T10:00Zx",
                            "2026-11-21Z",
                            "2026-11-21T10:00+01:00:00",
                            "1795224654000",
                            "99999999999999999999",
                            "1e9",
                            "+5",
                            "-99999999999999",
                            "2026-11-21T10:00 Europe/Berlin"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_moment(wrong, nullptr).has_value());
  }
}

TEST_CASE("local time: written with the offset of the moment, and read back the same") {
  const TimeZone berlin = test_zones::berlin();
  const TimeZone new_york = test_zones::new_york();
  const TimeZone kolkata = test_zones::kolkata();
  CHECK(text(utc(2026, 11, 21, 1, 19), nullptr) == "2026-11-21T01:19:00Z");
  CHECK(text(utc(2026, 11, 21, 1, 19), &berlin) == "2026-11-21T02:19:00+01:00");
  CHECK(text(utc(2026, 7, 1), &new_york) == "2026-06-30T20:00:00-04:00");
  CHECK(text(utc(2026, 7, 1), &kolkata) == "2026-07-01T05:30:00+05:30");
  CHECK(text(0, &new_york) == "1970-01-01T00:00:00Z");
  for (const TimeZone* zone : {&berlin, &new_york, &kolkata}) {
    for (UnixSeconds at = utc(2026, 10, 24); at < utc(2026, 11, 3); at += 1'799) {
      REQUIRE(parse_moment(text(at, zone), nullptr) == at);
    }
  }
}

}  // namespace mainstay::apim::local_time_test
