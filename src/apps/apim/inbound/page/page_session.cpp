#include "apps/apim/inbound/page/page_session.hpp"

#include "apps/apim/inbound/page/cookie.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

std::string_view session_cookie_name(const http::Request& request) {
  return request.tls ? "__Host-mainstay" : "mainstay";
}

std::string_view session_token(const http::Request& request) {
  return cookie_value(request.header("Cookie"), session_cookie_name(request));
}

bool is_from_here(const http::Request& request) {
  if (const auto site = request.header("Sec-Fetch-Site"); !site.empty()) {
    return site == "same-origin" || site == "none";
  }
  if (!request.has_header("Origin")) return true;
  const std::string_view origin = request.header("Origin");
  const auto host = origin.find("://");
  return host != std::string_view::npos &&
         equals_ignoring_case(origin.substr(host + 3), request.header("Host"));
}

Admission admit(Sessions& sessions, const http::Request& request, bool changes) {
  const std::string_view token = session_token(request);
  if (!sessions.use(token, request.at)) return Admission::no_session;
  if (!is_from_here(request)) return Admission::foreign;
  const bool shown =
      equals_in_constant_time(request.header(csrf_header), sessions.csrf_token(token));
  return changes && !shown ? Admission::foreign : Admission::passes;
}

}  // namespace mainstay::apim
