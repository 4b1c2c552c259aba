#include "apps/apim/domain/metric_edit.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::metric_edit_test {
namespace {

const ServiceId service_id{"1"};

Catalog one_service() {
  ServiceChange change;
  change.provider_key = ProviderKey{"p"};
  return put_service({}, service_id, change)->next;
}

Result<CatalogEdit> put(const Catalog& catalog, const char* id, std::optional<std::string> name,
                        const char* parent = nullptr) {
  MetricChange change{std::move(name), {}};
  if (parent != nullptr) change.parent_id = MetricId{parent};
  return put_metric(catalog, service_id, MetricId{id}, change);
}

const MetricTree& metrics(const Catalog& catalog) { return *catalog.services.find("1")->metrics; }

}  // namespace

TEST_CASE("metrics: renamed, the old name is free and the place kept") {
  Catalog catalog = put(put(one_service(), "10", "hits")->next, "11", "search", "10")->next;
  catalog = put(catalog, "10", "calls")->next;
  CHECK_FALSE(metrics(catalog).find_name("hits"));
  CHECK(metrics(catalog).find_name("calls") == MetricIndex{0});
  CHECK(metrics(catalog).parent(1) == MetricIndex{0});
  catalog = put(catalog, "12", "hits")->next;
  CHECK(metrics(catalog).at(2).id.get() == "12");
}

TEST_CASE("metrics: a name twice, no name, a bad one, refused") {
  const Catalog catalog = put(one_service(), "10", "hits")->next;
  CHECK(put(catalog, "11", "hits").error().detail() ==
        "metric name \"hits\" is taken by the metric with id=\"10\"");
  CHECK(put(catalog, "10", "hits").has_value());
  CHECK(put(catalog, "11", std::nullopt).error().is(CatalogErrc::value_missing));
  CHECK(put(catalog, "11", "a\nb").error().is(CatalogErrc::value_invalid));
  CHECK(put({}, "11", "x").error().is(CatalogErrc::service_not_found));
}

TEST_CASE("metrics: as many as a service may have, one more is refused, a change is not") {
  Catalog catalog = one_service();
  std::vector<Metric> all;
  for (std::size_t i = 0; i < Limits::metrics_per_service_max; ++i) {
    const std::string id = std::to_string(i);
    all.push_back({MetricId{id}, "n" + id, {}});
  }
  Service full = *catalog.services.find("1");
  full.metrics = std::make_shared<MetricTree>(std::move(all));
  catalog.services = catalog.services.with("1", std::move(full));
  const auto refused = put(catalog, "more", "hits");
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(CatalogErrc::too_many));
  CHECK(refused.error().detail().find("10000") != std::string::npos);
  CHECK(put(catalog, "7", "renamed").has_value());
}

TEST_CASE("metrics: cycles, refused, also those that a new metric closes") {
  const Catalog catalog = put(put(one_service(), "1", "a", "3")->next, "2", "b", "1")->next;
  CHECK(put(catalog, "1", {}, "1").error().is(CatalogErrc::metric_cycle));
  CHECK(put(catalog, "1", {}, "2").error().is(CatalogErrc::metric_cycle));
  // Metric 1 waits for its parent 3: making that one below 2 closes the ring.
  CHECK(put(catalog, "3", "c", "2").error().is(CatalogErrc::metric_cycle));
  const Catalog fine = put(catalog, "3", "c")->next;
  CHECK(metrics(fine).parent(0) == MetricIndex{2});
  CHECK(put(fine, "1", {}, "")->next.services.find("1")->metrics->at(0).parent_id.has_value() ==
        false);
}

TEST_CASE("metrics: a tree deeper than allowed, refused however it would come about") {
  // A chain as deep as may be: 1 <- 2 <- ... <- 16.
  Catalog catalog = one_service();
  for (std::size_t i = 1; i <= Limits::metric_depth_max; ++i) {
    const std::string id = std::to_string(i);
    const std::string parent = i > 1 ? std::to_string(i - 1) : "";
    catalog = put(catalog, id.c_str(), "m" + id, parent.c_str())->next;
  }
  const Error refused = put(catalog, "17", "m17", "16").error();
  CHECK(refused.is(CatalogErrc::too_many));
  CHECK(refused.http_status() == 400);
  CHECK(refused.detail() == "at most 16 levels of metrics are allowed");
  CHECK(put(catalog, "17", "m17", "15").has_value());
  CHECK(put(catalog, "16", "renamed").has_value());
  // Moved with what lies below it, from either end.
  catalog = put(catalog, "a", "a")->next;
  catalog = put(catalog, "b", "b", "a")->next;
  CHECK(put(catalog, "a", {}, "15").error().is(CatalogErrc::too_many));
  CHECK(put(catalog, "a", {}, "14").has_value());
  CHECK(put(catalog, "1", {}, "b").error().is(CatalogErrc::too_many));
  CHECK(put(catalog, "3", {}, "b").has_value());
  // Metrics that wait for one that is made.
  catalog = put(catalog, "waiting", "waiting", "top")->next;
  catalog = put(catalog, "1", {}, "top")->next;
  CHECK(put(catalog, "top", "top").error().is(CatalogErrc::too_many));
  catalog = put(catalog, "1", {}, "")->next;
  CHECK(put(catalog, "top", "top", "15").error().is(CatalogErrc::too_many));
  CHECK(put(catalog, "top", "top", "14").has_value());
}

TEST_CASE("metrics: a limit counts while its metric is there") {
  Catalog catalog = put(put(one_service(), "1", "a")->next, "2", "b")->next;
  const UsageLimitKey key{PlanId{"gold"}, MetricId{"2"}, Period::day};
  catalog = put_usage_limit(catalog, service_id, key, 5)->next;
  const auto rows = [](const Catalog& of) {
    return of.services.find("1")->limit_rows(PlanId{"gold"});
  };
  REQUIRE(rows(catalog).size() == 1);
  CHECK(rows(catalog)[0].metric == 1);

  catalog = remove_metric(catalog, service_id, MetricId{"1"})->next;
  CHECK(rows(catalog)[0].metric == 0);
  catalog = remove_metric(catalog, service_id, MetricId{"2"})->next;
  CHECK(rows(catalog).empty());
  CHECK(find_usage_limit(*catalog.services.find("1"), key)->max == 5);
  CHECK(
      remove_metric(catalog, service_id, MetricId{"2"}).error().is(CatalogErrc::metric_not_found));
  catalog = put(catalog, "2", "b again")->next;
  CHECK(rows(catalog).size() == 1);
}

}  // namespace mainstay::apim::metric_edit_test
