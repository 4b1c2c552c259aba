#include "apps/apim/domain/limit_edit.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "apps/apim/domain/alert.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

bool is_at(const Plan& plan, std::size_t position, const UsageLimitKey& key) {
  return position < plan.limits.size() && plan.limits[position].metric_id == key.metric_id &&
         plan.limits[position].period == key.period;
}

Result<> check(const UsageLimitKey& key, const UsageLimitChange& change) {
  MS_TRY_VOID(check_id("plan id", key.plan_id.get()));
  MS_TRY_VOID(check_id("metric id", key.metric_id.get()));
  if (change.max < 0) {
    return Error{CatalogErrc::usage_limit_invalid, "usagelimit must not be negative"};
  }
  const std::int64_t percent = change.grace_percent.value_or(0);
  if (percent < 0 || percent > Limits::grace_percent_max) {
    return value_invalid("grace_percent",
                         "must be 0 to " + std::to_string(Limits::grace_percent_max));
  }
  return {};
}

void apply(const UsageLimitChange& change, UsageLimit& limit) {
  limit.max = change.max;
  if (change.grace_percent) limit.grace_percent = static_cast<int>(*change.grace_percent);
  if (change.shadow) limit.shadow = *change.shadow;
}

}  // namespace

CatalogEdit with_plan(const Catalog& catalog, const Service& found, Plan plan) {
  resolve_rows(plan, *found.metrics);
  Service service = found;
  const std::string id = plan.id.get();
  service.extra_limits += plan.extras();
  service.extra_limits -= found.plan(plan.id).extras();
  service.plans =
      plan.empty() ? service.plans.without(id) : service.plans.with(id, std::move(plan));
  return with_service(catalog, std::move(service));
}

std::size_t limit_position(const Plan& plan, const UsageLimitKey& key) {
  const auto at = std::ranges::lower_bound(
      plan.limits, std::tie(key.metric_id, key.period), {},
      [](const UsageLimit& limit) { return std::tie(limit.metric_id, limit.period); });
  return static_cast<std::size_t>(at - plan.limits.begin());
}

const UsageLimit* find_usage_limit(const Service& service, const UsageLimitKey& key) {
  const Plan* plan = service.plans.find(key.plan_id.get());
  if (plan == nullptr) return nullptr;
  const std::size_t at = limit_position(*plan, key);
  return is_at(*plan, at, key) ? &plan->limits[at] : nullptr;
}

Result<CatalogEdit> put_usage_limit(const Catalog& catalog, const ServiceId& service_id,
                                    const UsageLimitKey& key, const UsageLimitChange& change) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  MS_TRY_VOID(check(key, change));
  const Plan* found = service->plans.find(key.plan_id.get());
  Plan plan = found != nullptr ? *found : Plan{key.plan_id, {}, {}};
  const std::size_t at = limit_position(plan, key);
  if (!is_at(plan, at, key)) {
    if (plan.limits.size() >= Limits::usage_limits_per_plan_max) {
      return too_many("usage limits of a plan", Limits::usage_limits_per_plan_max);
    }
    plan.limits.insert(plan.limits.begin() + static_cast<std::ptrdiff_t>(at),
                       UsageLimit{key.metric_id, key.period});
  }
  UsageLimit& limit = plan.limits[at];
  apply(change, limit);
  UsageLimitRow row{service_id, key.plan_id,         key.metric_id, key.period,
                    limit.max,  limit.grace_percent, limit.shadow};
  CatalogEdit edit = with_plan(catalog, *service, std::move(plan));
  edit.put(std::move(row));
  return edit;
}

Result<CatalogEdit> remove_usage_limit(const Catalog& catalog, const ServiceId& service_id,
                                       const UsageLimitKey& key) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  if (find_usage_limit(*service, key) == nullptr) return CatalogEdit{catalog};
  Plan plan = *service->plans.find(key.plan_id.get());
  plan.limits.erase(plan.limits.begin() + static_cast<std::ptrdiff_t>(limit_position(plan, key)));
  CatalogEdit edit = with_plan(catalog, *service, std::move(plan));
  edit.erase(UsageLimitRow{service_id, key.plan_id, key.metric_id, key.period});
  return edit;
}

Result<CatalogEdit> add_alert_limit(const Catalog& catalog, const ServiceId& service_id,
                                    std::int64_t bin) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  const auto& bins = found->alert_limits;
  if (!is_alert_bin(bin) || std::ranges::find(bins, bin) != bins.end()) {
    return catalog_error(CatalogErrc::alert_limit_invalid);
  }
  Service service = *found;
  const int added = static_cast<int>(bin);
  service.alert_limits.insert(std::ranges::lower_bound(service.alert_limits, added), added);
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.put(AlertLimitRow{service_id, added});
  return edit;
}

Result<CatalogEdit> remove_alert_limit(const Catalog& catalog, const ServiceId& service_id,
                                       std::int64_t bin) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  Service service = *found;
  if (std::erase(service.alert_limits, bin) == 0) {
    return catalog_error(CatalogErrc::alert_limit_not_found);
  }
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.erase(AlertLimitRow{service_id, static_cast<int>(bin)});
  return edit;
}

}  // namespace mainstay::apim
