#include "apps/apim/catalog_service.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/paging.hpp"
#include "apps/apim/inbound/http/service_body.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"

namespace mainstay::apim {
namespace {

json::Object service_json(const Catalog& catalog, const ServiceId& id) {
  const Service& service = *catalog.services.find(id.get());
  json::Object out{{"id", service.id.get()},
                   {"state", service.is_active() ? "active" : "suspended"},
                   {"provider_key", service.provider_key.get()},
                   {"backend_version", text_or_null(service.backend_version)},
                   {"referrer_filters_required", service.referrer_filters_required},
                   {"default_service", is_default_service(catalog, service)}};
  // Only where it is set: clients of the original do not know it.
  if (service.zone != nullptr) out.emplace_back("timezone", service.zone->name());
  return out;
}

/// On the store's writer: the first look at a zone reads a file.
Result<CatalogEdit> put_and_answer(InternalApi& api, const Catalog& catalog, const ServiceId& id,
                                   const ServiceBody& body, std::string_view status,
                                   InternalAnswer& answer) {
  ServiceChange change = body.change;
  if (body.timezone) {
    MS_TRY(change.zone, time_zone(api, *body.timezone));
  }
  MS_TRY(auto made, put_service(catalog, id, change));
  answer.object = {{"service", service_json(made.next, id)}, {"status", status}};
  return made;
}

Result<> get_services(InternalCall& call) {
  MS_TRY(auto paging, read_paging(call));
  answer_page(call, std::move(paging), "services", call.catalog->services,
              [&](const Service& service) { return service_json(*call.catalog, service.id); });
  return {};
}

Result<> get_service(InternalCall& call) {
  const ServiceId id = call.service_id();
  if (call.catalog->services.find(id.get()) == nullptr) {
    call.answer(404, {{"error", "not_found"}});
    return {};
  }
  call.answer(200, {{"status", "found"}, {"service", service_json(*call.catalog, id)}});
  return {};
}

Result<> post_service(InternalCall& call) {
  MS_TRY(auto body, read_service(call));
  if (!body.id) return missing_parameter("id");
  edit(call, [body, &api = call.api](const Catalog& catalog, InternalAnswer& answer) {
    answer.status = 201;
    return put_and_answer(api, catalog, *body.id, body, "created", answer);
  });
  return {};
}

/// Changes the service of the path; when there is none, makes the one of the body.
Result<> put_service_route(InternalCall& call) {
  MS_TRY(auto body, read_service(call));
  edit(call,
       [body, path_id = call.service_id(), &api = call.api](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         ServiceId id = body.id.value_or(path_id);
         if (catalog.services.find(path_id.get()) != nullptr && id != path_id) {
           return value_invalid("parameter 'id'", "must be the one in the path");
         }
         return put_and_answer(api, catalog, id, body, "ok", answer);
       });
  return {};
}

Result<> put_provider_key(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  Attributes attributes{body};
  const auto new_key = attributes.id<ProviderKey>("new_key").value_or(ProviderKey{});
  MS_TRY_VOID(attributes.checked());
  edit(call, [old_key = ProviderKey{call.param("key")}, new_key](const Catalog& catalog,
                                                                 InternalAnswer& answer) {
    answer.object = {{"status", "ok"}};
    return change_provider_key(catalog, old_key, new_key);
  });
  return {};
}

Result<> delete_service(InternalCall& call) {
  const ServiceId id = call.service_id();
  edit(
      call,
      [id](const Catalog& catalog, InternalAnswer& answer) {
        answer.object = {{"status", "deleted"}};
        return remove_service(catalog, id);
      },
      [&api = call.api, id] {
        // The next service of this name starts from nothing: nobody who still knows this one
        // counts behind its erasure.
        api.catalog.wait_for_readers();
        api.counters.erase_service(id.get());
        api.errors.clear(id.get());
        api.marks.erase_service(id.get());
      });
  return {};
}

}  // namespace

void add_service_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services[/]", get_services);
  routes.add(http::Method::post, "/services[/]", post_service);
  routes.add(http::Method::get, "/services/{service}[/]", get_service);
  routes.add(http::Method::put, "/services/{service}[/]", put_service_route);
  routes.add(http::Method::delete_, "/services/{service}[/]", delete_service);
  routes.add(http::Method::put, "/services/change_provider_key/{key}[/]", put_provider_key);
}

}  // namespace mainstay::apim
