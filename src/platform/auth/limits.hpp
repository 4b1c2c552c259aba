#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace mainstay::auth {

/// Bounds that are no settings.
struct Limits {
  static constexpr std::size_t name_min = 2, name_max = 64;
  static constexpr std::size_t password_min = 10, password_max = 1024;  // bytes
  static constexpr std::size_t role_max = 64;
  static constexpr std::size_t body_max = 16U << 10U;
  static constexpr std::size_t fields_max = 32;
  static constexpr std::size_t label_max = 100;
  static constexpr std::size_t agent_max = 200;
  static constexpr std::size_t addresses_max = 10;   // of one account
  static constexpr std::size_t tokens_max = 50;      // of one account
  static constexpr std::size_t sessions_max = 50;    // of one account; beyond, the oldest ends
  static constexpr std::size_t links_max = 100'000;  // not used yet, of everybody; beyond: 503
  static constexpr std::size_t recovery_codes = 10;
  static constexpr std::size_t cached_max = 10'000;  // callers that the guard remembers
  static constexpr Seconds cached_for{5};
  static constexpr Seconds touched_every{60};          // how exact "last used" is of a session
  static constexpr Seconds token_touched_every{600};   // and of a token
  static constexpr Seconds ticket_age{300};            // from the password to the code
  static constexpr std::size_t counted_max = 100'000;  // accounts and addresses with attempts
};

}  // namespace mainstay::auth
