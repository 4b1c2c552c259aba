#include "apps/exchange/inbound/page/page.hpp"

#include <memory>
#include <string_view>
#include <utility>

#include "platform/auth/guard.hpp"
#include "platform/http/page_assets.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
}  // namespace web

namespace {

using Found = Result<std::shared_ptr<const auth::Caller>>;

void answer_nobody(http::Response& response, bool can_sign_in) {
  response.body() = json::dump(json::Object{{"signed_in", false}, {"can_sign_in", can_sign_in}});
}

void answer_caller(http::Response& response, const auth::Caller& caller) {
  json::Array roles;
  for (const std::string& role : caller.roles) roles.emplace_back(role);
  response.body() = json::dump(
      json::Object{{"signed_in", true}, {"name", caller.name}, {"roles", std::move(roles)}});
}

void begin(http::Response& response) {
  response.promise_nothing();
  response.content_type("application/json");
  response.header_block("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
}

void answer_session(http::Response& response, const Found& found) {
  if (found.has_error()) return auth::refuse(response, found.error(), Seconds{1});
  begin(response);
  if (*found == nullptr) return answer_nobody(response, true);
  answer_caller(response, **found);
}

void get_session(auth::Guard* guard, const http::Request& request, http::Response& response) {
  if (guard == nullptr || auth::session_token_of(request).empty() || !http::is_from_here(request)) {
    begin(response);
    return answer_nobody(response, guard != nullptr);
  }
  auto later = std::make_shared<http::Deferred>(response.defer());
  guard->identify(request, [later](Found found) {
    later->complete(
        [found = std::move(found)](http::Response& late) { answer_session(late, found); });
  });
}

}  // namespace

void register_page(http::Router& router, auth::Guard* guard) {
  http::add_page(router, "/exchange", "exchange.html", web::asset);
  router.add(http::Method::get, "/exchange/session",
             [guard](const http::Request& request, http::Response& response) {
               get_session(guard, request, response);
             });
}

}  // namespace mainstay::exchange
