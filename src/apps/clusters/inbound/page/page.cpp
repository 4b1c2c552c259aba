#include "apps/clusters/inbound/page/page.hpp"

#include "platform/auth/page_session.hpp"
#include "platform/http/page_assets.hpp"

namespace mainstay::clusters {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
}  // namespace web

void register_page(http::Router& router, auth::Guard* guard) {
  http::add_page(router, "/clusters", "clusters.html", web::asset);
  auth::add_page_session(router, "/clusters/session", guard);
}

}  // namespace mainstay::clusters
