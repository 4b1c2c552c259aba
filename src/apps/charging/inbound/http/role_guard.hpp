#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "apps/charging/roles.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"

namespace mainstay::charging {

// Roles of the network (roles.hpp): whoever has the admin's has all of them.

inline bool may(const auth::Caller& caller, std::string_view role) {
  return caller.has_role(role) || caller.has_role(admin_role);
}

/// 403 `role_missing` unless the caller may.
inline bool refuse_without(http::Response& response, const auth::Caller& caller,
                           std::string_view role) {
  if (may(caller, role)) return false;
  response.promise_nothing();
  http::problem(response, 403, "role_missing",
                "This needs the role " + std::string{role} + ", or " + std::string{admin_role} +
                    ". `mainstay user role` gives it.");
  return true;
}

/// A route for those who may; else 401 `sign_in_required`, 403 `role_missing`.
inline http::Handler require_role(auth::Guard& guard, std::string_view role,
                                  auth::Guard::Handler handler) {
  return guard.require(
      {}, [role = std::string{role}, handler = std::move(handler)](
              const http::Request& request, http::Response& response, const auth::Caller& caller) {
        if (!refuse_without(response, caller, role)) handler(request, response, caller);
      });
}

}  // namespace mainstay::charging
