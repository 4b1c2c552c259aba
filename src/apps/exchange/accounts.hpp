#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/fundamental.hpp"
#include "apps/exchange/ports/account_owners.hpp"
#include "base/clock.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange {

/// The accounts of users, remembered: what all doors ask who has signed in. Any thread. Outlives
/// the store's answers (stop the store first).
class Accounts {
 public:
  /// `seen` is called with each account before anybody is told of it for the first time since the
  /// start: the place to give it what new accounts begin with. It must not wait. May be empty.
  Accounts(AccountOwners& owners, UniqueFunction<void(AccountId)> seen);

  /// Without asking the store; nothing when this user was not asked for yet.
  [[nodiscard]] std::optional<AccountId> remembered(std::string_view user_id) const;
  /// Makes the account when the user has none. `found` runs at once or on a thread of the store.
  void find(std::string_view user_id, SystemTime now, AccountOwners::Found found);

 private:
  void remember(const std::string& user_id, AccountId account);

  AccountOwners& owners_;
  const UniqueFunction<void(AccountId)> seen_;
  Locked<std::unordered_map<std::string, AccountId, StringHash, std::equal_to<>>> by_user_;
};

}  // namespace mainstay::exchange
