#include "apps/apim/domain/metering.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/journaled_ledger.hpp"
#include "apps/apim/outbound/memory/striped_counters.hpp"

namespace mainstay::apim::metering_test {
namespace {

constexpr SystemTime now{Seconds{1795224654}};

struct Fixture {
  NoLog log;
  EventQueue events{log};
  StripedCounters counters{log, 1'000, &events};
  JournaledLedger ledger{log, counters};
  NoticeQueue consumers{log};
  JournaledAlertMarks marks{log, events, consumers};
  Notices notices{counters, marks};
  MasterMeter meter{ledger, notices, {.service_id = "master"}, 4};
  Catalog catalog;

  Fixture() {
    TestService master{"master", "boss"};
    master.metrics({{"transactions", ""}, {"transactions/authorize", "transactions"}});
    master.application("tenant", "plan").user_key("p", "tenant").add_to(catalog);
  }
  std::int64_t count(const char* metric) const {
    return counters.value({"master", "tenant"}, metric, Period::month, unix_seconds(now));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "metering: a provider's calls, count for its application in the master service") {
  meter.count(catalog, 0, {"p", 1, 0}, now);
  meter.count(catalog, 1, {"p", 0, 5}, now);
  CHECK(count("m-transactions") == 0);  // not yet
  meter.flush(catalog);
  CHECK(count("m-transactions/authorize") == 1);
  CHECK(count("m-transactions") == 6);
  CHECK(events.size() == 2);
  meter.flush(catalog);
  CHECK(count("m-transactions") == 6);
}

TEST_CASE_FIXTURE(Fixture, "metering: enough calls, are counted without a flush") {
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(count("m-transactions/authorize") == 0);
    meter.count(catalog, i, {"p", 1, 0}, now);
  }
  CHECK(count("m-transactions/authorize") == 4);
  CHECK(ledger.calls_waiting() == 0);
}

TEST_CASE_FIXTURE(Fixture, "metering: counted later, in the windows of the minute of the call") {
  const SystemTime before = now - Seconds{86'400};
  meter.count(catalog, 0, {"p", 1, 0}, before);
  meter.count(catalog, 0, {"p", 2, 0}, now);
  meter.flush(catalog);
  const auto authorized = [&](SystemTime at) {
    return counters.value({"master", "tenant"}, "m-transactions/authorize", Period::minute,
                          unix_seconds(at));
  };
  CHECK(authorized(before) == 1);
  CHECK(authorized(now) == 2);
}

TEST_CASE_FIXTURE(Fixture, "metering: a provider unknown to the master, is not metered") {
  meter.count(catalog, 0, {"stranger", 1, 1}, now);
  meter.count(catalog, 0, {"p", 0, 0}, now);
  CHECK(ledger.pending().empty());
}

TEST_CASE_FIXTURE(Fixture, "metering: an application or master that is gone by then, is skipped") {
  TestService other{"master", "boss"};
  other.metrics({{"transactions", ""}});
  other.application("tenant", "plan").user_key("q", "tenant");
  meter.count(catalog, 0, {"p", 1, 1}, now);
  catalog = {};
  other.add_to(catalog);
  meter.count(catalog, 0, {"q", 1, 7}, now);
  meter.flush(catalog);
  CHECK(count("m-transactions") == 7);  // nothing of p, nor of a metric that is gone
  meter.count(catalog, 0, {"q", 1, 1}, now);
  catalog = {};
  meter.flush(catalog);
  CHECK(ledger.pending().empty());
  CHECK(count("m-transactions") == 7);
}

TEST_CASE_FIXTURE(Fixture, "metering: many providers with long keys, all are counted") {
  TestService master{"master", "boss"};
  master.metrics({{"transactions", ""}, {"transactions/authorize", "transactions"}});
  const std::string long_id(4'000, 'a');
  MasterMeter many{ledger, notices, {.service_id = "master"}, 10'000};
  for (int i = 0; i < 600; ++i) {
    master.application(long_id + std::to_string(i), "plan")
        .user_key(long_id + std::to_string(i), long_id + std::to_string(i));
  }
  catalog = {};
  master.add_to(catalog);
  for (int i = 0; i < 600; ++i) many.count(catalog, 0, {long_id + std::to_string(i), 1, 1}, now);
  many.flush(catalog);
  CHECK(ledger.pending().empty());
  bool all = true;
  for (int i = 0; i < 600; ++i) {
    const std::string id = long_id + std::to_string(i);
    all = all &&
          counters.value({"master", id}, "m-transactions", Period::day, unix_seconds(now)) == 2;
  }
  CHECK(all);
}

TEST_CASE_FIXTURE(Fixture, "metering: no master service, nothing happens") {
  MasterMeter off{ledger, notices, {}, 1};
  off.count(catalog, 0, {"p", 1, 1}, now);
  CHECK(ledger.pending().empty());
  off.flush(catalog);
}

}  // namespace mainstay::apim::metering_test
