#include "apps/clusters/access.hpp"

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/ports/audit_log.hpp"
#include "apps/clusters/roles.hpp"
#include "base/text.hpp"
#include "platform/auth/domain/rate_limits.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/same_origin.hpp"
#include "platform/json/json.hpp"
#include "platform/program/errc.hpp"
#include "platform/program/listeners.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

constexpr Seconds rate_window{60};
constexpr std::size_t remembered_askers_max = 10'000;
constexpr Seconds tenure_looked_at_every{30};

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

bool changes_something(const http::Request& request) {
  return request.method != http::Method::get && request.method != http::Method::head;
}

/// What a problem document says; handlers have written it when they return.
std::string detail_of(const http::Response& response) {
  const auto problem = json::parse(response.body());
  const std::string* const detail = problem.has_value() ? problem->find_string("detail") : nullptr;
  return detail == nullptr ? std::string{} : *detail;
}

/// Whether the credentials that began a stream are still good: asked again every half a minute,
/// and at once when this process has forgotten some. Any thread.
class Tenure : public std::enable_shared_from_this<Tenure> {
 public:
  Tenure(auth::Guard& guard, const Clock& clock, const http::Request& request,
         std::string_view role)
      : guard_(guard),
        clock_(clock),
        authorization_(request.header("authorization")),
        cookie_(request.header("cookie")),
        role_(role),
        generation_(guard.generation()),
        look_at_(clock.steady() + tenure_looked_at_every) {}

  bool holds() {
    const SteadyTime now = clock_.steady();
    const std::uint64_t generation = guard_.generation();
    if (generation_.exchange(generation) != generation || now >= look_at_.load()) {
      look_at_ = now + tenure_looked_at_every;
      ask();
    }
    return !is_over_;
  }

 private:
  /// A store that cannot answer ends nothing.
  void ask() {
    const http::Header headers[] = {{"Authorization", authorization_}, {"Cookie", cookie_}};
    http::Request request;
    request.headers = std::span{headers}.subspan(authorization_.empty() ? 1 : 0);
    request.at = clock_.wall();
    guard_.identify(request,
                    [self = shared_from_this()](Result<std::shared_ptr<const auth::Caller>> found) {
                      if (found.has_error()) return;
                      if (*found == nullptr || !(*found)->has_role(self->role_))
                        self->is_over_ = true;
                    });
  }

  auth::Guard& guard_;
  const Clock& clock_;
  const std::string authorization_, cookie_;
  const std::string_view role_;  // a literal
  std::atomic<std::uint64_t> generation_;
  std::atomic<SteadyTime> look_at_;
  std::atomic<bool> is_over_{false};
};

auth::Rate a_minute(const settings::Settings& settings, std::string_view key) {
  return {.burst = settings.integer(key), .window = rate_window};
}

}  // namespace

/// What stands between knowing who asks for a change and the handler.
struct Access::Doorkeeper {
  Doorkeeper(const settings::Settings& settings, const Clock& time, AuditLog* log)
      : changes(a_minute(settings, "apps.clusters.changes_per_minute"), remembered_askers_max),
        seals(a_minute(settings, "apps.clusters.seals_per_minute"), remembered_askers_max),
        clock(time),
        audit(log) {}

  void note(const Asker& asker, std::string call, std::string reason) const;
  void pass(std::string_view role, Handler& handler, const http::Request& request,
            http::Response& response, const Asker& asker);

  auth::RateLimits changes;
  auth::RateLimits seals;
  const Clock& clock;
  AuditLog* const audit;
};

/// What cannot be written down is not, and the refusal stands.
void Access::Doorkeeper::note(const Asker& asker, std::string call, std::string reason) const {
  if (audit == nullptr) return;
  AuditEntry entry;
  entry.actor = asker.person();
  entry.action = "call.refused";
  entry.outcome = "refused";
  entry.more = {{"call", std::move(call)}, {"reason", std::move(reason)}};
  audit->append(std::move(entry), [](Result<>) {});
}

void Access::Doorkeeper::pass(std::string_view role, Handler& handler, const http::Request& request,
                              http::Response& response, const Asker& asker) {
  const bool seals_something = role == secrets_role;
  const Seconds wait = (seals_something ? seals : changes).take(asker.name, request.at);
  if (wait > Seconds{0}) {
    response.header("Retry-After", std::to_string(wait.count()));
    response.promise_nothing();
    return http::refuse_problem(
        response,
        Error{Errc::too_many_requests, seals_something ? "apps.clusters.seals_per_minute"
                                                       : "apps.clusters.changes_per_minute"});
  }
  if (!role.empty() && !asker.may(role)) {
    const Error error{auth::Errc::role_missing, "the role " + std::string{role}};
    note(asker, call_of(request), error.message());
    return auth::refuse(response, error);
  }
  handler(request, response, asker);
  // One that is answered later has no status yet.
  if (response.status() == 403) note(asker, call_of(request), detail_of(response));
}

std::string call_of(const http::Request& request) {
  constexpr std::size_t shown_max = 200;
  return std::string{http::to_text(request.method)} + " " +
         repaired_utf8(request.path.substr(0, shown_max));
}

bool Asker::may(std::string_view role) const {
  return may_everything || std::ranges::find(roles, role) != roles.end();
}

std::string Asker::person() const { return email.empty() ? name : name + " <" + email + ">"; }

Result<> check_may(const Asker& asker, std::string_view role, std::string_view what) {
  if (asker.may(role)) return {};
  return Error{Errc::permission_missing, std::string{what}.append(" needs the role ").append(role)};
}

Access::Access(auth::Guard* guard, const settings::Settings& settings, const Clock& clock,
               AuditLog* audit)
    : guard_(guard),
      is_open_(settings.text("apps.clusters.access") == "open"),
      keeper_(std::make_shared<Doorkeeper>(settings, clock, audit)) {}

Result<> Access::check() const {
  if (is_open_ || guard_ != nullptr) return {};
  return Error{ApplicationErrc::setting,
               "apps.clusters.access is roles, but this program has no accounts; set it to open"};
}

http::Handler Access::require(std::string_view role, Handler handler) const {
  if (is_open_) return open_door(std::move(handler));
  // Who reads needs the guard alone, which knows most callers already.
  auth::Guard::Need need;
  need.role = role;
  auto shared = std::make_shared<Handler>(std::move(handler));
  auto reads = guard_->require(
      std::move(need),
      [shared](const http::Request& request, http::Response& response, const auth::Caller& caller) {
        (*shared)(request, response, asker_of(caller));
      });
  auto changes = guard_->require(
      {}, [keeper = keeper_, role, shared](const http::Request& request, http::Response& response,
                                           const auth::Caller& caller) {
        keeper->pass(role, *shared, request, response, asker_of(caller));
      });
  return [reads = std::move(reads), changes = std::move(changes)](const http::Request& request,
                                                                  http::Response& response) {
    if (changes_something(request)) return changes(request, response);
    reads(request, response);
  };
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

http::Handler Access::require_stream(std::string_view role, Handler handler) const {
  if (is_open_) return open_door(std::move(handler));
  auth::Guard::Need need;
  need.role = role;
  return guard_->require(
      std::move(need),
      [handler = std::move(handler), role, guard = guard_, keeper = keeper_](
          const http::Request& request, http::Response& response, const auth::Caller& caller) {
        Asker asker = asker_of(caller);
        auto tenure = std::make_shared<Tenure>(*guard, keeper->clock, request, role);
        asker.is_still_admitted = [tenure] { return tenure->holds(); };
        handler(request, response, asker);
      });
}

void Access::note_refusal(const Asker& asker, std::string call, const Error& error) const {
  keeper_->note(asker, std::move(call), error.message());
}

}  // namespace mainstay::clusters
