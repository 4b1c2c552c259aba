#include "platform/auth/page_session.hpp"

#include <memory>
#include <string>
#include <utility>

#include "platform/http/same_origin.hpp"
#include "platform/json/json.hpp"

namespace mainstay::auth {
namespace {

using Found = Result<std::shared_ptr<const Caller>>;

void answer_nobody(http::Response& response, bool can_sign_in) {
  response.body() = json::dump(json::Object{{"signed_in", false}, {"can_sign_in", can_sign_in}});
}

void answer_caller(http::Response& response, const Caller& caller) {
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
  if (found.has_error()) return refuse(response, found.error(), Seconds{1});
  begin(response);
  if (*found == nullptr) return answer_nobody(response, true);
  answer_caller(response, **found);
}

void get_session(Guard* guard, const http::Request& request, http::Response& response) {
  if (guard == nullptr || session_token_of(request).empty() || !http::is_from_here(request)) {
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

void add_page_session(http::Router& router, std::string_view path, Guard* guard) {
  router.add(http::Method::get, path,
             [guard](const http::Request& request, http::Response& response) {
               get_session(guard, request, response);
             });
}

}  // namespace mainstay::auth
