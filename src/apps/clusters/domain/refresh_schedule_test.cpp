#include "apps/clusters/domain/refresh_schedule.hpp"

#include <doctest/doctest.h>

namespace mainstay::clusters::refresh_schedule_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE(
    "refresh schedule: weekly, hourly after failures, never sooner and a tenth later at most") {
  const RefreshSchedule schedule;
  const SystemTime now{Seconds{1'800'000'000}};
  Random random{1};
  bool differs = false;
  for (int round = 0; round < 100; ++round) {
    const auto week = schedule.after_success(now, random) - now;
    CHECK(week >= 604'800s);
    CHECK(week <= 665'280s);
    const auto hour = schedule.after_failure(now, random) - now;
    CHECK(hour >= 3'600s);
    CHECK(hour <= 3'960s);
    differs = differs || week != schedule.after_success(now, random) - now;
  }
  CHECK(differs);
}

TEST_CASE("refresh schedule: a restart neither forgets nor repeats") {
  const RefreshSchedule schedule;
  const SystemTime now{Seconds{1'800'000'000}};
  Random random{1};
  CHECK(schedule.after_restart(now, now - 30 * 24h, random) == now);
  const auto later = schedule.after_restart(now, now - 24h, random);
  CHECK(later >= now + 6 * 24h);
  CHECK(later <= now + 7 * 24h);
  CHECK(schedule.after_restart(now, now + 1h, random) == now);
}

}  // namespace
}  // namespace mainstay::clusters::refresh_schedule_test
