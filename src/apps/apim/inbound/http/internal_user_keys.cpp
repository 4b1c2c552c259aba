#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

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

void add_user_key_routes(InternalRoutes& routes) {
  const std::string by_key = "/services/{service}/applications/key/{user_key}[/]";
  routes.add(http::Method::get, by_key, get_user_key);
  routes.add(http::Method::delete_, by_key, delete_user_key);
  routes.add(http::Method::put, "/services/{service}/applications/{application}/key/{user_key}[/]",
             put_user_key_route);
}

}  // namespace mainstay::apim
