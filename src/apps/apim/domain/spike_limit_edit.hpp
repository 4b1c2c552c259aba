#pragma once

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Null when the plan has no spike limit on that metric.
const SpikeLimit* find_spike_limit(const Service& service, const PlanId& plan_id,
                                   const MetricId& metric_id);

/// Whether a rule is one that spike.hpp can count by. Error value_invalid.
Result<> check_spike_rule(const SpikeRule& rule);

/// Makes or replaces. The metric need not exist. Errors: service_not_found, value_invalid,
/// too_many.
Result<CatalogEdit> put_spike_limit(const Catalog& catalog, const ServiceId& service_id,
                                    const PlanId& plan_id, const SpikeLimit& limit);
/// Removing what is not there changes nothing. Error: service_not_found.
Result<CatalogEdit> remove_spike_limit(const Catalog& catalog, const ServiceId& service_id,
                                       const PlanId& plan_id, const MetricId& metric_id);

}  // namespace mainstay::apim
