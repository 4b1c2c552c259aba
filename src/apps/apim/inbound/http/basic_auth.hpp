#pragma once

#include <string>
#include <string_view>

namespace mainstay::apim {

/// Who may call the internal API. Not both set: nobody.
struct InternalCredentials {
  std::string user;
  std::string password;

  [[nodiscard]] bool set() const { return !user.empty() && !password.empty(); }
};

/// Whether these are they. Compares in constant time.
bool matches(const InternalCredentials& credentials, std::string_view user,
             std::string_view password);

/// Whether an Authorization header (RFC 7617; empty when absent) lets its sender in. Compares in
/// constant time.
bool passes(const InternalCredentials& credentials, std::string_view authorization);

}  // namespace mainstay::apim
