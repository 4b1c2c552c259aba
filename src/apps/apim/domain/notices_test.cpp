#include "apps/apim/domain/notices.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/notice_queue.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"

namespace mainstay::apim::notices_test {
namespace {

constexpr UnixSeconds noon = 1795262400;  // 2026-11-21 12:00:00 UTC

struct Fixture {
  NoLog log;
  EventQueue events{log};
  StripedCounters counters{log, 1'000, &events};
  NoticeQueue consumers{log};
  JournaledAlertMarks marks{log, events, consumers};
  Notices notices{counters, marks};
  std::size_t shadows = 0;  // that the last charge was above
  TestService service{"1", "p"};

  Fixture() {
    service.metrics({{"hits", ""}}).limit("gold", "hits", Period::day, 100);
    service.application("a", "gold");
  }
  void charge(std::int64_t amount, UnixSeconds at = noon) {
    const MetricCharge hits{"m-hits", {amount, false}};
    Traffic traffic;
    counters.charge(std::vector{Charge{{"1", "a"}, at, {&hits, 1}, 0}}, at, {&traffic, 1});
    shadows = notices.after_charge(service.edit(), *service.edit().applications.find("a"), at);
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

TEST_CASE_FIXTURE(Fixture, "notices: a shadow limit, is counted each time and told once a day") {
  service.limit("gold", "hits", Period::hour, 10, 50, true);
  charge(15);
  CHECK(shadows == 0);  // its grace would still have let it pass
  charge(1);
  CHECK(shadows == 1);
  CHECK(types() == "first_traffic first_daily_traffic shadow_limit_exceeded ");
  CHECK(events.list(10)[2].object ==
        R"({"service_id":"1","application_id":"a","timestamp":"2026-11-21 12:00:00 UTC",)"
        R"("limit":"hits per hour: 16/10","allowed":15})");
  charge(1);
  CHECK(shadows == 1);
  CHECK(events.size() == 3);
  charge(0, noon + 3'600);
  CHECK(shadows == 0);
  charge(16, noon + 86'400);
  CHECK(events.size() == 5);  // and the day's first traffic
}

TEST_CASE_FIXTURE(Fixture, "notices: each limit's grace, is told once when it is entered") {
  TestService graced{"1", "p"};
  graced.metrics({{"hits", ""}}).application("a", "gold");
  graced.limit("gold", "hits", Period::hour, 10, 50).limit("gold", "hits", Period::day, 11, 50);
  service = graced;
  charge(10);
  CHECK(events.size() == 2);
  charge(1);
  CHECK(types() == "first_traffic first_daily_traffic limit_grace_entered ");
  charge(1);
  CHECK(events.size() == 4);
  CHECK(events.list(10)[3].object.find("hits per day: 12/11") != std::string::npos);
  charge(1);
  CHECK(events.size() == 4);
  CHECK(shadows == 0);
}

TEST_CASE_FIXTURE(Fixture, "notices: consumers are told of alerts and graces, not of shadows") {
  const AlertWebhook hook{"https://x.example/", "s"};
  service.edit().alert_limits = {80};
  charge(80);
  CHECK(consumers.size() == 0);  // there is no webhook
  service.edit().alert_webhook = std::make_shared<const AlertWebhook>(hook);
  charge(1, noon + 86'400);
  charge(79, noon + 86'400);
  REQUIRE(consumers.size() == 1);
  const auto notice = consumers.find(consumers.ids().at(0));
  CHECK(notice->service_id == "1");
  CHECK(notice->application_id == "a");
  CHECK(notice->body.starts_with(
      R"({"type":"alert","timestamp":"2026-11-22T12:00:00Z","data":{"id":2,"utilization":80,)"));
  CHECK(notice->body.ends_with("}}"));
  service.limit("gold", "hits", Period::hour, 1, 0, true);
  charge(1, noon + 86'400);
  CHECK(shadows == 1);
  CHECK(consumers.size() == 1);
}

}  // namespace mainstay::apim::notices_test
