#include "apps/apim/domain/webhook_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "base/text.hpp"
#include "platform/http/client_url.hpp"

namespace mainstay::apim {
namespace {

/// Nothing on the service's own route.
std::optional<ApplicationId> application_of(const InternalCall& call) {
  ApplicationId id = call.application_id();
  if (id.get().empty()) return std::nullopt;
  return id;
}

/// The secret is told to nobody who does not know it.
json::Object webhook_json(const ServiceId& service_id, const std::optional<ApplicationId>& id,
                          const AlertWebhook& webhook) {
  json::Object out{{"service_id", service_id.get()}};
  if (id) out.emplace_back("application_id", id->get());
  out.emplace_back("url", webhook.url);
  out.emplace_back("secret", masked(webhook.secret));
  return out;
}

Result<const AlertWebhook*> find_webhook(const Catalog& catalog, const ServiceId& service_id,
                                         const std::optional<ApplicationId>& id) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  const AlertWebhook* found = service->alert_webhook.get();
  if (id) {
    MS_TRY(const Application* application, find_application(catalog, service_id, *id));
    found = application->alert_webhook.get();
  }
  if (found == nullptr) return catalog_error(CatalogErrc::alert_webhook_not_found);
  return found;
}

Result<> get_webhook(InternalCall& call) {
  const auto id = application_of(call);
  MS_TRY(const AlertWebhook* found, find_webhook(*call.catalog, call.service_id(), id));
  call.answer(
      200, {{"status", "found"}, {"alert_webhook", webhook_json(call.service_id(), id, *found)}});
  return {};
}

Result<> put_webhook(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "alert_webhook"));
  Attributes attributes{*object};
  WebhookChange change{attributes.text("url").value_or(""), attributes.text("secret")};
  MS_TRY_VOID(attributes.checked());
  if (change.url.empty()) return missing_parameter("url");
  if (const auto url = http::parse_client_url(change.url); url.has_error()) {
    return value_invalid("url", "is invalid: " + url.error().detail());
  }
  edit(call,
       [service_id = call.service_id(), id = application_of(call), change](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         MS_TRY(auto made, put_alert_webhook(catalog, service_id, id, change));
         MS_TRY(const AlertWebhook* found, find_webhook(made.next, service_id, id));
         answer.object = {{"status", "modified"},
                          {"alert_webhook", webhook_json(service_id, id, *found)}};
         return made;
       });
  return {};
}

Result<> delete_webhook(InternalCall& call) {
  edit(call, [service_id = call.service_id(), id = application_of(call)](const Catalog& catalog,
                                                                         InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_alert_webhook(catalog, service_id, id);
  });
  return {};
}

}  // namespace

void add_alert_webhook_routes(InternalRoutes& routes) {
  for (const std::string place :
       {"/services/{service}/alert_webhook[/]",
        "/services/{service}/applications/{application}/alert_webhook[/]"}) {
    routes.add(http::Method::get, place, get_webhook);
    routes.add(http::Method::put, place, put_webhook);
    routes.add(http::Method::delete_, place, delete_webhook);
  }
}

}  // namespace mainstay::apim
