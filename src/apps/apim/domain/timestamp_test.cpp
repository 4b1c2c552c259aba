#include "apps/apim/domain/timestamp.hpp"

#include <cstdint>

#include <doctest/doctest.h>

namespace mainstay::apim::timestamp_test {

TEST_CASE("timestamp: an integer, is Unix seconds") {
  CHECK(parse_timestamp("1795224654") == 1795224654);
  CHECK(parse_timestamp(" 0 ") == 0);
}

TEST_CASE("timestamp: a date, is read with its zone, UTC without one") {
  CHECK(parse_timestamp("2026-11-21 01:30:54") == 1795224654);
  CHECK(parse_timestamp("2026-11-21T01:30:54Z") == 1795224654);
  CHECK(parse_timestamp("2026-11-21 01:30:54 UTC") == 1795224654);
  CHECK(parse_timestamp("2026/11/21 01:30:54.75 +00:00") == 1795224654);
  CHECK(parse_timestamp("2026-11-20 17:30:54 -08:00") == 1795224654);
  CHECK(parse_timestamp("2026-11-20 17:30:54 -0800") == 1795224654);
  CHECK(parse_timestamp("2026-11-21 03:30:54+02") == 1795224654);
  CHECK(parse_timestamp("2026-11-21") == 1795219200);
  CHECK(parse_timestamp("2026-11-21 01:30") == 1795224600);
}

TEST_CASE("timestamp: other ways to write a date, month names, compact, zones by name") {
  for (const char* same : {"21 Nov 2026 01:30:54", "21-Nov-2026 01:30:54", "Nov 21 2026 01:30:54",
                           "November 21, 2026 01:30:54 UTC", "Sat, 21 Nov 2026 01:30:54 GMT",
                           "saturday 21 november 2026, 01:30:54", "20261121T013054Z",
                           "20261121 013054", "2026-11-20 17:30:54 PST", "2026-11-20T17:30:54-8:00",
                           "2026-11-20 17:30:54 -8", "2026-11-20 21:30:54 edt"}) {
    CHECK_MESSAGE(parse_timestamp(same) == 1795224654, same);
  }
  CHECK(parse_timestamp("1 Jan 2009") == 1230768000);
  CHECK(parse_timestamp("20261121T0130") == 1795224600);
}

TEST_CASE("timestamp: a number beyond all time, is beyond all time") {
  CHECK(parse_timestamp("99999999999999999999") == INT64_MAX);
  CHECK(parse_timestamp("-99999999999999999999") == INT64_MIN);
}

TEST_CASE("timestamp: anything else, is none") {
  for (const char* bad :
       {"", " ", "yesterday", "2026-11", "2026-13-01", "2026-02-30", "2026-11-21 25:00:00",
        "2026-11-21 01:60", "2026-11-21 01:30:54 +99:00", "2026-11-21 01:30:54 XYZ", "2026-11-21x",
        "Nov 2026", "21 Nov", "Now 21 2026", "32 Jan 2026", "21 Novem 2026", "Foo, 21 Nov 2026",
        "99999999999x", "20261321T00"}) {
    CHECK_MESSAGE(!parse_timestamp(bad), bad);
  }
}

}  // namespace mainstay::apim::timestamp_test
