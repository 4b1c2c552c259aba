#include "platform/auth/answer.hpp"

#include <string>
#include <vector>

#include "platform/auth/guard.hpp"

namespace mainstay::auth {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
std::vector<std::string_view> asset_names();
}  // namespace web

namespace {

/// No scripts, nothing from elsewhere, no frames. The referrer stays inside: addresses hold tokens.
constexpr std::string_view page_headers =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n";
constexpr std::string_view cookie_attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

void set_session_cookie(http::Response& response, const Outcome::Cookie& cookie) {
  std::string text{session_cookie};
  text.append("=").append(cookie.token).append(cookie_attributes);
  if (cookie.token.empty()) {
    text.append("; Max-Age=0");
  } else if (cookie.max_age > Seconds{0}) {
    text.append("; Max-Age=").append(std::to_string(cookie.max_age.count()));
  }
  response.header("Set-Cookie", text);
}

}  // namespace

void answer(http::Response& response, const Call& call, const Outcome& outcome) {
  response.promise_nothing();  // what changed was committed before
  if (outcome.cookie) set_session_cookie(response, *outcome.cookie);
  if (call.retry_after > Seconds{0}) {
    response.header("Retry-After", std::to_string(call.retry_after.count()));
  }
  if (call.is_json) {
    response.status(outcome.status);
    response.content_type("application/json");
    response.header_block("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    json::append(response.body(), outcome.json);
    return;
  }
  response.header_block(page_headers);
  if (outcome.page.empty()) {
    response.status(303);
    response.header("Location", outcome.location);
    return;
  }
  response.status(outcome.status);
  response.content_type("text/html; charset=utf-8");
  response.body().append(outcome.page);
}

void answer_asset(http::Response& response, std::string_view name) {
  response.promise_nothing();
  const std::string_view text = name.ends_with(".css") ? web::asset(name) : std::string_view{};
  if (text.empty()) return http::problem(response, 404, "not_found", "there is no such file");
  response.content_type("text/css; charset=utf-8");
  response.header_block("Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n");
  response.body().append(text);
}

void set_form_cookie(http::Response& response, std::string_view token) {
  std::string text{form_cookie};
  response.header("Set-Cookie", text.append("=").append(token).append(cookie_attributes));
}

}  // namespace mainstay::auth
