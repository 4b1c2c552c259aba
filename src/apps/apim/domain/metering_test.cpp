#include "apps/apim/domain/metering.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/outbound/memory/alert_marks.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim {
namespace {

constexpr SystemTime now{Seconds{1795224654}};

struct Fixture {
  NoLog log;
  NaiveCounters counters;
  EventQueue events{log};
  JournaledAlertMarks marks{log};
  Notices notices{counters, events, marks};
  MasterMeter meter{counters, notices, {.service_id = "master"}};
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
  meter.count_authorize(catalog, "p", now);
  meter.count_transactions(catalog, "p", 5, now);
  CHECK(count("m-transactions/authorize") == 1);
  CHECK(count("m-transactions") == 6);
  CHECK(events.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "metering: a provider unknown to the master, is not metered") {
  meter.count_authorize(catalog, "stranger", now);
  meter.count_transactions(catalog, "p", 0, now);
  CHECK(count("m-transactions") == 0);
}

TEST_CASE_FIXTURE(Fixture, "metering: no master service, nothing happens") {
  MasterMeter off{counters, notices, {}};
  off.count_authorize(catalog, "p", now);
  CHECK(count("m-transactions/authorize") == 0);
}

}  // namespace mainstay::apim
