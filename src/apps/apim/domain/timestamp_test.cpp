#include "apps/apim/domain/timestamp.hpp"

#include <doctest/doctest.h>

namespace mainstay::apim {

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

TEST_CASE("timestamp: anything else, is none") {
  for (const char* bad : {"", " ", "yesterday", "2026-11", "2026-13-01", "2026-02-30",
                          "2026-11-21 25:00:00", "2026-11-21 01:60", "2026-11-21 01:30:54 +99:00",
                          "2026-11-21 01:30:54 PST", "2026-11-21x", "99999999999999999999"}) {
    CHECK_MESSAGE(!parse_timestamp(bad), bad);
  }
}

}  // namespace mainstay::apim
