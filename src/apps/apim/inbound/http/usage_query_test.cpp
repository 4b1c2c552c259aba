#include "apps/apim/inbound/http/usage_query.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/catalog_errc.hpp"
#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim::usage_query_test {
namespace {

std::string refusal(std::string_view query) {
  const auto read = read_usage_query(query, "", 100);
  REQUIRE(read.has_error());
  return std::to_string(read.error().http_status()) + " " + read.error().detail();
}

}  // namespace

TEST_CASE("usage query: everything said") {
  const auto query = read_usage_query(
      "metric=hits&period=hour&since=2026-11-21T00:00:00%2B01:00&until=1795305600"
      "&timezone=Europe/Berlin&zeros=0&format=csv&page=2&per_page=2000&unknown[x]=1",
      "application/json", 100);
  REQUIRE(query.has_value());
  CHECK(query->metric == "hits");
  CHECK(query->response_code.empty());
  CHECK(query->period == Period::hour);
  CHECK(query->since == "2026-11-21T00:00:00+01:00");
  CHECK(query->until == "1795305600");
  CHECK(query->timezone == "Europe/Berlin");
  CHECK_FALSE(query->zeros);
  CHECK(query->csv);
  CHECK(query->page == 2);
  CHECK(query->per_page == 2'000);
}

TEST_CASE("usage query: little said") {
  const auto query = read_usage_query("response_code=4xx&since=", "", 100);
  REQUIRE(query.has_value());
  CHECK(query->response_code == "4xx");
  CHECK(query->period == Period::day);
  CHECK_FALSE(query->since.has_value());
  CHECK_FALSE(query->timezone.has_value());
  CHECK(query->zeros);
  CHECK_FALSE(query->csv);
  CHECK(query->page == 1);
  CHECK(query->per_page == 100);
}

TEST_CASE("usage query: CSV by the header Accept, unless the query says otherwise") {
  CHECK(read_usage_query("metric=m", "text/csv", 1)->csv);
  CHECK(read_usage_query("metric=m", "Text/CSV, */*;q=0.1", 1)->csv);
  CHECK_FALSE(read_usage_query("metric=m", "*/*", 1)->csv);
  CHECK_FALSE(read_usage_query("metric=m&format=json", "text/csv", 1)->csv);
}

TEST_CASE("usage query: refusals say what is allowed") {
  CHECK(refusal("") == "400 missing parameter 'metric' (or 'response_code')");
  CHECK(refusal("metric=a&response_code=200") ==
        "400 parameters 'metric' and 'response_code' do not go together");
  CHECK(refusal("response_code=201") ==
        "400 parameter 'response_code' must be one of 2XX, 4XX, 5XX, 200, 403, 404, 500, 503, not "
        "\"201\"");
  CHECK(refusal("metric=a&period=fortnight") ==
        "400 parameter 'period' must be minute, hour, day, week, month, year or eternity, not "
        "\"fortnight\"");
  CHECK(refusal("metric=a&format=xml") ==
        "400 parameter 'format' must be json or csv, not \"xml\"");
  CHECK(refusal("metric=a&per_page=2001") ==
        "400 parameter 'per_page' must be a number from 1 to 2000, not \"2001\"");
  for (const char* query :
       {"metric=a&per_page=0", "metric=a&page=0", "metric=a&page=-1",
        "metric=a&page=", "metric=a&page=99999999999999999999", "metric=%ff", "metric=%zz",
        "metric=a&period=%ff", "metric[]=a", "metric=a&page[]=2", "metric=a&metric[b]=1"}) {
    CAPTURE(query);
    CHECK(refusal(query).starts_with("400 "));
  }
  CHECK(refusal("metric=a&period=" + std::string(5'000, 'x')).size() < 100);
}

TEST_CASE("usage query: the response codes that are counted") {
  CHECK(response_code_metric("2XX") == response_code_metrics(204).of_class);
  CHECK(response_code_metric("5xx") == response_code_metrics(599).of_class);
  CHECK(response_code_metric("404") == response_code_metrics(404).of_code);
  for (const char* none :
       {"", "2", "2X", "1XX", "3xx", "xxx", "0XX", "9XX", "201", "4040", "-4XX"}) {
    CAPTURE(none);
    CHECK(response_code_metric(none).empty());
  }
}

}  // namespace mainstay::apim::usage_query_test
