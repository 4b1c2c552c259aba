#include "apps/exchange/accounts.hpp"

#include <utility>

#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {

Accounts::Accounts(AccountOwners& owners, UniqueFunction<void(AccountId)> seen)
    : owners_(owners), seen_(std::move(seen)) {}

std::optional<AccountId> Accounts::remembered(std::string_view user_id) const {
  auto known = by_user_.lock();
  const auto found = known->find(user_id);
  if (found == known->end()) return std::nullopt;
  return found->second;
}

void Accounts::find(std::string_view user_id, SystemTime now, AccountOwners::Found found) {
  if (const auto account = remembered(user_id)) return found(*account);
  owners_.account_of(
      user_id, now,
      [this, user = std::string{user_id}, found = std::move(found)](Result<AccountId> account) {
        if (account.has_value()) remember(user, *account);
        found(std::move(account));
      });
}

void Accounts::remember(const std::string& user_id, AccountId account) {
  if (remembered(user_id)) return;
  if (seen_) seen_(account);  // by two at once it may be twice: whoever gives says so once
  auto known = by_user_.lock();
  if (known->size() >= Limits::accounts_cached_max) known->clear();
  known->emplace(user_id, account);
}

}  // namespace mainstay::exchange
