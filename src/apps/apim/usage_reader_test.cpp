#include "apps/apim/usage_reader.hpp"

#include <array>
#include <string_view>

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"

namespace mainstay::apim::usage_reader_test {
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

/// Counters that were erased a moment ago.
struct Erased final : NaiveCounters {
  [[nodiscard]] bool is_erasure_pending(std::string_view) const override { return true; }
};

}  // namespace

TEST_CASE("usage reader: erased, not shown even while the history has it") {
  Usage usage;
  usage.store(Period::hour, utc(2026, 11, 20, 22), 5);
  Erased erased;
  const UsageReader reader{erased, usage.history};
  CHECK(reader.series(app, "hits", hours, now)->total == 0);
  CHECK(reader.series({"s", {}}, "hits", hours, now)->total == 0);
  const SeriesRange at_then{Period::hour, utc(2026, 11, 20, 22), {}, nullptr, nullptr};
  CHECK(usage.reader.top("s", "hits", at_then, now, 0, 10)->applications.size() == 1);
  CHECK(reader.top("s", "hits", at_then, now, 0, 10)->applications.empty());
}

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
  const SeriesRange before{Period::hour, utc(2026, 11, 20, 1), {}, nullptr, nullptr};
  CHECK(usage.reader.top("s", "hits", before, now, 0, 10)->applications.empty());

  usage.store(Period::hour, utc(2026, 11, 21, 0), 4, "a");
  const SeriesRange both{Period::hour, utc(2026, 11, 21, 0), utc(2026, 11, 21, 2), nullptr,
                         nullptr};
  const auto sum = usage.reader.top("s", "hits", both, now, 0, 10);
  REQUIRE(sum.has_value());
  CHECK(sum->window == Window{utc(2026, 11, 21, 0), utc(2026, 11, 21, 2)});
  REQUIRE(sum->applications.size() == 2);
  CHECK(sum->applications[0].application_id == "a");
  CHECK(sum->applications[0].value == 9);
  const SeriesRange backwards{Period::hour, utc(2026, 11, 21, 2), utc(2026, 11, 21, 0), nullptr,
                              nullptr};
  CHECK(usage.reader.top("s", "hits", backwards, now, 0, 10).error().is(UsageErrc::range_invalid));
}

}  // namespace mainstay::apim::usage_reader_test
