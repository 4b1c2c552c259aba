#include "apps/apim/domain/notices.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim {
namespace {

constexpr UnixSeconds noon = 1795262400;  // 2026-11-21 12:00:00 UTC

struct Fixture {
  NoLog log;
  NaiveCounters counters;
  EventQueue events{log};
  JournaledAlertMarks marks{log};
  Notices notices{counters, events, marks};
  TestService service{"1", "p"};

  Fixture() {
    service.metrics({{"hits", ""}}).limit("gold", "hits", Period::day, 100);
    service.application("a", "gold");
  }
  void charge(std::int64_t amount, UnixSeconds at = noon) {
    const MetricCharge hits{"m-hits", {amount, false}};
    Traffic traffic;
    counters.charge(std::vector{Charge{{"1", "a"}, at, {&hits, 1}, 0}}, at, {&traffic, 1});
    notices.after_charge(service.edit(), *service.edit().applications.find("a"), traffic, at);
  }
  std::string types() const {
    std::string out;
    for (const Event& event : events.list(10)) out += event.type + " ";
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "notices: first traffic, is told once ever and once a day") {
  charge(1);
  charge(1);
  CHECK(types() == "first_traffic first_daily_traffic ");
  charge(1, noon + 86'400);
  CHECK(types() == "first_traffic first_daily_traffic first_daily_traffic ");
  CHECK(events.list(10)[0].object ==
        R"({"service_id":"1","application_id":"a","timestamp":"2026-11-21 12:00:00 UTC"})");
}

TEST_CASE_FIXTURE(Fixture, "notices: an allowed bin, is told once in 24 hours") {
  service.edit().alert_limits = {80, 100};
  charge(50);
  CHECK(types() == "first_traffic first_daily_traffic ");
  charge(30);
  CHECK(types() == "first_traffic first_daily_traffic alert ");
  charge(1);
  CHECK(events.size() == 3);
  charge(20);
  CHECK(events.size() == 4);
  charge(1'000);
  CHECK(events.size() == 4);
  CHECK(events.list(10)[2].object ==
        R"({"id":1,"utilization":80,"max_utilization":0.8,"application_id":"a","service_id":"1",)"
        R"("timestamp":"2026-11-21 12:00:00 UTC","limit":"hits per day: 80/100"})");
}

TEST_CASE_FIXTURE(Fixture, "notices: a bin that is not allowed, is not told") {
  service.edit().alert_limits = {80};
  charge(95);
  CHECK(events.size() == 2);
}

}  // namespace mainstay::apim
