#include "apps/apim/domain/usage.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"

namespace mainstay::apim {
namespace {

/// hits <- search <- deep, hits <- other
MetricTree tree() {
  return MetricTree{{{MetricId{"h"}, "hits", std::nullopt},
                     {MetricId{"s"}, "search", MetricId{"h"}},
                     {MetricId{"d"}, "deep", MetricId{"s"}},
                     {MetricId{"o"}, "other", MetricId{"h"}}}};
}

std::string resolved(std::vector<UsageParameter> parameters,
                     Hierarchy hierarchy = Hierarchy::propagate) {
  const MetricTree metrics = tree();
  std::vector<MetricUsage> out;
  const auto done = resolve_usage(metrics, parameters, hierarchy, out);
  if (done.has_error()) return std::string{done.error().name()} + ": " + done.error().detail();
  std::string text;
  for (const MetricUsage& usage : out) {
    text += metrics.at(usage.metric).name + (usage.value.is_set ? "#" : "=") +
            std::to_string(usage.value.amount) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("usage value: digits with or without #, blanks around allowed") {
  CHECK(parse_usage_value("7") == UsageValue{7, false});
  CHECK(parse_usage_value(" #12\n") == UsageValue{12, true});
  CHECK(parse_usage_value("9223372036854775807") == UsageValue{INT64_MAX, false});
  for (const char* bad :
       {"", " ", "#", "-1", "+1", "1.5", "1 2", "# 1", "##1", "a", "1a", "9223372036854775808"}) {
    CHECK_MESSAGE(!parse_usage_value(bad), bad);
  }
}

TEST_CASE("usage: an added value, is added to every ancestor") {
  CHECK(resolved({{"deep", "2"}}) == "deep=2 search=2 hits=2 ");
  CHECK(resolved({{"search", "1"}, {"other", "2"}}) == "search=1 other=2 hits=3 ");
  CHECK(resolved({{"hits", "5"}, {"search", "1"}}) == "hits=6 search=1 ");
}

TEST_CASE("usage: a set value, overwrites every ancestor in the order of the parameters") {
  CHECK(resolved({{"search", "#4"}}) == "search#4 hits#4 ");
  CHECK(resolved({{"search", "1"}, {"other", "#9"}}) == "search=1 other#9 hits#9 ");
  CHECK(resolved({{"other", "#9"}, {"search", "1"}}) == "other#9 search=1 hits=1 ");
  CHECK(resolved({{"hits", "#5"}, {"search", "1"}}) == "hits=1 search=1 ");
}

TEST_CASE("usage: flat, stays with the named metrics") {
  CHECK(resolved({{"deep", "2"}}, Hierarchy::flat) == "deep=2 ");
}

TEST_CASE("usage: a name twice after cutting blanks, the last value counts") {
  CHECK(resolved({{"hits", "1"}, {" hits ", "3"}}) == "hits=3 ");
}

TEST_CASE("usage: unknown metrics and bad values, are refused with their text") {
  CHECK(resolved({{"nope", "x"}}) == "metric_invalid: metric \"nope\" is invalid");
  CHECK(resolved({{"hits", "x"}}) ==
        "usage_value_invalid: usage value \"x\" for metric \"hits\" is invalid");
  CHECK(resolved({{"hits", " "}}) ==
        "usage_value_invalid: usage value for metric \"hits\" can not be empty");
  CHECK(resolved({{"hits", std::nullopt}}) ==
        "usage_value_invalid: usage value for metric \"hits\" can not be empty");
}

TEST_CASE("usage: sums beyond int64, stop there") {
  CHECK(saturating_add(INT64_MAX - 1, 5) == INT64_MAX);
  CHECK(applied(3, {4, false}) == 7);
  CHECK(applied(3, {4, true}) == 4);
}

}  // namespace mainstay::apim
