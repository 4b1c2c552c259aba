#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// Who asks: for decisions, pull requests and the audit log.
struct Asker {
  std::string name;   // of a user; "local" where nobody is asked who they are
  std::string email;  // empty when unknown
  std::vector<std::string> roles = {};
  bool may_everything = false;

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
  /// `guard`: null in a product without users.
  Access(auth::Guard* guard, const settings::Settings& settings);

  /// A setting error when accounts are wanted and there are none.
  [[nodiscard]] Result<> check() const;

  using Handler = UniqueFunction<void(const http::Request&, http::Response&, const Asker&)>;
  /// 401, 403 or what the handler answers. `role`: a literal of roles.hpp; empty: any account.
  [[nodiscard]] http::Handler require(std::string_view role, Handler handler) const;
  /// The same for what carries secrets: 403 tls_required unless TLS or the peer is this machine.
  [[nodiscard]] http::Handler require_private(std::string_view role, Handler handler) const;

 private:
  auth::Guard* guard_;
  bool is_open_;
};

}  // namespace mainstay::clusters
