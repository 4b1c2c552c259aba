#include "apps/clusters/access.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/listeners.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

/// "localhost:3000", "127.0.0.1", "[::1]:3000".
bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && is_loopback(host.substr(1, end - 1));
  }
  host = host.substr(0, host.rfind(':'));
  return host == "localhost" || is_loopback(host);
}

bool is_within_machine(const http::Request& request) {
  return request.peer == "::ffff:127.0.0.1" || is_loopback(request.peer);
}

http::Handler open_door(Access::Handler handler) {
  return [handler = std::move(handler)](const http::Request& request,
                                        http::Response& response) mutable {
    if (!is_within_machine(request) || !is_loopback_host(request.header("host")) ||
        !http::is_from_here(request)) {
      return http::refuse_problem(
          response, Error{Errc::permission_missing,
                          "without accounts only this machine may ask, by a loopback address and "
                          "from no foreign page"});
    }
    Asker local;
    local.name = "local";
    local.may_everything = true;
    handler(request, response, local);
  };
}

Asker asker_of(const auth::Caller& caller) {
  Asker asker;
  asker.name = caller.name;
  asker.email = caller.email;
  asker.roles = caller.roles;
  return asker;
}

}  // namespace

bool Asker::may(std::string_view role) const {
  return may_everything || std::ranges::find(roles, role) != roles.end();
}

std::string Asker::person() const { return email.empty() ? name : name + " <" + email + ">"; }

Result<> check_may(const Asker& asker, std::string_view role, std::string_view what) {
  if (asker.may(role)) return {};
  return Error{Errc::permission_missing, std::string{what}.append(" needs the role ").append(role)};
}

Access::Access(auth::Guard* guard, const settings::Settings& settings)
    : guard_(guard), is_open_(settings.text("apps.clusters.access") == "open") {}

Result<> Access::check() const {
  if (is_open_ || guard_ != nullptr) return {};
  return Error{ApplicationErrc::setting,
               "apps.clusters.access is roles, but this program has no accounts; set it to open"};
}

http::Handler Access::require(std::string_view role, Handler handler) const {
  if (is_open_) return open_door(std::move(handler));
  auth::Guard::Need need;
  need.role = role;
  return guard_->require(
      std::move(need),
      [handler = std::move(handler)](const http::Request& request, http::Response& response,
                                     const auth::Caller& caller) mutable {
        handler(request, response, asker_of(caller));
      });
}

http::Handler Access::require_private(std::string_view role, Handler handler) const {
  return require(
      role, [handler = std::move(handler)](const http::Request& request, http::Response& response,
                                           const Asker& asker) mutable {
        if (!request.tls && !is_within_machine(request)) {
          return http::refuse_problem(response, Error{Errc::tls_required});
        }
        handler(request, response, asker);
      });
}

}  // namespace mainstay::clusters
