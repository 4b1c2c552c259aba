#include "apps/apim/domain/token_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

Result<> head_token(InternalCall& call) {
  const bool found = call.catalog->has_token(call.param("token"), call.param("service"));
  call.answer_text(found ? 200 : 404, "");
  return {};
}

Result<> get_provider_key(InternalCall& call) {
  const Service* service = call.catalog->services.find(call.param("service"));
  if (service == nullptr || !call.catalog->has_token(call.param("token"), call.param("service"))) {
    return catalog_error(CatalogErrc::token_not_found);
  }
  call.answer(200, {{"status", "found"}, {"provider_key", service->provider_key.get()}});
  return {};
}

/// Null, after the answer was given, when the body has no tokens.
Result<const json::Value*> find_tokens(const InternalCall& call, const json::Value& body) {
  const json::Value* tokens = body.find("service_tokens");
  if (tokens != nullptr && !tokens->is_null()) return tokens;
  call.answer(400, {{"error", "missing parameter 'service_tokens'"}});
  return nullptr;
}

Result<> post_tokens(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* tokens, find_tokens(call, body));
  if (tokens == nullptr) return {};
  const json::Object* map = tokens->if_object();
  if (map == nullptr) return wrong_type("service_tokens", "an object");
  std::vector<TokenGrant> grants;
  for (const auto& [token, info] : *map) {
    Attributes attributes{info};
    const auto service_id = attributes.id<ServiceId>("service_id");
    MS_TRY_VOID(attributes.checked());
    grants.push_back({ServiceToken{token}, service_id.value_or(ServiceId{})});
  }
  edit(call, [grants = std::move(grants)](const Catalog& catalog, InternalAnswer& answer) {
    answer.status = 201;
    answer.object = {{"status", "created"}};
    return add_service_tokens(catalog, grants);
  });
  return {};
}

Result<> delete_tokens(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* tokens, find_tokens(call, body));
  if (tokens == nullptr) return {};
  const json::Array* list = tokens->if_array();
  if (list == nullptr) return wrong_type("service_tokens", "a list of objects");
  std::vector<TokenGrant> grants;
  for (const json::Value& pair : *list) {
    Attributes attributes{pair};
    const auto token = attributes.id<ServiceToken>("service_token");
    const auto service_id = attributes.id<ServiceId>("service_id");
    MS_TRY_VOID(attributes.checked());
    grants.push_back({token.value_or(ServiceToken{}), service_id.value_or(ServiceId{})});
  }
  edit(call,
       [grants = std::move(grants)](const Catalog& catalog,
                                    InternalAnswer& answer) -> Result<CatalogEdit> {
         MS_TRY(auto removed, remove_service_tokens(catalog, grants));
         answer.object = {{"status", "deleted"},
                          {"count", static_cast<std::int64_t>(removed.row_count())}};
         return removed;
       });
  return {};
}

}  // namespace

void add_service_token_routes(InternalRoutes& routes) {
  routes.add(http::Method::head, "/service_tokens/{token}/{service}[/]", head_token);
  routes.add(http::Method::get, "/service_tokens/{token}/{service}/provider_key[/]",
             get_provider_key);
  routes.add(http::Method::post, "/service_tokens[/]", post_tokens);
  routes.add(http::Method::delete_, "/service_tokens[/]", delete_tokens);
}

}  // namespace mainstay::apim
