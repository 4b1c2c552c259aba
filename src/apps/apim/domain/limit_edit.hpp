#pragma once

#include <cstdint>
#include <optional>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Which limit: of what plan, on what metric (that need not exist), in what period.
struct UsageLimitKey {
  PlanId plan_id;
  MetricId metric_id;
  Period period = Period::minute;
};

/// Null when the plan has no such limit.
const UsageLimit* find_usage_limit(const Service& service, const UsageLimitKey& key);

/// What a limit becomes. An absent attribute stays as it is, so that clients who know only the
/// original's leave ours alone.
struct UsageLimitChange {
  // NOLINTNEXTLINE(google-explicit-constructor): a limit is its maximum and, seldom, more
  UsageLimitChange(std::int64_t new_max) : max(new_max) {}
  std::int64_t max;
  std::optional<std::int64_t> grace_percent;
  std::optional<bool> shadow;
};

/// Errors: service_not_found, usage_limit_invalid (negative), value_invalid, too_many.
Result<CatalogEdit> put_usage_limit(const Catalog& catalog, const ServiceId& service_id,
                                    const UsageLimitKey& key, const UsageLimitChange& change);
/// Removing what is not there changes nothing. Error: service_not_found.
Result<CatalogEdit> remove_usage_limit(const Catalog& catalog, const ServiceId& service_id,
                                       const UsageLimitKey& key);

/// Allows alerts at that percentage. Errors: service_not_found; alert_limit_invalid when it is no
/// alert bin or there already.
Result<CatalogEdit> add_alert_limit(const Catalog& catalog, const ServiceId& service_id,
                                    std::int64_t bin);
/// Errors: service_not_found, alert_limit_not_found.
Result<CatalogEdit> remove_alert_limit(const Catalog& catalog, const ServiceId& service_id,
                                       std::int64_t bin);

/// The catalog with this plan of the service in its place, its rows resolved; without it when it
/// has no limits. No rows of the store yet.
CatalogEdit with_plan(const Catalog& catalog, const Service& found, Plan plan);

/// The place of a limit in Plan::limits, which is sorted by metric id and period.
std::size_t limit_position(const Plan& plan, const UsageLimitKey& key);

}  // namespace mainstay::apim
