#include "apps/exchange/inbound/page/page.hpp"

#include "platform/auth/page_session.hpp"
#include "platform/http/page_assets.hpp"

namespace mainstay::exchange {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
}  // namespace web

void register_page(http::Router& router, auth::Guard* guard) {
  http::add_page(router, "/exchange", "exchange.html", web::asset);
  auth::add_page_session(router, "/exchange/session", guard);
}

}  // namespace mainstay::exchange
