#include "apps/apim/inbound/http/basic_auth.hpp"

#include "base/text.hpp"

namespace mainstay::apim {

bool matches(const InternalCredentials& credentials, std::string_view user,
             std::string_view password) {
  if (!credentials.set()) return false;
  // Both always, so that the time does not tell which was wrong.
  const bool is_user = equals_in_constant_time(user, credentials.user);
  const bool is_password = equals_in_constant_time(password, credentials.password);
  return static_cast<unsigned>(is_user) + static_cast<unsigned>(is_password) == 2;
}

bool passes(const InternalCredentials& credentials, std::string_view authorization) {
  const auto blank = authorization.find(' ');
  if (blank == std::string_view::npos) return false;
  if (!equals_ignoring_case(authorization.substr(0, blank), "Basic")) return false;
  const auto pair = base64_decode(trimmed(authorization.substr(blank)));
  if (!pair) return false;
  const std::string_view sent = *pair;
  const auto colon = sent.find(':');
  if (colon == std::string_view::npos) return false;
  return matches(credentials, sent.substr(0, colon), sent.substr(colon + 1));
}

}  // namespace mainstay::apim
