#include "apps/apim/domain/limit_edit.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/domain/service_edit.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim::limit_edit_test {
namespace {

const ServiceId service_id{"1"};

Catalog one_service() {
  ServiceChange change;
  change.provider_key = ProviderKey{"p"};
  return put_service({}, service_id, change)->next;
}

}  // namespace

TEST_CASE("usage limits: put, replaced, removed; an empty plan is none") {
  Catalog catalog = one_service();
  const UsageLimitKey day{PlanId{"gold"}, MetricId{"m"}, Period::day};
  const UsageLimitKey hour{PlanId{"gold"}, MetricId{"m"}, Period::hour};
  catalog = put_usage_limit(catalog, service_id, day, 5)->next;
  catalog = put_usage_limit(catalog, service_id, hour, 1)->next;
  catalog = put_usage_limit(catalog, service_id, day, 0)->next;
  const Service& service = *catalog.services.find("1");
  CHECK(find_usage_limit(service, day)->max == 0);
  CHECK(find_usage_limit(service, hour)->max == 1);
  CHECK(find_usage_limit(service, {PlanId{"gold"}, MetricId{"m"}, Period::year}) == nullptr);
  catalog = remove_usage_limit(catalog, service_id, day)->next;
  CHECK(remove_usage_limit(catalog, service_id, day)->rows.empty());
  catalog = remove_usage_limit(catalog, service_id, hour)->next;
  CHECK(catalog.services.find("1")->plans.empty());
}

TEST_CASE("usage limits: as many as a plan may have, one more is refused, a change is not") {
  Catalog catalog = one_service();
  Plan plan{PlanId{"gold"}, {}, {}};
  for (std::size_t i = 0; i < Limits::usage_limits_per_plan_max; ++i) {
    plan.limits.push_back({MetricId{"m" + std::to_string(10'000 + i)}, Period::day, 1});
  }
  Service full = *catalog.services.find("1");
  full.plans = full.plans.with("gold", std::move(plan));
  catalog.services = catalog.services.with("1", std::move(full));
  const UsageLimitKey known{PlanId{"gold"}, MetricId{"m10007"}, Period::day};
  const UsageLimitKey more{PlanId{"gold"}, MetricId{"m10007"}, Period::hour};
  const UsageLimitKey other{PlanId{"silver"}, MetricId{"m10007"}, Period::hour};
  const auto refused = put_usage_limit(catalog, service_id, more, 1);
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(CatalogErrc::too_many));
  CHECK(put_usage_limit(catalog, service_id, known, 2).has_value());
  CHECK(put_usage_limit(catalog, service_id, other, 1).has_value());
}

TEST_CASE("usage limits: negative, or of an unknown service, refused") {
  const UsageLimitKey key{PlanId{"gold"}, MetricId{"m"}, Period::day};
  CHECK(put_usage_limit(one_service(), service_id, key, -1)
            .error()
            .is(CatalogErrc::usage_limit_invalid));
  CHECK(put_usage_limit({}, service_id, key, 1).error().is(CatalogErrc::service_not_found));
  CHECK(remove_usage_limit({}, service_id, key).error().is(CatalogErrc::service_not_found));
}

TEST_CASE("alert limits: bins only, each once, ascending") {
  Catalog catalog = add_alert_limit(one_service(), service_id, 80)->next;
  catalog = add_alert_limit(catalog, service_id, 50)->next;
  CHECK(catalog.services.find("1")->alert_limits == std::vector<int>{50, 80});
  CHECK(add_alert_limit(catalog, service_id, 80).error().detail() == "alert limit is invalid");
  CHECK(add_alert_limit(catalog, service_id, 81).error().is(CatalogErrc::alert_limit_invalid));
  CHECK(add_alert_limit(catalog, service_id, (std::int64_t{1} << 32) + 80).has_error());
  catalog = remove_alert_limit(catalog, service_id, 80)->next;
  CHECK(remove_alert_limit(catalog, service_id, 80).error().is(CatalogErrc::alert_limit_not_found));
}

TEST_CASE("limit edit: grace and shadow stay as they are unless named") {
  Catalog catalog;
  TestService{"1", "p"}.metrics({{"hits", ""}}).add_to(catalog);
  const UsageLimitKey key{PlanId{"gold"}, MetricId{"m-hits"}, Period::day};
  UsageLimitChange change{105};
  change.grace_percent = 10;
  const auto made = put_usage_limit(catalog, ServiceId{"1"}, key, change);
  REQUIRE(made.has_value());
  const Plan& plan = made->next.services.find("1")->plan(key.plan_id);
  CHECK(plan.rows.at(0) == LimitRow{0, Period::day, 105, 115, false});
  CHECK(plan.watched == plan.rows);
  CHECK(made->next.services.find("1")->extra_limits == 1);

  const auto again = put_usage_limit(made->next, ServiceId{"1"}, key, 200);
  CHECK(again->next.services.find("1")->plan(key.plan_id).rows.at(0).allowed == 220);
  CHECK(std::get<UsageLimitRow>(again->rows.at(0).row).grace_percent == 10);

  UsageLimitChange shadow{200};
  shadow.shadow = true;
  const auto hidden = put_usage_limit(again->next, ServiceId{"1"}, key, shadow);
  CHECK(hidden->next.services.find("1")->plan(key.plan_id).rows.empty());
  CHECK(hidden->next.services.find("1")->plan(key.plan_id).watched.size() == 1);
  const auto gone = remove_usage_limit(hidden->next, ServiceId{"1"}, key);
  CHECK(gone->next.services.find("1")->extra_limits == 0);
}

TEST_CASE("limit edit: a negative maximum is refused before a grace that is out of range") {
  Catalog catalog;
  TestService{"1", "p"}.add_to(catalog);
  const UsageLimitKey key{PlanId{"gold"}, MetricId{"m"}, Period::day};
  const auto refusal = [&](std::int64_t max, std::int64_t percent) {
    UsageLimitChange change{max};
    change.grace_percent = percent;
    const auto made = put_usage_limit(catalog, ServiceId{"1"}, key, change);
    return made.has_error() ? made.error().detail() : "";
  };
  CHECK(refusal(-1, -1) == "usagelimit must not be negative");
  CHECK(refusal(1, -1) == "grace_percent must be 0 to 1000");
  CHECK(refusal(1, 1'001) == "grace_percent must be 0 to 1000");
  CHECK(refusal(1, 1'000).empty());
}

}  // namespace mainstay::apim::limit_edit_test
