#include "apps/apim/domain/report.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/errc.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim::report_test {
namespace {

constexpr UnixSeconds now = 1795224654;

struct Fixture {
  NaiveCounters counters;
  TestService service{"1", "p"};
  std::optional<std::size_t> wrong;

  Fixture() {
    service.metrics({{"hits", ""}, {"search", "hits"}});
    service.application("a", "gold").application("b", "gold").user_key("u", "b");
  }
  /// How many were counted, or the code of the error.
  std::string once(std::string_view key, std::vector<ReportedTransaction> batch,
                   UnixSeconds at = now) {
    const auto done = count_report(counters, service.edit(), batch, Hierarchy::propagate,
                                   SystemTime{Seconds{at}}, key, &wrong);
    return done.has_error() ? std::string{done.error().name()} : std::to_string(done->size());
  }
  std::string report(std::vector<ReportedTransaction> batch,
                     Hierarchy hierarchy = Hierarchy::propagate) {
    const auto done =
        count_report(counters, service.edit(), batch, hierarchy, SystemTime{Seconds{now}});
    return done.has_error() ? std::string{done.error().name()} : std::to_string(done->size());
  }
  std::int64_t hits(const char* application, UnixSeconds at = now) {
    return counters.value({"1", application}, "m-hits", Period::day, at);
  }
};

ReportedTransaction of(std::string_view app, std::string_view user_key, std::string_view metric,
                       std::string_view value, std::string_view timestamp = {}) {
  ReportedTransaction out;
  out.app_id = app;
  out.user_key = user_key;
  out.usage.push_back({metric, value});
  out.timestamp = timestamp;
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "report: either credential, is counted with ancestors") {
  CHECK(report({of("a", "", "search", "2"), of("", "u", "hits", "3")}) == "2");
  CHECK(hits("a") == 2);
  CHECK(hits("b") == 3);
  CHECK(report({of("a", "", "search", "2")}, Hierarchy::flat) == "1");
  CHECK(hits("a") == 2);
}

TEST_CASE_FIXTURE(Fixture, "report: one wrong transaction, none is counted") {
  const auto good = of("a", "", "hits", "1");
  CHECK(report({good, of("nope", "", "hits", "1")}) == "application_not_found");
  CHECK(report({good, of("", "", "hits", "1")}) == "application_not_found");
  CHECK(report({good, of("", "nope", "hits", "1")}) == "user_key_invalid");
  CHECK(report({good, of("a", "u", "hits", "1")}) == "authentication_error");
  CHECK(report({good, of("a", "", "nope", "1")}) == "metric_invalid");
  CHECK(report({good, of("a", "", "hits", "x")}) == "usage_value_invalid");
  CHECK(hits("a") == 0);
}

TEST_CASE_FIXTURE(Fixture, "report: a time stamp, decides the windows and must be near") {
  CHECK(report({of("a", "", "hits", "1", std::to_string(now - 86'400))}) == "1");
  CHECK(hits("a") == 0);
  CHECK(hits("a", now - 86'400) == 1);
  CHECK(report({of("a", "", "hits", "1", std::to_string(now + 3'600))}) == "1");
  CHECK(report({of("a", "", "hits", "1", std::to_string(now - 86'401))}) ==
        "transaction_timestamp_too_old");
  CHECK(report({of("a", "", "hits", "1", std::to_string(now + 3'601))}) ==
        "transaction_timestamp_too_new");
  CHECK(report({of("a", "", "hits", "1", "nonsense")}) == "1");
  CHECK(hits("a") == 2);
}

TEST_CASE_FIXTURE(Fixture, "report: a log code, is counted by class and code") {
  auto transaction = of("a", "", "hits", "1");
  transaction.response_code = 404;
  CHECK(report({transaction}) == "1");
  const ResponseCodeMetrics metrics = response_code_metrics(404);
  CHECK(counters.value({"1", "a"}, metrics.of_class, Period::hour, now) == 1);
  CHECK(counters.value({"1", "a"}, metrics.of_code, Period::hour, now) == 1);
}

TEST_CASE_FIXTURE(Fixture, "report: more than one record holds, is refused whole") {
  const std::string wide(200'000, 'a');
  Application application;
  application.id = ApplicationId{wide};
  service.application(application);
  const std::vector<ReportedTransaction> batch(42, of(wide, "", "hits", "1"));
  CHECK(report(batch) == "usage_too_large");
  CHECK(hits(wide.c_str()) == 0);
  CHECK(report({batch.begin(), batch.begin() + 41}) == "41");
}

TEST_CASE_FIXTURE(Fixture, "report: an empty batch, counts nothing") { CHECK(report({}) == "0"); }

TEST_CASE_FIXTURE(Fixture, "report: with a key, is counted once whatever the order of its parts") {
  const auto first = of("a", "", "search", "2");
  const auto second = of("", "u", "hits", "3");
  CHECK(once("k", {first, second}) == "2");
  CHECK(once("k", {second, first}) == "0");
  CHECK(hits("a") == 2);
  CHECK(once("k", {first}) == "idempotency_key_reused");
  CHECK(once("l", {first}) == "1");
  CHECK(hits("a") == 4);
}

TEST_CASE_FIXTURE(Fixture, "report: wrong with a key, leaves the key unused and tells the place") {
  CHECK(once("k", {of("a", "", "hits", "1"), of("a", "", "nothing", "1")}) == "metric_invalid");
  CHECK(wrong == 1);
  CHECK(once("k", {of("a", "", "hits", "1")}) == "1");
}

TEST_CASE_FIXTURE(Fixture,
                  "report: repeated when it is too old or its application gone, no error") {
  const std::string timestamp = std::to_string(now - 86'000);
  CHECK(once("k", {of("", "u", "hits", "1", timestamp)}) == "1");
  CHECK(once("k", {of("", "u", "hits", "1", timestamp)}, now + 3'600) == "0");
  service.user_key("u", "gone");
  CHECK(once("k", {of("", "u", "hits", "1", timestamp)}) == "0");
  CHECK(once("k", {of("", "u", "hits", "2", timestamp)}) == "application_not_found");
  CHECK(hits("b", now - 86'000) == 1);
}

TEST_CASE_FIXTURE(Fixture, "report: a service with a zone, each counts in its own local day") {
  const TimeZone berlin = test_zones::berlin();
  service.edit().zone = &berlin;
  // 00:30 there, and half an hour before midnight.
  CHECK(report({of("a", "", "hits", "1", "2026-11-20T23:30:00Z"),
                of("a", "", "hits", "2", "2026-11-20T22:30:00Z")}) == "2");
  const auto counted = [&](UnixSeconds at) {
    const Windows windows = windows_at(at, &berlin);
    return counters.value({"1", "a"}, "m-hits", Period::day, {at, &windows});
  };
  CHECK(counted(now) == 1);
  CHECK(counted(now - 86'400) == 2);
  CHECK(hits("a") == 0);  // no UTC day
}

TEST_CASE("report: fills spike limits, up to a burst, and is never refused") {
  NaiveCounters counters;
  TestService service{"1", "p"};
  service.metrics({{"hits", ""}}).spike("gold", "hits", {1, 10, 5}).application("a", "gold");
  constexpr SystemTime at{Seconds{1'795'224'654}};
  const auto report = [&](std::string_view amount, std::string_view timestamp) {
    ReportedTransaction transaction;
    transaction.app_id = "a";
    transaction.timestamp = timestamp;
    transaction.usage = {{"hits", amount}};
    const std::vector batch{transaction};
    return count_report(counters, service.edit(), batch, Hierarchy::propagate, at).has_value();
  };
  const auto room = [&] {
    SpikeProbe probe{.metric_id = "m-hits", .rule = {1, 10, 5}};
    probe.at = probe.now = unix_nanos(at);
    Traffic traffic;
    counters.check_and_charge({}, {{"1", "a"}, 0, {}, 0, nullptr, {&probe, 1}}, 0, traffic);
    return probe.room;
  };
  CHECK(report("5", "2026-11-21 01:29:54"));  // a minute old: all of it is back
  CHECK(room() == 5);
  CHECK(report("5", "2026-11-21 01:30:44"));  // ten seconds: on top of what drained till then
  CHECK(room() == 1);
  counters.erase_service("1");
  CHECK(report("1", ""));
  CHECK(room() == 4);
  CHECK(report("#3", ""));
  CHECK(room() == 4);
  CHECK(report("999999999999999999", "2026-11-21 01:40:00"));  // ahead counts as now
  CHECK(room() == 0);
}

}  // namespace mainstay::apim::report_test
