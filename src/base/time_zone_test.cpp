#include "base/time_zone.hpp"

#include <doctest/doctest.h>

namespace mainstay::time_zone_test {
namespace {

constexpr std::int64_t hour = 3'600;

// One hour ahead, two between the moments 100 h and 200 h; then half a day is skipped at 300 h.
TimeZone made() {
  return {"Made/Up",
          {{0, 1 * hour}, {100 * hour, 2 * hour}, {200 * hour, 1 * hour}, {300 * hour, 13 * hour}}};
}

}  // namespace

TEST_CASE("time zone: offsets hold from their change on, the first one before it too") {
  const TimeZone zone = made();
  CHECK(zone.name() == "Made/Up");
  CHECK(zone.local(-5 * hour) == -4 * hour);
  CHECK(zone.local(100 * hour - 1) == 101 * hour - 1);
  CHECK(zone.local(100 * hour) == 102 * hour);
  CHECK(zone.local(200 * hour) == 201 * hour);
  CHECK(zone.local(1'000 * hour) == 1'013 * hour);
  const TimeZone::Stretch stretch = zone.stretch_at(150 * hour);
  CHECK(stretch.begin == 100 * hour);
  CHECK(stretch.end == 200 * hour);
  CHECK(stretch.offset == 2 * hour);
}

TEST_CASE("time zone: first moment, of a plain, a skipped and a repeated local time") {
  const TimeZone zone = made();
  CHECK(zone.first_moment(51 * hour) == 50 * hour);
  CHECK(zone.first_moment(101 * hour) == 100 * hour);      // skipped: 101 becomes 102
  CHECK(zone.first_moment(101 * hour + 7) == 100 * hour);  // skipped
  CHECK(zone.first_moment(102 * hour + 7) == 100 * hour + 7);
  CHECK(zone.first_moment(201 * hour) == 199 * hour);  // comes twice: the first
  CHECK(zone.first_moment(202 * hour - 1) == 200 * hour - 1);
  CHECK(zone.first_moment(202 * hour) == 201 * hour);
  CHECK(zone.first_moment(305 * hour) == 300 * hour);  // within the skipped half day
  CHECK(zone.first_moment(400 * hour) == 387 * hour);
  CHECK(zone.first_moment(0) == -1 * hour);
}

TEST_CASE("time zone: first moment, never goes back and is never too late") {
  const TimeZone zone = made();
  for (std::int64_t local = 90 * hour; local < 320 * hour; local += 600) {
    const std::int64_t first = zone.first_moment(local);
    REQUIRE(zone.first_moment(local + 600) >= first);
    REQUIRE(zone.local(first) >= local);
    REQUIRE(zone.local(first - 1) < local + hour);
  }
}

}  // namespace mainstay::time_zone_test
