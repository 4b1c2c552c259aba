#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/inbound/http/application_json.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {

json::Object application_json(const ServiceId& service_id, const Application& application) {
  return {{"service_id", service_id.get()},
          {"id", application.id.get()},
          {"state", application.state},
          {"plan_id", text_or_null(application.plan_id.get())},
          {"plan_name", text_or_null(application.plan_name)},
          {"redirect_url", text_or_null(application.redirect_url)}};
}

ApplicationChange read_application(Attributes& attributes) {
  ApplicationChange change;
  change.state = attributes.text("state");
  change.plan_id = attributes.id<PlanId>("plan_id");
  change.plan_name = attributes.text("plan_name");
  change.redirect_url = attributes.text("redirect_url");
  return change;
}

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

template <class Range, class Text>
json::Array texts(const Range& range, Text text_of) {
  json::Array out;
  for (const auto& one : range) out.emplace_back(text_of(one));
  return out;
}

/// What proves who calls, and from where: for whoever asks with credentials=1.
void add_credentials(const Service& service, const Application& application, json::Object& out) {
  const auto get = [](const auto& id) { return id.get(); };
  const auto* user_keys = service.user_keys_of.find(application.id.get());
  out.emplace_back("user_keys", user_keys != nullptr ? texts(*user_keys, get) : json::Array{});
  out.emplace_back("application_keys", texts(application.keys, get));
  out.emplace_back("referrer_filters",
                   texts(application.referrer_filters, [](const auto& text) { return text; }));
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

Result<> get_user_key(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  const UserKeyOwner* owner = service->user_keys.find(call.param("user_key"));
  if (owner == nullptr) return catalog_error(CatalogErrc::application_key_not_found);
  call.answer(200, {{"status", "found"},
                    {"application", json::Object{{"id", owner->application_id.get()}}}});
  return {};
}

Result<> put_user_key_route(InternalCall& call) {
  edit(call, [service_id = call.service_id(), id = call.application_id(),
              user_key = UserKey{call.param("user_key")}](const Catalog& catalog,
                                                          InternalAnswer& answer) {
    answer.object = {{"status", "modified"}, {"application", json::Object{{"id", id.get()}}}};
    return put_user_key(catalog, service_id, user_key, id);
  });
  return {};
}

Result<> delete_user_key(InternalCall& call) {
  edit(call, [service_id = call.service_id(), user_key = UserKey{call.param("user_key")}](
                 const Catalog& catalog, InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_user_key(catalog, service_id, user_key);
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

  const std::string by_key = "/services/{service}/applications/key/{user_key}[/]";
  routes.add(http::Method::get, by_key, get_user_key);
  routes.add(http::Method::delete_, by_key, delete_user_key);
  routes.add(http::Method::put, "/services/{service}/applications/{application}/key/{user_key}[/]",
             put_user_key_route);
}

}  // namespace mainstay::apim
