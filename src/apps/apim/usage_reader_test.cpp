#include "apps/apim/usage_reader.hpp"

#include <array>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim {
namespace {

using test_zones::utc;

constexpr UnixSeconds now = utc(2026, 11, 21, 1, 30);
constexpr Subject app{"s", "a"};

struct Usage {
  void count(UnixSeconds at, std::int64_t amount) {
    const MetricCharge hits{"hits", {amount, false}};
    Traffic traffic;
    counters.check_and_charge({}, {app, at, {&hits, 1}, 0}, at, traffic);
  }
  void store(Period period, UnixSeconds begin, std::int64_t value, std::string application = "a") {
    const UsageRow row{"s", std::move(application), "hits", period, begin, value};
    REQUIRE(history.write({&row, 1}).has_value());
  }
  NaiveCounters counters;
  MemoryUsageHistory history;
  UsageReader reader{counters, history};
};

constexpr SeriesRange hours{Period::hour, utc(2026, 11, 20, 22), utc(2026, 11, 21, 2), nullptr,
                            nullptr};

}  // namespace

TEST_CASE("usage reader: an application's series, history with the counters over it") {
  Usage usage;
  usage.store(Period::hour, utc(2026, 11, 20, 22), 5);
  usage.store(Period::hour, utc(2026, 11, 21, 1), 1);  // lags
  usage.count(now, 3);
  const auto series = usage.reader.series(app, "hits", hours, now);
  REQUIRE(series.has_value());
  CHECK(series->values == std::vector<std::int64_t>{5, 0, 0, 3});
  CHECK(series->total == 8);
  CHECK(usage.reader.series(app, "other", hours, now)->total == 0);
}

TEST_CASE("usage reader: minutes come from the counters alone, and not for a whole service") {
  Usage usage;
  usage.count(now, 3);
  usage.count(now - 60, 2);
  const SeriesRange minutes{Period::minute, now - 120, now + 60, nullptr, nullptr};
  CHECK(usage.reader.series(app, "hits", minutes, now)->values ==
        std::vector<std::int64_t>{0, 2, 3});
  const auto refused = usage.reader.series({"s", {}}, "hits", minutes, now);
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(UsageErrc::period_unfit));
  CHECK(usage.reader.top("s", "hits", minutes, now, 0, 10).error().is(UsageErrc::period_unfit));
}

TEST_CASE("usage reader: a service's totals and its top, from the history") {
  Usage usage;
  usage.store(Period::hour, utc(2026, 11, 21, 1), 5, "a");
  usage.store(Period::hour, utc(2026, 11, 21, 1), 7, "b");
  CHECK(usage.reader.series({"s", {}}, "hits", hours, now)->total == 12);
  const auto top =
      usage.reader.top("s", "hits", {Period::hour, {}, {}, nullptr, nullptr}, now, 0, 10);
  REQUIRE(top.has_value());
  CHECK(top->window.begin == utc(2026, 11, 21, 1));
  REQUIRE(top->applications.size() == 2);
  CHECK(top->applications[0].application_id == "b");
  CHECK(usage.reader.top("s", "hits", hours, now, 0, 10)->applications.empty());
}

}  // namespace mainstay::apim
