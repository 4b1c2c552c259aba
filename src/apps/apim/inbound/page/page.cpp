#include "apps/apim/inbound/page/page.hpp"

#include <string>
#include <utility>

#include "apps/apim/inbound/page/page_session.hpp"
#include "base/random.hpp"
#include "platform/http/page_assets.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
}  // namespace web

namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::string_view session_headers =
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

/// The session's cookie; `token` empty takes it away.
void set_cookie(const http::Request& request, http::Response& response, std::string_view token) {
  std::string cookie{session_cookie_name(request)};
  cookie.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Strict");
  if (request.tls) cookie.append("; Secure");
  if (token.empty()) cookie.append("; Max-Age=0");
  response.header("Set-Cookie", cookie);
}

void refuse_foreign(http::Response& response) {
  http::problem(response, 403, "foreign_request",
                "refused: it does not come from this page; reload the page and try again");
}

}  // namespace

void Page::register_routes(http::Router& router) {
  http::add_page(router, "/apim", "apim.html", web::asset);
  const auto add = [&](http::Method method,
                       void (Page::*handler)(const http::Request&, http::Response&)) {
    router.add(method, "/apim/session",
               [this, handler](const http::Request& request, http::Response& response) {
                 response.promise_nothing();
                 response.header_block(session_headers);
                 (this->*handler)(request, response);
               });
  };
  add(http::Method::get, &Page::get_session);
  add(http::Method::post, &Page::sign_in);
  add(http::Method::delete_, &Page::sign_out);
}

/// 200 without a session too: to ask is no failure.
void Page::get_session(const http::Request& request, http::Response& response) {
  if (admit(sessions_, request, false) == Admission::passes) {
    return answer_session(response, session_token(request));
  }
  response.content_type("application/json");
  response.body() = R"({"signed_in":false})";
}

void Page::sign_in(const http::Request& request, http::Response& response) {
  if (!http::is_from_here(request)) return refuse_foreign(response);
  if (!credentials_.set()) {
    return http::problem(response, 403, "credentials_not_set",
                         "apps.apim.internal_user and apps.apim.internal_password are not set: "
                         "nobody can sign in");
  }
  const auto body = json::parse(request.body);
  const std::string* user = body.has_value() ? body->find_string("user") : nullptr;
  const std::string* password = body.has_value() ? body->find_string("password") : nullptr;
  if (user == nullptr || password == nullptr) {
    return http::problem(response, 400, "bad_request",
                         "the body must be a JSON object with user and password, two strings");
  }
  if (const Seconds wait = attempts_.begin(request.peer, request.at); wait > Seconds{0}) {
    response.header("Retry-After", std::to_string(wait.count()));
    return http::problem(response, 429, "too_many_attempts",
                         "too many attempts to sign in from your address; try again in " +
                             std::to_string(wait.count()) + " seconds");
  }
  if (!matches(credentials_, *user, *password)) {
    response.header("WWW-Authenticate", page_challenge);
    return http::problem(response, 401, "sign_in_refused", "the user or the password is wrong");
  }
  attempts_.succeeded(request.peer);
  if (const auto before = session_token(request); !before.empty()) sessions_.close(before);
  const std::string token = secret_hex(token_bytes);
  sessions_.open(token, request.at);
  set_cookie(request, response, token);
  answer_session(response, token);
}

void Page::sign_out(const http::Request& request, http::Response& response) {
  switch (admit(sessions_, request, true)) {
    case Admission::foreign:
      return refuse_foreign(response);
    case Admission::passes:
      sessions_.close(session_token(request));
      break;
    case Admission::no_session:
      break;
  }
  set_cookie(request, response, {});
  response.status(204);
}

void Page::answer_session(http::Response& response, std::string_view token) const {
  response.content_type("application/json");
  response.body() = json::dump(json::Object{{"signed_in", true},
                                            {"user", credentials_.user},
                                            {"csrf_token", sessions_.csrf_token(token)}});
}

}  // namespace mainstay::apim
