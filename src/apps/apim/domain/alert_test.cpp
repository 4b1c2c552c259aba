#include "apps/apim/domain/alert.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/report.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim::alert_test {

TEST_CASE("alert: the peak, is the limit that is used most, in its largest reached bin") {
  const std::vector<Utilization> utilization{
      {{0, Period::day, 100}, 79}, {{0, Period::hour, 10}, 8}, {{0, Period::minute, 0}, 50}};
  const auto peak = peak_of(utilization);
  REQUIRE(peak);
  CHECK(peak->at.limit.period == Period::hour);
  CHECK(peak->ratio == doctest::Approx(0.8));
  CHECK(peak->bin == 80);
}

TEST_CASE("alert: bins, are reached exactly at their percentage") {
  const auto bin_at = [](std::int64_t current) {
    return peak_of(std::vector<Utilization>{{{0, Period::day, 100}, current}})->bin;
  };
  CHECK(bin_at(0) == 0);
  CHECK(bin_at(49) == 0);
  CHECK(bin_at(50) == 50);
  CHECK(bin_at(99) == 90);
  CHECK(bin_at(100) == 100);
  CHECK(bin_at(1000) == 300);
}

TEST_CASE("alert: only limits of 0 or none, no peak") {
  CHECK_FALSE(peak_of({}));
  CHECK_FALSE(peak_of(std::vector<Utilization>{{{0, Period::day, 0}, 5}}));
}

TEST_CASE("alert: bins known, others not") {
  CHECK(is_alert_bin(0));
  CHECK(is_alert_bin(300));
  CHECK_FALSE(is_alert_bin(51));
}

TEST_CASE("alert: utilization, is read for every limit of the plan and printed") {
  TestService service{"1", "p"};
  service.metrics({{"hits", ""}}).limit("gold", "hits", Period::day, 100).application("a", "gold");
  NaiveCounters counters;
  const MetricCharge hits{"m-hits", {80, false}};
  Traffic traffic;
  counters.charge(std::vector{Charge{{"1", "a"}, 1795224654, {&hits, 1}, 0}}, 1795224654,
                  {&traffic, 1});
  const auto all = read_utilization(counters, service.edit(),
                                    *service.edit().applications.find("a"), 1795224654);
  REQUIRE(all.size() == 1);
  CHECK(limit_text(service.edit(), all[0]) == "hits per day: 80/100");
}

TEST_CASE("alert: utilization of a service with a zone, of its own day") {
  const TimeZone berlin = test_zones::berlin();
  const UnixSeconds now = test_zones::utc(2026, 11, 20, 23, 30);
  NaiveCounters counters;
  TestService service{"1", "p"};
  service.metrics({{"hits", ""}}).limit("gold", "hits", Period::day, 10).application("a", "gold");
  service.edit().zone = &berlin;
  for (const auto& [at, amount] : {std::pair{now, "3"}, std::pair{now - 3'600, "4"}}) {
    ReportedTransaction one;
    one.app_id = "a";
    one.usage.push_back({"hits", amount});
    const SystemTime when{Seconds{at}};
    REQUIRE(count_report(counters, service.edit(), {&one, 1}, Hierarchy::flat, when).has_value());
  }
  const Application& application = *service.edit().applications.find("a");
  CHECK(read_utilization(counters, service.edit(), application, now)[0].current == 3);
  CHECK(read_utilization(counters, service.edit(), application, now - 3'600)[0].current == 4);
}

}  // namespace mainstay::apim::alert_test
