#include "apps/charging/inbound/http/role_guard.hpp"

#include <string>
#include <utility>

namespace mainstay::charging {

bool may(const auth::Caller& caller, std::string_view role) {
  return caller.has_role(role) || caller.has_role(admin_role);
}

bool refuse_without(http::Response& response, const auth::Caller& caller, std::string_view role) {
  if (may(caller, role)) return false;
  response.promise_nothing();
  http::problem(response, 403, "role_missing",
                "This needs the role " + std::string{role} + ", or " + std::string{admin_role} +
                    ". `mainstay user role` gives it.");
  return true;
}

http::Handler require_role(auth::Guard& guard, std::string_view role,
                           auth::Guard::Handler handler) {
  return guard.require(
      {}, [role = std::string{role}, handler = std::move(handler)](
              const http::Request& request, http::Response& response, const auth::Caller& caller) {
        if (!refuse_without(response, caller, role)) handler(request, response, caller);
      });
}

}  // namespace mainstay::charging
