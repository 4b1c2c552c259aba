#pragma once

#include <memory>
#include <string>

#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange::fix {

struct LoginRequest {
  std::string name;      // Username (553)
  std::string password;  // Password (554)
  std::string address;   // of the client
};

/// Who logs in, and as which account.
struct LoginAnswer {
  enum class Kind : std::uint8_t {
    refused,      // wrong name or password, or no right to trade: nobody is told which
    too_many,     // attempts
    unavailable,  // cannot be said now
    accepted
  };
  Kind kind = Kind::refused;
  std::string user_id;
  AccountId account{};
};

/// Says who may log in. Any thread.
class Login {
 public:
  virtual ~Login() = default;
  using Done = UniqueFunction<void(LoginAnswer)>;
  /// Never blocks; `done` runs at once or on another thread, once.
  virtual void check(LoginRequest request, SystemTime now, Done done) = 0;
};

}  // namespace mainstay::exchange::fix
