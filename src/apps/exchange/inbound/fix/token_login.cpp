#include "apps/exchange/inbound/fix/token_login.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "platform/http/client_group.hpp"

namespace mainstay::exchange::fix {

void TokenLogin::give_back(const LoginRequest& request) {
  by_name_.give_back(request.name);
  by_client_.give_back(http::client_group(request.address));
}

void TokenLogin::check(LoginRequest request, SystemTime now, Done done) {
  LoginAnswer answer;
  if (by_client_.take(http::client_group(request.address), now) > Seconds{0} ||
      by_name_.take(request.name, now) > Seconds{0}) {
    answer.kind = LoginAnswer::Kind::too_many;
    return done(std::move(answer));
  }
  // As a request shows it: the guard copies what it needs.
  const std::string bearer = "Bearer " + request.password;
  const std::array headers{http::Header{"Authorization", bearer}};
  http::Request shown;
  shown.headers = headers;
  shown.at = now;
  guard_.identify(shown, [this, now, request = std::move(request), done = std::move(done)](
                             Result<std::shared_ptr<const auth::Caller>> found) mutable {
    LoginAnswer said;
    if (found.has_error()) {
      give_back(request);
      said.kind = LoginAnswer::Kind::unavailable;
      return done(std::move(said));
    }
    const auth::Caller* const caller = found->get();
    const bool right = caller != nullptr && (equals_ignoring_case(caller->name, request.name) ||
                                             equals_ignoring_case(caller->email, request.name));
    if (!right) return done(std::move(said));
    give_back(request);
    said.user_id = caller->user_id;
    const std::string user_id = said.user_id;
    accounts_.find(user_id, now,
                   [said = std::move(said), done = std::move(done)](Result<AccountId> id) mutable {
                     said.kind = id.has_error() ? LoginAnswer::Kind::unavailable
                                                : LoginAnswer::Kind::accepted;
                     if (id.has_value()) said.account = *id;
                     done(std::move(said));
                   });
  });
}

}  // namespace mainstay::exchange::fix
