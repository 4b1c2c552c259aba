#include "apps/apim/domain/period.hpp"

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::apim::period_test {
namespace {

constexpr UnixSeconds saturday = 1795224654;  // 2026-11-21 01:30:54 UTC

std::string text(UnixSeconds at) {
  std::string out;
  append_time(out, at);
  return out;
}

}  // namespace

TEST_CASE("period: a moment, lies in the seven calendar windows in UTC") {
  const Windows windows = windows_at(saturday);
  const auto spans = [&](Period period) {
    const Window& window = windows[index(period)];
    return text(window.begin) + " .. " + text(window.end);
  };
  CHECK(spans(Period::minute) == "2026-11-21 01:30:00 +0000 .. 2026-11-21 01:31:00 +0000");
  CHECK(spans(Period::hour) == "2026-11-21 01:00:00 +0000 .. 2026-11-21 02:00:00 +0000");
  CHECK(spans(Period::day) == "2026-11-21 00:00:00 +0000 .. 2026-11-22 00:00:00 +0000");
  CHECK(spans(Period::week) == "2026-11-16 00:00:00 +0000 .. 2026-11-23 00:00:00 +0000");
  CHECK(spans(Period::month) == "2026-11-01 00:00:00 +0000 .. 2026-12-01 00:00:00 +0000");
  CHECK(spans(Period::year) == "2026-01-01 00:00:00 +0000 .. 2027-01-01 00:00:00 +0000");
  CHECK(spans(Period::eternity) == "1970-01-01 00:00:00 +0000 .. 9999-12-31 00:00:00 +0000");
}

TEST_CASE("period: any moment, windows hold it and meet their neighbours without gap or overlap") {
  Random random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto at = static_cast<UnixSeconds>(random.below(200'000'000'000));
    const Windows windows = windows_at(at);
    for (std::size_t period = 0; period + 1 < period_count; ++period) {
      const Window window = windows[period];
      REQUIRE(window.begin <= at);
      REQUIRE(at < window.end);
      REQUIRE(windows_at(window.begin)[period] == window);
      REQUIRE(windows_at(window.end - 1)[period] == window);
      REQUIRE(windows_at(window.end)[period].begin == window.end);
    }
  }
}

TEST_CASE("period: Sunday's last second and Monday's first, lie in different weeks") {
  const UnixSeconds monday = windows_at(saturday)[index(Period::week)].end;
  CHECK(windows_at(monday - 1)[index(Period::week)].end == monday);
  CHECK(windows_at(monday)[index(Period::week)].begin == monday);
}

TEST_CASE("period: leap years, February ends on the 29th") {
  const Windows windows = windows_at(1709164800);  // 2024-02-29
  CHECK(text(windows[index(Period::month)].end) == "2024-03-01 00:00:00 +0000");
}

TEST_CASE("period: moments before 1970 or after 9999, are clamped") {
  CHECK(windows_at(-5)[index(Period::minute)].begin == 0);
  CHECK(text(windows_at(INT64_MAX)[index(Period::day)].begin) == "9999-12-30 00:00:00 +0000");
}

TEST_CASE("period: names, are read back") {
  for (const Period period : periods_longest_first) CHECK(parse_period(to_text(period)) == period);
  CHECK_FALSE(parse_period("second"));
  CHECK_FALSE(parse_period(""));
}

TEST_CASE("period: utc text, as events show it") {
  CHECK(utc_text(saturday) == "2026-11-21 01:30:54 UTC");
}

}  // namespace mainstay::apim::period_test
