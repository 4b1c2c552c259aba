#include <algorithm>

#include "apps/apim/domain/credential_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

Result<> get_filters(InternalCall& call) {
  MS_TRY(const Application* application,
         find_application(*call.catalog, call.service_id(), call.application_id()));
  json::Array filters;
  for (const std::string& filter : application->referrer_filters) filters.emplace_back(filter);
  call.answer(200, {{"status", "found"}, {"referrer_filters", std::move(filters)}});
  return {};
}

Result<> post_filter(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  Attributes attributes{body};
  const std::string filter = attributes.text("referrer_filter").value_or("");
  MS_TRY_VOID(attributes.checked());
  edit(call, [service_id = call.service_id(), id = call.application_id(), filter](
                 const Catalog& catalog, InternalAnswer& answer) {
    answer.status = 201;
    answer.object = {{"status", "created"}, {"referrer_filter", filter}};
    return add_referrer_filter(catalog, service_id, id, filter);
  });
  return {};
}

/// The filter that a path segment means: URL-safe base64 of one that is there, else the segment
/// itself.
std::string named_filter(const Application& application, std::string_view segment) {
  const auto& filters = application.referrer_filters;
  if (const auto decoded = base64url_decode(segment)) {
    if (std::ranges::binary_search(filters, *decoded)) return *decoded;
  }
  return std::string{segment};
}

Result<> delete_filter(InternalCall& call) {
  edit(call,
       [service_id = call.service_id(), id = call.application_id(), segment = call.param("value")](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         MS_TRY(const Application* application, find_application(catalog, service_id, id));
         answer.object = {{"status", "deleted"}};
         return remove_referrer_filter(catalog, service_id, id,
                                       named_filter(*application, segment));
       });
  return {};
}

}  // namespace

void add_referrer_filter_routes(InternalRoutes& routes) {
  const std::string all = "/services/{service}/applications/{application}/referrer_filters[/]";
  routes.add(http::Method::get, all, get_filters);
  routes.add(http::Method::post, all, post_filter);
  routes.add(http::Method::delete_,
             "/services/{service}/applications/{application}/referrer_filters/{value}[/]",
             delete_filter);
}

}  // namespace mainstay::apim
