#include "apps/apim/domain/spike_limit_edit.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

Result<> check_range(std::string_view what, std::int64_t value, std::int64_t most) {
  if (value >= 1 && value <= most) return {};
  return value_invalid(what, "must be 1 to " + std::to_string(most));
}

auto position(Plan& plan, const MetricId& metric_id) {
  return std::ranges::lower_bound(plan.spike_limits, metric_id, {}, &SpikeLimit::metric_id);
}

}  // namespace

const SpikeLimit* find_spike_limit(const Service& service, const PlanId& plan_id,
                                   const MetricId& metric_id) {
  const auto& limits = service.plan(plan_id).spike_limits;
  const auto at = std::ranges::lower_bound(limits, metric_id, {}, &SpikeLimit::metric_id);
  return at != limits.end() && at->metric_id == metric_id ? &*at : nullptr;
}

Result<> check_spike_rule(const SpikeRule& rule) {
  MS_TRY_VOID(check_range("max", rule.max, Limits::spike_amount_max));
  MS_TRY_VOID(check_range("seconds", rule.seconds, Limits::spike_seconds_max.count()));
  MS_TRY_VOID(check_range("burst", rule.burst, Limits::spike_amount_max));
  // Both sides stay far below 2^63: their factors are bounded by now.
  const std::int64_t drain_max = Limits::spike_drain_max.count();
  if (rule.burst * rule.seconds / rule.max >= drain_max) {
    return value_invalid("burst", "must come back within " + std::to_string(drain_max) +
                                      " seconds at the rate of max per seconds");
  }
  return {};
}

Result<CatalogEdit> put_spike_limit(const Catalog& catalog, const ServiceId& service_id,
                                    const PlanId& plan_id, const SpikeLimit& limit) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  MS_TRY_VOID(check_id("plan id", plan_id.get()));
  MS_TRY_VOID(check_id("metric id", limit.metric_id.get()));
  MS_TRY_VOID(check_spike_rule(limit.rule));
  const Plan* found = service->plans.find(plan_id.get());
  Plan plan = found != nullptr ? *found : Plan{plan_id, {}, {}};
  const auto at = position(plan, limit.metric_id);
  if (at != plan.spike_limits.end() && at->metric_id == limit.metric_id) {
    *at = limit;
  } else if (plan.spike_limits.size() >= Limits::spike_limits_per_plan_max) {
    return too_many("spike limits of a plan", Limits::spike_limits_per_plan_max);
  } else {
    plan.spike_limits.insert(at, limit);
  }
  CatalogEdit edit = with_plan(catalog, *service, std::move(plan));
  edit.put(SpikeLimitRow{service_id, plan_id, limit.metric_id, limit.rule});
  return edit;
}

Result<CatalogEdit> remove_spike_limit(const Catalog& catalog, const ServiceId& service_id,
                                       const PlanId& plan_id, const MetricId& metric_id) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  if (find_spike_limit(*service, plan_id, metric_id) == nullptr) return CatalogEdit{catalog};
  Plan plan = service->plan(plan_id);
  plan.spike_limits.erase(position(plan, metric_id));
  CatalogEdit edit = with_plan(catalog, *service, std::move(plan));
  edit.erase(SpikeLimitRow{service_id, plan_id, metric_id, {}});
  return edit;
}

}  // namespace mainstay::apim
