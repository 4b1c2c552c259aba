#include <algorithm>

#include "apps/apim/domain/spike_limit_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {
namespace {

struct SpikeLimitKey {
  ServiceId service_id;
  PlanId plan_id;
  MetricId metric_id;
};

SpikeLimitKey key_of(const InternalCall& call) {
  return {call.service_id(), PlanId{call.param("plan")}, MetricId{call.param("metric")}};
}

json::Object spike_json(const ServiceId& service_id, const PlanId& plan_id,
                        const SpikeLimit& limit) {
  return {{"service_id", service_id.get()},     {"plan_id", plan_id.get()},
          {"metric_id", limit.metric_id.get()}, {"max", limit.rule.max},
          {"seconds", limit.rule.seconds},      {"burst", limit.rule.burst}};
}

Result<> get_spikes(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(auto paging, read_paging(call));
  const Plan& plan = service->plan(PlanId{call.param("plan")});
  ListPage page{std::move(paging)};
  const auto after = [&page](const SpikeLimit& limit) {
    return limit.metric_id.get() > page.after();
  };
  auto at = std::ranges::find_if(plan.spike_limits, after);
  for (; at != plan.spike_limits.end() && !page.is_full(); ++at) {
    page.add(at->metric_id.get(), spike_json(service->id, plan.id, *at));
  }
  page.answer(call, "spikelimits", plan.spike_limits.size());
  return {};
}

Result<> get_spike(InternalCall& call) {
  const SpikeLimitKey key = key_of(call);
  MS_TRY(const Service* service, find_service(*call.catalog, key.service_id));
  const SpikeLimit* limit = find_spike_limit(*service, key.plan_id, key.metric_id);
  if (limit == nullptr) return catalog_error(CatalogErrc::spike_limit_not_found);
  call.answer(
      200, {{"status", "found"}, {"spikelimit", spike_json(key.service_id, key.plan_id, *limit)}});
  return {};
}

/// Without `burst`, `max` may come at once.
Result<> put_spike(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "spikelimit"));
  Attributes attributes{*object};
  const auto max = attributes.number("max");
  const auto seconds = attributes.number("seconds");
  const auto burst = attributes.number("burst");
  MS_TRY_VOID(attributes.checked());
  if (!max) return missing_parameter("max");
  if (!seconds) return missing_parameter("seconds");
  const SpikeLimit limit{MetricId{call.param("metric")}, {*max, *seconds, burst.value_or(*max)}};
  edit(call, [key = key_of(call), limit](const Catalog& catalog, InternalAnswer& answer) {
    answer.object = {{"status", "modified"},
                     {"spikelimit", spike_json(key.service_id, key.plan_id, limit)}};
    return put_spike_limit(catalog, key.service_id, key.plan_id, limit);
  });
  return {};
}

Result<> delete_spike(InternalCall& call) {
  edit(call, [key = key_of(call)](const Catalog& catalog, InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_spike_limit(catalog, key.service_id, key.plan_id, key.metric_id);
  });
  return {};
}

}  // namespace

void add_spike_limit_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/plans/{plan}/spikelimits[/]", get_spikes);
  const std::string one = "/services/{service}/plans/{plan}/spikelimits/{metric}[/]";
  routes.add(http::Method::get, one, get_spike);
  routes.add(http::Method::put, one, put_spike);
  routes.add(http::Method::delete_, one, delete_spike);
}

}  // namespace mainstay::apim
