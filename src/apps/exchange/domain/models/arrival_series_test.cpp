#include "apps/exchange/domain/models/arrival_series.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/exchange/domain/models/model_errc.hpp"

namespace mainstay::exchange::models::arrival_series_test {
namespace {

std::string refusal(std::string_view csv, const ArrivalCsv& options = {}) {
  const auto parsed = parse_arrival_series(csv, options);
  REQUIRE(parsed.has_error());
  CHECK(parsed.error().is(ModelErrc::series_invalid));
  return parsed.error().detail();
}

}  // namespace

TEST_CASE("arrival series: plain numbers, with and without a header") {
  for (const char* csv : {"0,5\n60,7.5\n180,1e3\n", "time,value\r\n0,5\r\n\r\n60,7.5\r\n180,1e3",
                          " \"0\" , \"5\"\n60,\"7.5\", more\n180,1000"}) {
    const auto series = parse_arrival_series(csv, {});
    REQUIRE(series.has_value());
    CHECK(series->seconds == std::vector<double>{0, 60, 180});
    CHECK(series->values == std::vector<double>{5, 7.5, 1000});
    CHECK(series->length(0) == 60);
    CHECK(series->length(2) == 120);
    CHECK(series->duration() == 300);
    CHECK(series->mean() == doctest::Approx((5 * 60 + 7.5 * 120 + 1000 * 120) / 300.0));
  }
}

TEST_CASE("arrival series: dates and times") {
  const auto series = parse_arrival_series(
      "day,n\n1970-01-02,1\n1970-01-02 00:01,2\n1970-01-02T00:01:01Z,3\n1970-01-02T00:01:01.25,4",
      {});
  REQUIRE(series.has_value());
  CHECK(series->seconds == std::vector<double>{86'400, 86'460, 86'461, 86'461.25});
}

TEST_CASE("arrival series: columns by name, as in the source's file") {
  const std::string_view csv =
      ",timestamp,views,chg\n"
      "2020-05-10 00:00:00.000,2015-07-01,500,\n"
      "2020-05-10 00:00:53.798,2015-07-02,600,-0.1823\n"
      "2020-05-10 00:01:47.596,2015-07-04,450,0.2877\n";
  const auto series = parse_arrival_series(csv, {"timestamp", "views", false});
  REQUIRE(series.has_value());
  CHECK(series->values == std::vector<double>{500, 600, 450});
  CHECK(series->length(1) == 2 * 86'400);
  CHECK(refusal(csv, {"timestamp", "hits", false}) == "line 1: there is no column \"hits\"");
}

TEST_CASE("arrival series: rows out of order are refused, or sorted when that is wanted") {
  const std::string_view csv = "0,1\n20,3\n10,2\n";
  CHECK(refusal(csv).starts_with("line 3: the time does not lie after"));
  CHECK(parse_arrival_series(csv, {"", "", true})->values == std::vector<double>{1, 2, 3});
  CHECK(refusal("0,1\n20,3\n0,2\n", {"", "", true}) == "one time comes twice");
}

TEST_CASE("arrival series: what it refuses, and where") {
  CHECK(refusal("") == "fewer than two rows of time and value");
  CHECK(refusal("time,value\n1,2\n") == "fewer than two rows of time and value");
  CHECK(refusal("1,2\n2\n").starts_with("line 2: fewer columns"));
  CHECK(refusal("1,2\nx,3\n").starts_with("line 2: the time must be"));
  CHECK(refusal("1,2\n2020-02-30,3\n").starts_with("line 2: the time must be"));
  CHECK(refusal("1,2\n2020-02-28T24:00,3\n").starts_with("line 2: the time must be"));
  CHECK(refusal("1,2\n1e300,3\n").starts_with("line 2: the time must be"));
  CHECK(refusal("1,2\n2,nan\n").starts_with("line 2: the value"));
  CHECK(refusal("1,2\n2,-1\n").starts_with("line 2: the value"));
  CHECK(refusal("1,2\n2,\n").starts_with("line 2: the value"));
  CHECK(refusal("1,2\n\"2,3\n").starts_with("line 2: a quote"));
  CHECK(refusal("1,2\n\"2\"3,3\n").starts_with("line 2: a quote"));
  CHECK(refusal("1,0\n2,0\n") == "all values are 0");
  CHECK(refusal("1,2\n" + std::string(5'000, '2') + ",3").starts_with("line 2: more than 4096"));
}

}  // namespace mainstay::exchange::models::arrival_series_test
