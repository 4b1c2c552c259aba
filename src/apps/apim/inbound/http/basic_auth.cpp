#include "apps/apim/inbound/http/basic_auth.hpp"

#include "base/text.hpp"

namespace mainstay::apim {

bool passes(const InternalCredentials& credentials, std::string_view authorization) {
  if (!credentials.set()) return false;
  const auto blank = authorization.find(' ');
  if (blank == std::string_view::npos) return false;
  if (!equals_ignoring_case(authorization.substr(0, blank), "Basic")) return false;
  const auto pair = base64_decode(trimmed(authorization.substr(blank)));
  if (!pair) return false;
  const std::string_view sent = *pair;
  const auto colon = sent.find(':');
  if (colon == std::string_view::npos) return false;
  // Both always, so that the time does not tell which was wrong.
  const bool user = equals_in_constant_time(sent.substr(0, colon), credentials.user);
  const bool password = equals_in_constant_time(sent.substr(colon + 1), credentials.password);
  return static_cast<unsigned>(user) + static_cast<unsigned>(password) == 2;
}

}  // namespace mainstay::apim
