#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "base/random.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t random_key_bytes = 16;

Result<> get_keys(InternalCall& call) {
  const ServiceId service_id = call.service_id();
  MS_TRY(const Application* application,
         find_application(*call.catalog, service_id, call.application_id()));
  json::Array keys;
  for (const ApplicationKey& key : application->keys) {
    keys.emplace_back(json::Object{
        {"service_id", service_id.get()}, {"app_id", application->id.get()}, {"value", key.get()}});
  }
  call.answer(200, {{"status", "found"}, {"application_keys", std::move(keys)}});
  return {};
}

Result<ApplicationKey> read_key(const InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  std::optional<ApplicationKey> key;
  if (const json::Value* sent = body.find("application_key"); sent && !sent->is_null()) {
    MS_TRY(const json::Value* object, required_object(body, "application_key"));
    Attributes attributes{*object};
    key = attributes.id<ApplicationKey>("value");
    MS_TRY_VOID(attributes.checked());
  }
  if (!key || key->get().empty()) return ApplicationKey{secret_hex(random_key_bytes)};
  return std::move(*key);
}

Result<> post_key(InternalCall& call) {
  MS_TRY(auto key, read_key(call));
  edit(call, [service_id = call.service_id(), id = call.application_id(), key](
                 const Catalog& catalog, InternalAnswer& answer) {
    answer.status = 201;
    answer.object = {{"status", "created"},
                     {"application_key", json::Object{{"app_id", id.get()}, {"value", key.get()}}}};
    return add_application_key(catalog, service_id, id, key);
  });
  return {};
}

Result<> delete_key(InternalCall& call) {
  edit(call,
       [service_id = call.service_id(), id = call.application_id(),
        key = ApplicationKey{call.param("value")}](const Catalog& catalog, InternalAnswer& answer) {
         answer.object = {{"status", "deleted"}};
         return remove_application_key(catalog, service_id, id, key);
       });
  return {};
}

}  // namespace

void add_application_key_routes(InternalRoutes& routes) {
  const std::string all = "/services/{service}/applications/{application}/keys[/]";
  routes.add(http::Method::get, all, get_keys);
  routes.add(http::Method::post, all, post_key);
  routes.add(http::Method::delete_,
             "/services/{service}/applications/{application}/keys/{value}[/]", delete_key);
}

}  // namespace mainstay::apim
