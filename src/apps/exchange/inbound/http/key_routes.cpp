#include "apps/exchange/inbound/http/key_routes.hpp"

#include <memory>
#include <string>

#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/parameters.hpp"
#include "apps/exchange/inbound/http/signer.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/response.hpp"

namespace mainstay::exchange {
namespace {

using CallerPtr = std::shared_ptr<const auth::Caller>;

void answer_key(http::Response& response, const auth::Guard& guard, const auth::Caller& token) {
  response.promise_nothing();
  response.content_type("application/json");
  response.header_block("Cache-Control: no-store\r\n");
  Members members{response.body()};
  members.text("apiKey", token.credential_id);
  members.text("secretKey", guard.signing_secret(token, signing_purpose));
}

void not_found(http::Response& response) {
  response.promise_nothing();
  http::problem(response, 404, "not_found", "you have no API token of that id; see /auth/account");
}

void make_key(auth::Guard& guard, const http::Request& request, http::Response& response,
              const auth::Caller& caller) {
  if (caller.via == auth::Caller::Via::token) return answer_key(response, guard, caller);
  Parameters parameters;
  const auto read = parameters.read(request.query, request.body);
  const std::string id{read.has_value() ? parameters.text("id") : ""};
  if (!looks_like_key(id)) {
    response.promise_nothing();
    return http::problem(response, 422, "id_invalid",
                         "id: of an API token of yours, from /auth/account");
  }
  auto later = std::make_shared<http::Deferred>(response.defer());
  guard.find_token(id, request.at, [&guard, later, user = caller.user_id](Result<CallerPtr> found) {
    later->complete([&guard, user, found = std::move(found)](http::Response& out) {
      if (found.has_error()) return auth::refuse(out, found.error(), Seconds{1});
      const CallerPtr& token = *found;
      if (token == nullptr || token->user_id != user) return not_found(out);
      answer_key(out, guard, *token);
    });
  });
}

}  // namespace

void register_key_routes(http::Router& router, auth::Guard& guard) {
  router.add(http::Method::post, "/exchange/api/v1/keys",
             guard.require({}, [&guard](const http::Request& request, http::Response& response,
                                        const auth::Caller& caller) {
               make_key(guard, request, response, caller);
             }));
}

}  // namespace mainstay::exchange
