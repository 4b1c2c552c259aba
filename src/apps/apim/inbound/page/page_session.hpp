#pragma once

#include <cstdint>
#include <string_view>

#include "apps/apim/inbound/page/sessions.hpp"
#include "platform/http/request.hpp"

namespace mainstay::apim {

/// The header in which the page repeats what it was told at sign-in.
inline constexpr std::string_view csrf_header = "X-CSRF-Token";
/// What a 401 says to the page: a scheme that no browser asks its user about.
inline constexpr std::string_view page_challenge = "Session realm=\"apim\"";

/// Over TLS a name that browsers give nobody else's cookie: set by this host, for all of it, for
/// TLS alone.
std::string_view session_cookie_name(const http::Request& request);
/// The session's token; empty without one.
std::string_view session_token(const http::Request& request);

enum class Admission : std::uint8_t {
  passes,
  no_session,
  foreign  // a session, but another site's request or, for a change, no token
};
/// Of a request without Basic credentials. `changes`: it needs the token in `csrf_header` too.
Admission admit(Sessions& sessions, const http::Request& request, bool changes);

}  // namespace mainstay::apim
