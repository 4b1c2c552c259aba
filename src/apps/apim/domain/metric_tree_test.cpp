#include "apps/apim/domain/metric_tree.hpp"

#include <doctest/doctest.h>

namespace mainstay::apim::metric_tree_test {
namespace {

MetricTree tree() {
  return MetricTree{{{MetricId{"1"}, "hits", std::nullopt},
                     {MetricId{"2"}, "search", MetricId{"1"}},
                     {MetricId{"3"}, "deep", MetricId{"2"}},
                     {MetricId{"4"}, "orphan", MetricId{"99"}}}};
}

}  // namespace

TEST_CASE("metric tree: metrics, are found by name and id, with parents and children") {
  const MetricTree metrics = tree();
  CHECK(metrics.find_name("search") == 1U);
  CHECK(metrics.find_id("3") == 2U);
  CHECK_FALSE(metrics.find_name("nope"));
  CHECK(metrics.parent(1) == 0U);
  CHECK(metrics.children(0) == std::vector<MetricIndex>{1});
}

TEST_CASE("metric tree: a parent that does not exist, leaves a root") {
  CHECK_FALSE(tree().parent(3));
}

}  // namespace mainstay::apim::metric_tree_test
