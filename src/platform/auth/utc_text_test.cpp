#include "platform/auth/utc_text.hpp"

#include <doctest/doctest.h>

namespace mainstay::auth::utc_text_test {

TEST_CASE("utc text: to the second, in UTC") {
  CHECK(utc_text(SystemTime{}) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(SystemTime{Micros{1'795'223'566'999'999}}) == "2026-11-21T01:12:46Z");
  CHECK(utc_text(SystemTime{Seconds{951'782'399}}) == "2000-02-28T23:59:59Z");
  CHECK(utc_text(SystemTime{Seconds{-1}}) == "1969-12-31T23:59:59Z");
}

}  // namespace mainstay::auth::utc_text_test
