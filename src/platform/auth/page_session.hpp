#pragma once

#include <string_view>

#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::auth {

/// GET `path` tells a page who looks at it, by the session's cookie; nobody is no failure:
/// `{"signed_in":true,"name":"ada","roles":["exchange"]}`, or
/// `{"signed_in":false,"can_sign_in":true}`. `guard`: null where there are no accounts; else it
/// outlives the router.
void add_page_session(http::Router& router, std::string_view path, Guard* guard);

}  // namespace mainstay::auth
