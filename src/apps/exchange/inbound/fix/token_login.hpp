#pragma once

#include "apps/exchange/accounts.hpp"
#include "apps/exchange/inbound/fix/login.hpp"
#include "platform/auth/domain/rate_limits.hpp"
#include "platform/auth/guard.hpp"

namespace mainstay::exchange::fix {

/// Users of the kit: Username (553) is the account's name or e-mail address, Password (554) one of
/// its API tokens. Attempts that fail are counted by name and by client. Any thread; outlives the
/// store's answers.
class TokenLogin final : public Login {
 public:
  TokenLogin(auth::Guard& guard, Accounts& accounts) : guard_(guard), accounts_(accounts) {}
  void check(LoginRequest request, SystemTime now, Done done) override;

 private:
  /// `limits` are given back what the attempt took, when it was right or could not be judged.
  void give_back(const LoginRequest& request);

  auth::Guard& guard_;
  Accounts& accounts_;
  auth::RateLimits by_name_{{.burst = 20, .window = Seconds{900}}, 100'000};
  auth::RateLimits by_client_{{.burst = 60, .window = Seconds{900}}, 100'000};
};

}  // namespace mainstay::exchange::fix
