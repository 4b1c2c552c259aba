#include "apps/apim/domain/usage_series.hpp"

#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::usage_series_test {
namespace {

using test_zones::utc;

constexpr UnixSeconds now = utc(2026, 11, 21, 1, 30);

SeriesRange range(Period period, std::optional<UnixSeconds> since, std::optional<UnixSeconds> until,
                  const TimeZone* zone = nullptr, const TimeZone* counted = nullptr) {
  return {period, since, until, zone, counted};
}

std::string refusal(const SeriesRange& wanted, UsageErrc code) {
  const auto plan = plan_series(wanted, now);
  REQUIRE(plan.has_error());
  CHECK(plan.error().is(code));
  return plan.error().detail();
}

}  // namespace

TEST_CASE("usage series: the windows that hold a moment of the range, without gaps") {
  const auto plan =
      plan_series(range(Period::day, utc(2026, 11, 18, 12), utc(2026, 11, 20, 0, 1)), now);
  REQUIRE(plan.has_value());
  REQUIRE(plan->points.size() == 3);
  CHECK(plan->points.front() == Window{utc(2026, 11, 18), utc(2026, 11, 19)});
  CHECK(plan->points.back() == Window{utc(2026, 11, 20), utc(2026, 11, 21)});
  CHECK(plan->counted == Period::day);
  CHECK(plan->from == utc(2026, 11, 18));
  CHECK(plan->until == utc(2026, 11, 21));
  // An end is not part of the range.
  CHECK(plan_series(range(Period::day, utc(2026, 11, 18), utc(2026, 11, 19)), now)->points.size() ==
        1);
}

TEST_CASE("usage series: nothing said, the last windows up to the one that holds now") {
  const auto count = [](Period period) {
    return plan_series(range(period, {}, {}), now)->points.size();
  };
  CHECK(count(Period::minute) == 60);
  CHECK(count(Period::hour) == 24);
  CHECK(count(Period::day) == 30);
  CHECK(count(Period::week) == 12);
  CHECK(count(Period::month) == 12);
  CHECK(count(Period::year) == 5);
  CHECK(count(Period::eternity) == 1);
  const auto plan = plan_series(range(Period::hour, {}, {}), now);
  CHECK(plan->points.back() == Window{utc(2026, 11, 21, 1), utc(2026, 11, 21, 2)});
  CHECK(plan_series(range(Period::year, {}, 86'400), now)->points.size() == 1);  // there is no 1969
}

TEST_CASE("usage series: absurd ranges are refused, and told what is allowed") {
  CHECK(refusal(range(Period::day, now, now - 1), UsageErrc::range_invalid) ==
        "since must be before until; they are 2026-11-21T01:30:00Z and 2026-11-21T01:29:59Z");
  refusal(range(Period::day, now, now), UsageErrc::range_invalid);
  CHECK(refusal(range(Period::day, -1, now), UsageErrc::range_invalid) ==
        "since and until must not be before 1970-01-01");
  refusal(range(Period::day, {}, -1), UsageErrc::range_invalid);
  refusal(range(Period::eternity, now, utc(9999, 12, 31) + 1), UsageErrc::range_invalid);
  refusal(range(Period::day, utc(9999, 12, 31), {}), UsageErrc::range_invalid);
  CHECK(refusal(range(Period::week, 0, utc(9999, 12, 31)), UsageErrc::too_many_points) ==
        "the range has more than 20000 week windows: ask for a shorter one, or for a longer "
        "period");
  CHECK(plan_series(range(Period::year, 0, utc(9999, 12, 31)), now)->points.size() == 8030);
}

TEST_CASE("usage series: what is not kept any more is refused, not shown as nothing") {
  CHECK(refusal(range(Period::minute, now - 27 * 3'600, now), UsageErrc::not_kept) ==
        "minute windows are kept for 26 hours: since must not be before 2026-11-19T23:30:00Z; "
        "longer periods are kept longer");
  CHECK(refusal(range(Period::hour, utc(2026, 10, 1), now), UsageErrc::not_kept) ==
        "hour windows are kept for 35 days: since must not be before 2026-10-17T01:00:00Z; "
        "longer periods are kept longer");
  CHECK(plan_series(range(Period::hour, utc(2026, 10, 17, 1), now), now).has_value());
  refusal(range(Period::day, utc(2025, 1, 1), now), UsageErrc::not_kept);
  CHECK(plan_series(range(Period::week, utc(2000, 1, 1), now), now).has_value());
}

TEST_CASE("usage series: in another zone, made of hours") {
  const TimeZone berlin = test_zones::berlin();
  const auto wanted = range(Period::day, utc(2026, 10, 23, 22), utc(2026, 10, 26, 1), &berlin);
  const auto plan = plan_series(wanted, now);
  REQUIRE(plan.has_value());
  CHECK(plan->counted == Period::hour);
  REQUIRE(plan->points.size() == 3);
  CHECK(plan->points[1] == Window{utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)});
  std::vector<UsagePoint> hours;  // one call an hour
  for (UnixSeconds at = plan->from; at < plan->until; at += 3'600) hours.push_back({at, 1});
  CHECK(series_values(*plan, {}, hours) == std::vector<std::int64_t>{24, 25, 24});
  // Hours are the same ones; and who counts in Berlin has Berlin's days.
  CHECK(plan_series(range(Period::hour, {}, {}, &berlin), now)->counted == Period::hour);
  CHECK(plan_series(range(Period::day, {}, {}, &berlin, &berlin), now)->counted == Period::day);
  const TimeZone same{"Europe/Other", {{0, 3'600}}};
  CHECK(plan_series(range(Period::day, now - 86'400, now, &same, &berlin), now)->counted ==
        Period::day);
}

TEST_CASE("usage series: in a zone that whole hours do not make, or too long ago, refused") {
  const TimeZone kolkata = test_zones::kolkata();
  const TimeZone berlin = test_zones::berlin();
  CHECK(refusal(range(Period::day, {}, {}, &kolkata), UsageErrc::zone_unfit) ==
        "a day in Asia/Kolkata is not made of whole hours in UTC, which the service counts in: "
        "ask for timezone=UTC");
  refusal(range(Period::hour, {}, {}, &kolkata), UsageErrc::zone_unfit);
  CHECK(refusal(range(Period::hour, {}, {}, nullptr, &kolkata), UsageErrc::zone_unfit)
            .ends_with("ask for timezone=Asia/Kolkata"));
  CHECK(plan_series(range(Period::minute, {}, {}, &kolkata), now).has_value());
  CHECK(refusal(range(Period::month, {}, {}, &berlin), UsageErrc::not_kept) ==
        "hour windows are kept for 35 days: since must not be before 2026-10-17T03:00:00+02:00; "
        "in the service's own timezone, UTC, month windows are kept longer");
}

TEST_CASE("usage series: what memory holds stands over what is stored") {
  const auto plan = plan_series(range(Period::hour, utc(2026, 11, 20), utc(2026, 11, 20, 4)), now);
  REQUIRE(plan.has_value());
  const auto at = [](int hour) { return utc(2026, 11, 20, hour); };
  const std::vector<UsagePoint> memory{{at(1), 0}, {at(2), 9}, {at(3), 4}};
  const std::vector<UsagePoint> stored{{at(0), 7}, {at(1), 5}, {at(2), 8}};
  CHECK(series_values(*plan, memory, stored) == std::vector<std::int64_t>{7, 0, 9, 4});
  CHECK(series_values(*plan, {}, {}) == std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(series_values(*plan, memory, {}) == std::vector<std::int64_t>{0, 0, 9, 4});
}

TEST_CASE("usage series: windows from before the zone was changed count where they begin") {
  const TimeZone berlin = test_zones::berlin();
  const auto plan = plan_series(
      range(Period::day, utc(2026, 11, 17, 23), utc(2026, 11, 20, 23), &berlin, &berlin), now);
  REQUIRE(plan.has_value());
  // In UTC up to the 19th, in Berlin's days from then on.
  const std::vector<UsagePoint> stored{{utc(2026, 11, 18), 1},
                                       {utc(2026, 11, 18, 23), 10},
                                       {utc(2026, 11, 19), 100},
                                       {utc(2026, 11, 19, 23), 1'000}};
  CHECK(series_values(*plan, {}, stored) == std::vector<std::int64_t>{1, 110, 1'000});
}

TEST_CASE("usage series: one counted window, of the service's own zone or one like it") {
  const TimeZone berlin = test_zones::berlin();
  CHECK(*counted_window(Period::day, now, nullptr, nullptr) ==
        Window{utc(2026, 11, 21), utc(2026, 11, 22)});
  CHECK(*counted_window(Period::day, now, &berlin, &berlin) ==
        Window{utc(2026, 11, 20, 23), utc(2026, 11, 21, 23)});
  CHECK(counted_window(Period::hour, now, &berlin, nullptr).has_value());
  const auto unfit = counted_window(Period::day, now, &berlin, nullptr);
  REQUIRE(unfit.has_error());
  CHECK(unfit.error().is(UsageErrc::zone_unfit));
  CHECK(unfit.error().detail() ==
        "the day from 2026-11-21T00:00:00+01:00 is none that the service counts in: ask for "
        "timezone=UTC");
  CHECK(counted_window(Period::day, -1, nullptr, nullptr).error().is(UsageErrc::range_invalid));
  CHECK(counted_window(Period::day, utc(9999, 12, 31), nullptr, nullptr).has_error());
}

}  // namespace mainstay::apim::usage_series_test
