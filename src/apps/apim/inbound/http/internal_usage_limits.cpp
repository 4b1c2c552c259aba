#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

/// Error usage_limit_not_found when the path names no period: there is no limit of that kind.
Result<UsageLimitKey> read_limit_key(const InternalCall& call) {
  const auto period = parse_period(call.param("period"));
  if (!period) return catalog_error(CatalogErrc::usage_limit_not_found);
  return UsageLimitKey{PlanId{call.param("plan")}, MetricId{call.param("metric")}, *period};
}

json::Object limit_json(const ServiceId& service_id, const UsageLimitKey& key, std::int64_t max) {
  return {{"service_id", service_id.get()},
          {"plan_id", key.plan_id.get()},
          {"metric_id", key.metric_id.get()},
          {std::string{to_text(key.period)}, max}};
}

Result<> get_limit(InternalCall& call) {
  const ServiceId service_id = call.service_id();
  MS_TRY(const Service* service, find_service(*call.catalog, service_id));
  MS_TRY(const auto key, read_limit_key(call));
  const UsageLimit* limit = find_usage_limit(*service, key);
  if (limit == nullptr) return catalog_error(CatalogErrc::usage_limit_not_found);
  call.answer(200, {{"status", "found"}, {"usagelimit", limit_json(service_id, key, limit->max)}});
  return {};
}

Result<> put_limit(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "usagelimit"));
  const std::string period = call.param("period");
  if (!parse_period(period)) return value_invalid("period \"" + period + "\"", "is invalid");
  MS_TRY(const auto key, read_limit_key(call));
  Attributes attributes{*object};
  const auto max = attributes.number(period);
  MS_TRY_VOID(attributes.checked());
  if (!max) return missing_parameter(period);
  edit(call, [service_id = call.service_id(), key, max = *max](const Catalog& catalog,
                                                               InternalAnswer& answer) {
    answer.object = {{"status", "modified"}, {"usagelimit", limit_json(service_id, key, max)}};
    return put_usage_limit(catalog, service_id, key, max);
  });
  return {};
}

Result<> delete_limit(InternalCall& call) {
  const auto key = read_limit_key(call);
  if (key.has_error()) {
    // What cannot be there is deleted as it is.
    MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
    call.answer(200, {{"status", "deleted"}});
    return {};
  }
  edit(call, [service_id = call.service_id(), key = *key](const Catalog& catalog,
                                                          InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_usage_limit(catalog, service_id, key);
  });
  return {};
}

}  // namespace

void add_usage_limit_routes(InternalRoutes& routes) {
  const std::string one = "/services/{service}/plans/{plan}/usagelimits/{metric}/{period}[/]";
  routes.add(http::Method::get, one, get_limit);
  routes.add(http::Method::put, one, put_limit);
  routes.add(http::Method::delete_, one, delete_limit);
}

}  // namespace mainstay::apim
