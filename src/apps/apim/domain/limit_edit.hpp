#pragma once

#include <cstdint>

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

/// Errors: service_not_found, usage_limit_invalid (negative), value_invalid, too_many.
Result<CatalogEdit> put_usage_limit(const Catalog& catalog, const ServiceId& service_id,
                                    const UsageLimitKey& key, std::int64_t max);
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

/// The place of a limit in Plan::limits, which is sorted by metric id and period.
std::size_t limit_position(const Plan& plan, const UsageLimitKey& key);

}  // namespace mainstay::apim
