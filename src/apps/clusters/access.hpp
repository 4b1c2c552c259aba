#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/router.hpp"

namespace mainstay::auth {
class Guard;
}
namespace mainstay::settings {
class Settings;
}

namespace mainstay::clusters {

class AuditLog;

/// Who asks: for decisions, pull requests and the audit log.
struct Asker {
  std::string name;   // of a user; "local" where nobody is asked who they are
  std::string email;  // empty when unknown
  std::vector<std::string> roles = {};
  bool may_everything = false;
  /// Of streams: false once the account, session or token they began with is gone, or its role.
  /// Any thread; does not block. Empty: always.
  std::function<bool()> is_still_admitted = {};

  [[nodiscard]] bool may(std::string_view role) const;
  /// "ada <ada@example.org>", or the name alone: whose a change is.
  [[nodiscard]] std::string person() const;
};

/// Errc::permission_missing, naming the role, unless they may.
Result<> check_may(const Asker& asker, std::string_view role, std::string_view what);

/// Stands in front of every route of the app. With apps.clusters.access = roles it is the guard of
/// platform/auth; with `open`, which no listener beyond loopback admits, whoever reaches us may do
/// everything, but no foreign web page: a request must be addressed to a loopback name (no DNS
/// rebinding), and one from a browser come from a page of ours. Outlives the router. Any thread.
class Access {
 public:
  /// `guard`: null in a product without users. `audit`: where refusals are written down; it
  /// outlives the router.
  Access(auth::Guard* guard, const settings::Settings& settings, const Clock& clock,
         AuditLog* audit);

  /// A setting error when accounts are wanted and there are none.
  [[nodiscard]] Result<> check() const;

  using Handler = UniqueFunction<void(const http::Request&, http::Response&, const Asker&)>;
  /// 401, 403 or what the handler answers; 429 too_many_requests for an account that changes or
  /// seals more often than the settings admit. `role`: a literal of roles.hpp; empty: any account.
  /// What changes something and is refused for a role is in the audit log.
  [[nodiscard]] http::Handler require(std::string_view role, Handler handler) const;
  /// The same for what carries secrets: 403 tls_required unless TLS or the peer is this machine.
  [[nodiscard]] http::Handler require_private(std::string_view role, Handler handler) const;
  /// The same for streams: Asker::is_still_admitted is there.
  [[nodiscard]] http::Handler require_stream(std::string_view role, Handler handler) const;

  /// For refusals that come later than the handler's end: `call` is what was asked for.
  void note_refusal(const Asker& asker, std::string call, const Error& error) const;

 private:
  struct Doorkeeper;
  auth::Guard* guard_;
  bool is_open_;
  std::shared_ptr<Doorkeeper> keeper_;  // handlers share it
};

/// "POST /api/nodegroups": what note_refusal() is told.
std::string call_of(const http::Request& request);

}  // namespace mainstay::clusters
