#include "apps/charging/domain/plots/moment.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::moment_test {

TEST_CASE("moment: RFC 3339 comes in with any offset, and goes out in UTC") {
  const auto again = [](const char* text) {
    const auto at = parse_moment(text);
    std::string out;
    if (at) append_moment(out, *at);
    return out;
  };
  CHECK(again("2026-11-22T18:30:05Z") == "2026-11-22T18:30:05Z");
  CHECK(again("2026-11-22t00:30:05.125+01:00") == "2026-11-21T23:30:05Z");
  CHECK(again("2026-11-22 18:30:05-02:30") == "2026-11-22T21:00:05Z");
  CHECK(again("2024-02-29") == "2024-02-29T00:00:00Z");
  for (const char* text : {"", "2026", "2026-02-29", "2026-11-22T", "2026-11-22T18:30:05",
                           "2026-11-22T24:00:00Z", "2026-11-22T18:30:05.Z", "2026-11-22T18:30Z",
                           "2026-11-22T18:30:05+1:00", "2026-11-22T18:30:05ZZ", "now"}) {
    CAPTURE(text);
    CHECK(again(text).empty());
  }
}

}  // namespace mainstay::charging::moment_test
