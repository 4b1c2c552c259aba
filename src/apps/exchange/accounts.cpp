#include "apps/exchange/accounts.hpp"

#include <utility>

#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {

const ErrorRow& error_row(AccountErrc) {
  static constexpr ErrorRow row{"account_busy", "the exchange takes nobody new now: try again", 503,
                                Retry::yes};
  return row;
}

Accounts::Accounts(AccountOwners& owners, UniqueFunction<bool(AccountId)> seen)
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
        if (account.has_value() && !remember(user, *account)) account = Error{AccountErrc::busy};
        found(std::move(account));
      });
}

bool Accounts::remember(const std::string& user_id, AccountId account) {
  if (remembered(user_id)) return true;
  // By two at once it may be twice: whoever gives says so once.
  if (!seen_(account)) return false;
  auto known = by_user_.lock();
  if (known->size() >= Limits::accounts_cached_max) known->clear();
  known->emplace(user_id, account);
  return true;
}

}  // namespace mainstay::exchange
