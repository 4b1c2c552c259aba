#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::secrets {

/// A service account's key file, as Google gives it out (`"type": "service_account"`).
struct ServiceAccount {
  std::string email;
  std::string key_id;
  std::string private_key;  // PEM
  std::string token_uri;
};

Result<ServiceAccount> parse_service_account(std::string_view json);

/// The claim that `token_uri` exchanges for a token: a JSON Web Token signed with RS256, good for
/// an hour from `now`.
Result<std::string> signed_claim(const ServiceAccount& account, std::string_view scope,
                                 SystemTime now);

/// A JSON Web Token of these claims (RFC 7519), signed with RS256. `private_key`: RSA, PEM.
/// Errc::malformed.
Result<std::string> signed_token(const json::Object& claims, const std::string& private_key,
                                 const std::string& key_id = {});

}  // namespace mainstay::secrets
