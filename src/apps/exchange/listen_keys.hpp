#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/fundamental.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {

/// Who may listen to an account's stream: keys that an account asks for, and keeps alive. Of this
/// process; an account has one at a time. Any thread.
class ListenKeys {
 public:
  /// The account's key, for another Limits::listen_key_age from now on. Nothing: too many have one.
  std::optional<std::string> open(AccountId account, SystemTime now);
  /// The same for a key that is there; false: it is not this account's, or over.
  bool keep(std::string_view key, AccountId account, SystemTime now);
  bool close(std::string_view key, AccountId account, SystemTime now);
  [[nodiscard]] std::optional<AccountId> account_of(std::string_view key, SystemTime now) const;

 private:
  struct Known {
    AccountId account{};
    SystemTime ends{};
  };
  struct Keys {
    std::unordered_map<std::string, Known, StringHash, std::equal_to<>> by_key;
    std::unordered_map<AccountId, std::string> by_account;
  };
  static void sweep(Keys& keys, SystemTime now);
  Locked<Keys> keys_;
};

}  // namespace mainstay::exchange
