#include "apps/clusters/outbound/forge/github_app.hpp"

#include <chrono>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "platform/json/json.hpp"
#include "platform/secrets/service_account.hpp"

namespace mainstay::clusters {
namespace {

// A token ends after an hour; docs.github.com, "Generating an installation access token".
constexpr Seconds kept_for{50 * 60};
// The claim's: ten minutes at most, and a minute back for clocks that are ahead.
constexpr std::int64_t claim_seconds_max = 9 * 60;
constexpr std::int64_t clock_drift_seconds = 60;

}  // namespace

Result<std::string> GithubApp::token() {
  const std::lock_guard lock{mutex_};
  const SystemTime now = clock_.wall();
  if (token_.empty() || now >= good_until_) {
    MS_TRY(token_, made());
    good_until_ = now + kept_for;
  }
  return token_;
}

Result<std::string> GithubApp::made() {
  const std::int64_t now =
      std::chrono::duration_cast<Seconds>(clock_.wall().time_since_epoch()).count();
  auto claim = secrets::signed_token(json::Object{{"iss", options_.app},
                                                  {"iat", now - clock_drift_seconds},
                                                  {"exp", now + claim_seconds_max}},
                                     options_.private_key);
  if (claim.has_error()) {
    return Error{Errc::forge_refused, "apps.clusters.forge_app_key: " + claim.error().message()};
  }
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = options_.api + "/app/installations/" + options_.installation + "/access_tokens";
  request.headers = {{"Authorization", "Bearer " + *claim},
                     {"Accept", "application/json"},
                     {"User-Agent", "mainstay"},
                     {"X-GitHub-Api-Version", "2022-11-28"}};
  request.trust = http::Trust::operator_address;
  auto sent = send_(std::move(request));
  if (sent.has_error()) return Error{Errc::forge_unavailable, sent.error().message()};
  const std::string where = "POST access_tokens: " + std::to_string(sent->status);
  if (sent->status >= 500 || sent->status == 429) return Error{Errc::forge_unavailable, where};
  if (sent->status != 201) return Error{Errc::forge_refused, where};
  const auto body = json::parse(sent->body);
  const std::string* const token = body.has_value() ? body->find_string("token") : nullptr;
  if (token == nullptr || token->empty()) {
    return Error{Errc::forge_unavailable, where + " without a token"};
  }
  return *token;
}

}  // namespace mainstay::clusters
