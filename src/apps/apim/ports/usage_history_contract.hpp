#pragma once

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/ports/usage_history.hpp"
#include "base/random.hpp"

namespace mainstay::apim {

/// What every UsageHistory must do. An Engine is default-made with an empty history: `UsageHistory&
/// history()`. Run with MS_USAGE_HISTORY_CONTRACT(Engine).
#define MS_USAGE_HISTORY_CONTRACT(Engine)                    \
  TEST_CASE_TEMPLATE_INVOKE(usage_history_values, Engine);   \
  TEST_CASE_TEMPLATE_INVOKE(usage_history_subjects, Engine); \
  TEST_CASE_TEMPLATE_INVOKE(usage_history_reading, Engine);  \
  TEST_CASE_TEMPLATE_INVOKE(usage_history_removal, Engine)

inline constexpr UnixSeconds history_hour = 1'794'996'000;  // a full hour in November 2026

inline constexpr UnixSeconds history_day = 86'400;

inline UsageRow usage_row(std::string_view application_id, std::int64_t value,
                          UnixSeconds begin = history_hour, Period period = Period::hour,
                          std::string_view service_id = "s", std::string_view metric_id = "hits") {
  return {std::string{service_id},
          std::string{application_id},
          std::string{metric_id},
          period,
          begin,
          value};
}

inline void put(UsageHistory& history, const std::vector<UsageRow>& rows) {
  const auto done = history.write(rows);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
}

/// "begin:value " for each point, begins as hours from history_hour.
inline std::string series_text(const UsageHistory& history, const Subject& subject,
                               Period period = Period::hour, std::size_t count_max = 1'000,
                               UnixSeconds from = 0,
                               UnixSeconds until = std::numeric_limits<UnixSeconds>::max()) {
  const auto points = history.series(subject, "hits", period, from, until, count_max);
  REQUIRE(points.has_value());
  std::string out;
  for (const UsagePoint& point : *points) {
    out += std::to_string((point.begin - history_hour) / 3'600) + ':' +
           std::to_string(point.value) + ' ';
  }
  return out;
}

inline std::string top_text(const UsageHistory& history, std::size_t offset = 0,
                            std::size_t count_max = 1'000, std::string_view service_id = "s") {
  const auto most = history.top(service_id, "hits", Period::hour, history_hour, history_hour + 1,
                                offset, count_max);
  REQUIRE(most.has_value());
  std::string out;
  for (const ApplicationUsage& one : *most) {
    out += one.application_id + ':' + std::to_string(one.value) + ' ';
  }
  return out;
}

inline int calls_until_true(const std::function<Result<bool>()>& call) {
  for (int calls = 1; calls < 1'000; ++calls) {
    const auto done = call();
    REQUIRE(done.has_value());
    if (*done) return calls;
  }
  return 0;
}

TEST_CASE_TEMPLATE_DEFINE("usage history: keeps values, and totals beside them", Engine,
                          usage_history_values) {
  Engine engine;
  UsageHistory& history = engine.history();

  SUBCASE("an empty history: no points, nobody at the top, nothing to remove") {
    put(history, {});
    CHECK(series_text(history, {"s", "a"}).empty());
    CHECK(top_text(history).empty());
    CHECK(calls_until_true([&] { return history.erase_some("s", 10); }) == 1);
    CHECK(calls_until_true([&] { return history.expire_some(history_hour, 10); }) == 1);
  }

  SUBCASE("values: replace older ones, and totals follow") {
    put(history, {usage_row("a", 3), usage_row("a", 4, history_hour + 3'600), usage_row("b", 5)});
    CHECK(series_text(history, {"s", "a"}) == "0:3 1:4 ");
    CHECK(series_text(history, {"s", ""}) == "0:8 1:4 ");
    put(history, {usage_row("a", 7), usage_row("b", 2)});
    CHECK(series_text(history, {"s", "a"}) == "0:7 1:4 ");
    CHECK(series_text(history, {"s", ""}) == "0:9 1:4 ");
    put(history, {usage_row("a", 7), usage_row("b", 2)});  // again: nothing changes
    CHECK(series_text(history, {"s", ""}) == "0:9 1:4 ");
  }

  SUBCASE("zeros: are not there") {
    put(history, {usage_row("a", 3), usage_row("b", 0)});
    CHECK(top_text(history) == "a:3 ");
    put(history, {usage_row("a", 0)});
    CHECK(series_text(history, {"s", "a"}).empty());
    CHECK(series_text(history, {"s", ""}).empty());
    CHECK(top_text(history).empty());
    put(history, {usage_row("a", 1)});
    CHECK(series_text(history, {"s", ""}) == "0:1 ");
  }

  SUBCASE("a window twice in one batch: the last value counts") {
    put(history, {usage_row("a", 3), usage_row("b", 1), usage_row("a", 9)});
    CHECK(series_text(history, {"s", "a"}) == "0:9 ");
    CHECK(series_text(history, {"s", ""}) == "0:10 ");
  }

  SUBCASE("the largest values: do not wrap") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    put(history, {usage_row("a", most)});
    put(history, {usage_row("b", most)});
    CHECK(series_text(history, {"s", ""}) == "0:" + std::to_string(most) + " ");
    CHECK(series_text(history, {"s", "a"}) == "0:" + std::to_string(most) + " ");
  }
}

TEST_CASE_TEMPLATE_DEFINE("usage history: tells subjects apart", Engine, usage_history_subjects) {
  Engine engine;
  UsageHistory& history = engine.history();

  SUBCASE("subjects, metrics and periods: are told apart") {
    put(history, {usage_row("a", 1), usage_row("a", 2, history_hour, Period::day),
                  usage_row("a", 4, history_hour, Period::hour, "t"),
                  usage_row("a", 8, history_hour, Period::hour, "s", "bytes"), usage_row("A", 16),
                  usage_row("a ", 32)});
    CHECK(series_text(history, {"s", "a"}) == "0:1 ");
    CHECK(series_text(history, {"s", "a"}, Period::day) == "0:2 ");
    CHECK(series_text(history, {"t", "a"}) == "0:4 ");
    CHECK(series_text(history, {"S", "a"}).empty());
    CHECK(series_text(history, {"s", ""}) == "0:49 ");
    CHECK(top_text(history, 0, 10, "t") == "a:4 ");
  }

  SUBCASE("ids with any bytes: are only text") {
    const std::string odd = "'; DROP TABLE apim_usage; --\x1f%_\"\xc3\xa4";
    put(history, {usage_row(odd, 3, history_hour, Period::hour, odd)});
    CHECK(series_text(history, {odd, odd}) == "0:3 ");
    CHECK(top_text(history, 0, 10, odd) == odd + ":3 ");
  }
}

TEST_CASE_TEMPLATE_DEFINE("usage history: series and the top", Engine, usage_history_reading) {
  Engine engine;
  UsageHistory& history = engine.history();

  SUBCASE("a series: from its begin, before its end, at most so many") {
    for (int i = 0; i < 5; ++i) put(history, {usage_row("a", i + 1, history_hour + i * 3'600)});
    const auto part = [&](UnixSeconds from, UnixSeconds until, std::size_t count_max) {
      return series_text(history, {"s", "a"}, Period::hour, count_max, history_hour + from,
                         history_hour + until);
    };
    CHECK(part(3'600, 10'800, 10) == "1:2 2:3 ");
    CHECK(part(3'601, 10'801, 10) == "2:3 3:4 ");
    CHECK(part(0, 32'400, 2) == "0:1 1:2 ");
    CHECK(part(0, 32'400, 0).empty());
    CHECK(part(10'800, 3'600, 10).empty());
  }

  SUBCASE("the top: by value, then by id, in pages") {
    put(history, {usage_row("d", 5), usage_row("b", 9), usage_row("c", 5), usage_row("a", 1),
                  usage_row("e", 99, history_hour + 3'600)});
    CHECK(top_text(history) == "b:9 c:5 d:5 a:1 ");
    CHECK(top_text(history, 1, 2) == "c:5 d:5 ");
    CHECK(top_text(history, 9, 2).empty());
    CHECK(top_text(history, 0, 0).empty());
  }

  SUBCASE("the top of several windows: their sum, of which none can make it overflow") {
    const UnixSeconds next = history_hour + 3'600;
    put(history, {usage_row("a", 5), usage_row("a", 6, next), usage_row("b", 10),
                  usage_row("c", 99, next + 3'600), usage_row("d", INT64_MAX),
                  usage_row("d", INT64_MAX, next)});
    const auto most = history.top("s", "hits", Period::hour, history_hour, next + 1, 0, 10);
    REQUIRE(most.has_value());
    REQUIRE(most->size() == 3);
    CHECK((*most)[0].value == 2 * UsageHistory::summed_max);
    CHECK((*most)[1].application_id == "a");
    CHECK((*most)[1].value == 11);
    CHECK((*most)[2].application_id == "b");
  }
}

TEST_CASE_TEMPLATE_DEFINE("usage history: erases and expires", Engine, usage_history_removal) {
  Engine engine;
  UsageHistory& history = engine.history();

  SUBCASE("each row of a service: in order, without totals") {
    put(history, {usage_row("b", 1), usage_row("a", 2, history_hour + 3'600), usage_row("a", 3),
                  usage_row("a", 4, history_hour, Period::day),
                  usage_row("a", 5, history_hour, Period::hour, "t"),
                  usage_row("c", 6, history_hour, Period::hour, "s", "bytes")});
    std::string seen;
    const auto done = history.each("s", [&seen](const UsageRow& row) {
      seen += row.metric_id + row.application_id + std::to_string(index(row.period)) + ':' +
              std::to_string(row.value) + ' ';
    });
    CHECK(done.has_value());
    CHECK(seen == "bytesc1:6 hitsa1:3 hitsa1:2 hitsa2:4 hitsb1:1 ");
  }

  SUBCASE("erasing a service: in steps, the others stay") {
    std::vector<UsageRow> rows;
    for (int i = 0; i < 30; ++i) {
      rows.push_back(usage_row("app" + std::to_string(i % 7), 1, history_hour + i * 3'600));
    }
    rows.push_back(usage_row("a", 5, history_hour, Period::hour, "t"));
    put(history, rows);
    CHECK(calls_until_true([&] { return history.erase_some("s", 7); }) > 4);
    CHECK(series_text(history, {"s", ""}).empty());
    for (int i = 0; i < 7; ++i) {
      CHECK(series_text(history, {"s", "app" + std::to_string(i)}).empty());
    }
    CHECK(series_text(history, {"t", ""}) == "0:5 ");
    put(history, {usage_row("app1", 2)});
    CHECK(series_text(history, {"s", ""}) == "0:2 ");
  }

  SUBCASE("expiry: hours after 35 days, days after 400, longer ones never") {
    for (const Period period : {Period::hour, Period::day, Period::week, Period::eternity}) {
      put(history, {usage_row("a", 1, history_hour - 36 * history_day, period),
                    usage_row("a", 2, history_hour - 402 * history_day, period),
                    usage_row("a", 3, history_hour, period)});
    }
    CHECK(calls_until_true([&] { return history.expire_some(history_hour, 2); }) > 1);
    CHECK(series_text(history, {"s", "a"}, Period::hour) == "0:3 ");
    CHECK(series_text(history, {"s", ""}, Period::hour) == "0:3 ");
    CHECK(series_text(history, {"s", "a"}, Period::day) == "-864:1 0:3 ");
    CHECK(series_text(history, {"s", "a"}, Period::week) == "-9648:2 -864:1 0:3 ");
    CHECK(series_text(history, {"s", "a"}, Period::eternity) == "-9648:2 -864:1 0:3 ");
  }
}

}  // namespace mainstay::apim
