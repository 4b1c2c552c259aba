#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

json::Object alert_limit_json(const ServiceId& service_id, std::int64_t bin) {
  return {{"service_id", service_id.get()}, {"value", bin}};
}

Result<> get_alert_limits(InternalCall& call) {
  const ServiceId service_id = call.service_id();
  MS_TRY(const Service* service, find_service(*call.catalog, service_id));
  json::Array limits;
  for (const int bin : service->alert_limits) {
    limits.emplace_back(alert_limit_json(service_id, bin));
  }
  call.answer(200, {{"status", "found"}, {"alert_limits", std::move(limits)}});
  return {};
}

Result<> post_alert_limit(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "alert_limit"));
  Attributes attributes{*object};
  const auto bin = attributes.number("value");
  if (attributes.checked().has_error() || !bin) {
    return catalog_error(CatalogErrc::alert_limit_invalid);
  }
  edit(call, [service_id = call.service_id(), bin = *bin](const Catalog& catalog,
                                                          InternalAnswer& answer) {
    answer.status = 201;
    answer.object = {{"status", "created"}, {"alert_limit", alert_limit_json(service_id, bin)}};
    return add_alert_limit(catalog, service_id, bin);
  });
  return {};
}

Result<> delete_alert_limit(InternalCall& call) {
  // No bin is negative, so what is no number is not found.
  const std::int64_t bin = parse_i64(call.param("value")).value_or(-1);
  edit(call, [service_id = call.service_id(), bin](const Catalog& catalog, InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_alert_limit(catalog, service_id, bin);
  });
  return {};
}

}  // namespace

void add_alert_limit_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/alert_limits[/]", get_alert_limits);
  routes.add(http::Method::post, "/services/{service}/alert_limits[/]", post_alert_limit);
  routes.add(http::Method::delete_, "/services/{service}/alert_limits/{value}[/]",
             delete_alert_limit);
}

}  // namespace mainstay::apim
