#include "apps/apim/domain/usage.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"
#include "base/random.hpp"

namespace mainstay::apim::usage_test {
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
  ResolvedUsage out;
  const auto done = resolve_usage(metrics, parameters, hierarchy, out);
  if (done.has_error()) return std::string{done.error().name()} + ": " + done.error().detail();
  std::string text;
  for (const MetricUsage& usage : out.entries()) {
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

TEST_CASE("usage: of 5,000 metrics in one call, each is what its own small call says") {
  // A thousand families: a root, two children, a grandchild and a metric that is never named.
  constexpr MetricIndex family_count = 1'000;
  constexpr MetricIndex family_size = 5;
  std::vector<Metric> all;
  for (MetricIndex family = 0; family < family_count; ++family) {
    const std::string text = std::to_string(family);
    all.push_back({MetricId{"r" + text}, "r" + text, std::nullopt});
    all.push_back({MetricId{"a" + text}, "a" + text, MetricId{"r" + text}});
    all.push_back({MetricId{"b" + text}, "b" + text, MetricId{"r" + text}});
    all.push_back({MetricId{"c" + text}, "c" + text, MetricId{"a" + text}});
    all.push_back({MetricId{"n" + text}, "n" + text, std::nullopt});
  }
  const MetricTree tree{std::move(all)};

  Random random{1};
  std::vector<std::vector<UsageParameter>> of_family(family_count);
  std::vector<UsageParameter> mixed;
  for (int i = 0; i < 8'000; ++i) {
    const auto family = static_cast<MetricIndex>(random.below(family_count));
    const auto metric = family * family_size + static_cast<MetricIndex>(random.below(4));
    const std::string_view value = random.below(3) == 0 ? "#4" : "3";
    of_family[family].push_back({tree.at(metric).name, value});
    mixed.push_back(of_family[family].back());
  }

  ResolvedUsage large;
  REQUIRE(resolve_usage(tree, mixed, Hierarchy::propagate, large).has_value());
  CHECK(large.entries().size() > 3'000);
  ResolvedUsage small;
  std::size_t count = 0;
  for (MetricIndex family = 0; family < family_count; ++family) {
    REQUIRE(resolve_usage(tree, of_family[family], Hierarchy::propagate, small).has_value());
    for (MetricIndex metric = family * family_size; metric < (family + 1) * family_size; ++metric) {
      const UsageValue* alone = small.find(metric);
      const UsageValue* among_all = large.find(metric);
      REQUIRE((alone == nullptr) == (among_all == nullptr));
      if (alone != nullptr) CHECK(*alone == *among_all);
    }
    count += small.entries().size();
  }
  CHECK(count == large.entries().size());

  // Used again for a small call, nothing of the large one is left.
  REQUIRE(resolve_usage(tree, of_family[0], Hierarchy::propagate, large).has_value());
  CHECK(large.find(family_count * family_size - 2) == nullptr);
  CHECK(large.entries().size() <= 4);
}

TEST_CASE("resolved usage: at every size, what was put is found and nothing else") {
  ResolvedUsage usage;
  constexpr MetricIndex step = 7;
  for (MetricIndex i = 40; i > 0; --i) {  // descending: the table is as long as it will be at once
    CHECK(usage.find(i * step) == nullptr);
    usage.at(i * step).amount = i;
    for (MetricIndex known = i; known <= 40; ++known) {
      REQUIRE(usage.find(known * step) != nullptr);
      CHECK(usage.find(known * step)->amount == known);
    }
    CHECK(usage.find(i * step + 1) == nullptr);
    CHECK(usage.find(1'000'000) == nullptr);
  }
  CHECK(usage.entries().size() == 40);
  usage.clear();
  CHECK(usage.find(step) == nullptr);
  CHECK(usage.entries().empty());
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

}  // namespace mainstay::apim::usage_test
