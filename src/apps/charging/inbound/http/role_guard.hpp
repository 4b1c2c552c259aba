#pragma once

#include <string_view>

#include "apps/charging/roles.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

// Roles of the network (roles.hpp): whoever has the admin's has all of them.
bool may(const auth::Caller& caller, std::string_view role);
/// 403 `role_missing` unless the caller may.
bool refuse_without(http::Response& response, const auth::Caller& caller, std::string_view role);
/// A route for those who may; else 401 `sign_in_required`, 403 `role_missing`.
http::Handler require_role(auth::Guard& guard, std::string_view role, auth::Guard::Handler handler);

}  // namespace mainstay::charging
