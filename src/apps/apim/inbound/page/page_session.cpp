#include "apps/apim/inbound/page/page_session.hpp"

#include "base/text.hpp"
#include "platform/http/cookie.hpp"
#include "platform/http/same_origin.hpp"

namespace mainstay::apim {

std::string_view session_cookie_name(const http::Request& request) {
  return request.tls ? "__Host-mainstay" : "mainstay";
}

std::string_view session_token(const http::Request& request) {
  return http::cookie_value(request.header("Cookie"), session_cookie_name(request));
}

Admission admit(Sessions& sessions, const http::Request& request, bool changes) {
  const std::string_view token = session_token(request);
  if (!sessions.use(token, request.at)) return Admission::no_session;
  if (!http::is_from_here(request)) return Admission::foreign;
  const bool shown =
      equals_in_constant_time(request.header(csrf_header), sessions.csrf_token(token));
  return changes && !shown ? Admission::foreign : Admission::passes;
}

}  // namespace mainstay::apim
