#include "apps/apim/inbound/http/application_json.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {

namespace {

/// put_application() or create_application().
using Put = Result<CatalogEdit> (*)(const Catalog&, const ServiceId&, const ApplicationId&,
                                    const ApplicationChange&);

Result<> put_and_answer(InternalCall& call, Put put, bool creates) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "application"));
  Attributes attributes{*object};
  const ApplicationChange change = read_application(attributes);
  MS_TRY_VOID(attributes.checked());
  edit(call,
       [=, service_id = call.service_id(), id = call.application_id()](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         const bool modifies = find_application(catalog, service_id, id).has_value();
         MS_TRY(auto made, put(catalog, service_id, id, change));
         MS_TRY(const Application* application, find_application(made.next, service_id, id));
         answer.status = creates ? 201 : 200;
         answer.object = {{"status", modifies ? "modified" : "created"},
                          {"application", application_json(service_id, *application)}};
         return made;
       });
  return {};
}

Result<> get_applications(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(auto paging, read_paging(call));
  MS_TRY(const auto credentials, call.query("credentials"));
  answer_page(call, std::move(paging), "applications", service->applications,
              [&](const Application& application) {
                json::Object shown = application_json(service->id, application);
                if (credentials == "1") add_credentials(*service, application, shown);
                return shown;
              });
  return {};
}

Result<> get_application(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(const Application* found,
         find_application(*call.catalog, service->id, call.application_id()));
  MS_TRY(const auto credentials, call.query("credentials"));
  json::Object shown = application_json(service->id, *found);
  if (credentials == "1") add_credentials(*service, *found, shown);
  call.answer(200, {{"status", "found"}, {"application", std::move(shown)}});
  return {};
}

Result<> post_application(InternalCall& call) {
  return put_and_answer(call, create_application, true);
}

Result<> put_application_route(InternalCall& call) {
  return put_and_answer(call, put_application, false);
}

Result<> delete_application(InternalCall& call) {
  edit(call, [service_id = call.service_id(), id = call.application_id()](const Catalog& catalog,
                                                                          InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_application(catalog, service_id, id);
  });
  return {};
}

}  // namespace

void add_application_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/applications[/]", get_applications);
  const std::string one = "/services/{service}/applications/{application}[/]";
  routes.add(http::Method::get, one, get_application);
  routes.add(http::Method::post, one, post_application);
  routes.add(http::Method::put, one, put_application_route);
  routes.add(http::Method::delete_, one, delete_application);
}

}  // namespace mainstay::apim
