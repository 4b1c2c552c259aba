#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace mainstay::auth {

/// Who sent a request: what routes decide by.
struct Caller {
  std::string user_id;
  std::string name;
  std::string email;               // the primary address
  std::vector<std::string> roles;  // of a token: those that the token has
  enum class Via : std::uint8_t { session, token } via = Via::session;
  std::string credential_id;  // of that session or token
  std::string hash;           // what the store keeps of it
  SystemTime ends{};          // when it will be over if nobody uses it

  [[nodiscard]] bool has_role(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
  }
};

}  // namespace mainstay::auth
