#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/exchange/fundamental.hpp"
#include "apps/exchange/ports/account_owners.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/locked.hpp"
#include "base/text.hpp"
#include "base/unique_function.hpp"

namespace mainstay::exchange {

enum class AccountErrc : std::uint8_t { busy = 1 };
const ErrorRow& error_row(AccountErrc code);

/// The accounts of users, remembered: what all doors ask who has signed in. Any thread. Outlives
/// the store's answers (stop the store first).
class Accounts {
 public:
  /// `seen` is called with each account before anybody is told of it for the first time since the
  /// start: the place to give it what new accounts begin with. It must not wait. False: that cannot
  /// be done now; whoever asked is told so (AccountErrc::busy), and the next one is first again.
  Accounts(AccountOwners& owners, UniqueFunction<bool(AccountId)> seen);

  /// Without asking the store; nothing when this user was not asked for yet.
  [[nodiscard]] std::optional<AccountId> remembered(std::string_view user_id) const;
  /// Makes the account when the user has none. `found` runs at once or on a thread of the store.
  void find(std::string_view user_id, SystemTime now, AccountOwners::Found found);

 private:
  bool remember(const std::string& user_id, AccountId account);

  AccountOwners& owners_;
  const UniqueFunction<bool(AccountId)> seen_;
  Locked<std::unordered_map<std::string, AccountId, StringHash, std::equal_to<>>> by_user_;
};

}  // namespace mainstay::exchange
