#include "apps/apim/domain/spike_limit_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::spike_limit_edit_test {
namespace {

const ServiceId one{"1"};
const PlanId gold{"gold"};
const MetricId hits{"m-hits"};

Catalog with_hits() {
  Catalog catalog;
  TestService{"1", "p"}.metrics({{"hits", ""}}).add_to(catalog);
  return catalog;
}

std::string refusal(const SpikeRule& rule) {
  const auto checked = check_spike_rule(rule);
  return checked.has_value() ? "" : checked.error().detail();
}

}  // namespace

TEST_CASE("spike limit edit: made, replaced, removed, with their rows") {
  const auto made = put_spike_limit(with_hits(), one, gold, {hits, {10, 1, 20}});
  REQUIRE(made.has_value());
  const Service& service = *made->next.services.find("1");
  CHECK(service.extra_limits == 1);
  CHECK(service.plan(gold).spikes.at(0) == SpikeRow{0, {10, 1, 20}});
  CHECK(std::get<SpikeLimitRow>(made->rows.at(0).row).rule == SpikeRule{10, 1, 20});
  const auto replaced = put_spike_limit(made->next, one, gold, {hits, {5, 60, 5}});
  REQUIRE(replaced.has_value());
  CHECK(replaced->next.services.find("1")->plan(gold).spike_limits.size() == 1);
  CHECK(find_spike_limit(*replaced->next.services.find("1"), gold, hits)->rule.seconds == 60);
  const auto removed = remove_spike_limit(replaced->next, one, gold, hits);
  REQUIRE(removed.has_value());
  CHECK(removed->rows.size() == 1);
  CHECK(removed->next.services.find("1")->plans.empty());
  CHECK(removed->next.services.find("1")->extra_limits == 0);
  CHECK(remove_spike_limit(removed->next, one, gold, hits)->rows.empty());
}

TEST_CASE("spike limit edit: a plan stays while it has limits of either kind") {
  const auto spike = put_spike_limit(with_hits(), one, gold, {hits, {1, 1, 1}});
  const UsageLimitKey day{gold, hits, Period::day};
  const auto both = put_usage_limit(spike->next, one, day, 5);
  const auto without_day = remove_usage_limit(both->next, one, day);
  CHECK(without_day->next.services.find("1")->plan(gold).spikes.size() == 1);
  const auto without_spike = remove_spike_limit(both->next, one, gold, hits);
  CHECK(without_spike->next.services.find("1")->plan(gold).rows.size() == 1);
}

TEST_CASE("spike limit edit: the first of two wrong values is named") {
  CHECK(refusal({0, 0, 1}) == "max must be 1 to 1000000000000");
  CHECK(refusal({-1, 1, 1}) == "max must be 1 to 1000000000000");
  CHECK(refusal({1'000'000'000'001, 1, 1}) == "max must be 1 to 1000000000000");
  CHECK(refusal({1, 0, 0}) == "seconds must be 1 to 86400");
  CHECK(refusal({1, 86'401, 1}) == "seconds must be 1 to 86400");
  CHECK(refusal({1, 1, 0}) == "burst must be 1 to 1000000000000");
  CHECK(refusal({1, 86'400, 31}) ==
        "burst must come back within 2678400 seconds at the rate of max per seconds");
  CHECK(refusal({1, 86'400, 30}).empty());
  CHECK(refusal({1'000'000'000'000, 86'400, 1'000'000'000'000}).empty());
}

TEST_CASE("spike limit edit: order of refusals, service before ids before rule") {
  const auto no_service = put_spike_limit({}, one, PlanId{""}, {hits, {0, 1, 1}});
  CHECK(no_service.error().is(CatalogErrc::service_not_found));
  const auto no_plan = put_spike_limit(with_hits(), one, PlanId{""}, {MetricId{""}, {0, 1, 1}});
  CHECK(no_plan.error().detail() == "plan id must not be empty");
  const auto no_metric = put_spike_limit(with_hits(), one, gold, {MetricId{""}, {0, 1, 1}});
  CHECK(no_metric.error().detail() == "metric id must not be empty");
  CHECK(remove_spike_limit({}, one, gold, hits).error().is(CatalogErrc::service_not_found));
}

TEST_CASE("spike limit edit: more than a plan may have, too many") {
  TestService service{"1", "p"};
  for (std::size_t i = 0; i < Limits::spike_limits_per_plan_max; ++i) {
    service.spike("gold", std::to_string(i), {1, 1, 1});
  }
  Catalog catalog;
  service.add_to(catalog);
  const auto more = put_spike_limit(catalog, one, gold, {hits, {1, 1, 1}});
  REQUIRE(more.has_error());
  CHECK(more.error().is(CatalogErrc::too_many));
}

}  // namespace mainstay::apim::spike_limit_edit_test
