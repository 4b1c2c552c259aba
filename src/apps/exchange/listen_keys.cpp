#include "apps/exchange/listen_keys.hpp"

#include "apps/exchange/limits.hpp"
#include "base/random.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::size_t key_bytes = 32;

}  // namespace

void ListenKeys::sweep(Keys& keys, SystemTime now) {
  std::erase_if(keys.by_key, [&](const auto& one) {
    const bool over = one.second.ends <= now;
    if (over) keys.by_account.erase(one.second.account);
    return over;
  });
}

std::optional<std::string> ListenKeys::open(AccountId account, SystemTime now) {
  auto keys = keys_.lock();
  const auto known = keys->by_account.find(account);
  if (known != keys->by_account.end()) {
    Known& one = keys->by_key.at(known->second);
    if (one.ends > now) {
      one.ends = now + Limits::listen_key_age;
      return known->second;
    }
    keys->by_key.erase(known->second);
    keys->by_account.erase(known);
  }
  if (keys->by_key.size() >= Limits::listen_keys_max) sweep(*keys, now);
  if (keys->by_key.size() >= Limits::listen_keys_max) return std::nullopt;
  std::string key = secret_hex(key_bytes);
  keys->by_key[key] = {account, now + Limits::listen_key_age};
  keys->by_account[account] = key;
  return key;
}

bool ListenKeys::keep(std::string_view key, AccountId account, SystemTime now) {
  auto keys = keys_.lock();
  const auto found = keys->by_key.find(key);
  if (found == keys->by_key.end() || found->second.account != account) return false;
  if (found->second.ends <= now) return false;
  found->second.ends = now + Limits::listen_key_age;
  return true;
}

bool ListenKeys::close(std::string_view key, AccountId account, SystemTime now) {
  auto keys = keys_.lock();
  const auto found = keys->by_key.find(key);
  if (found == keys->by_key.end() || found->second.account != account) return false;
  const bool counted = found->second.ends > now;
  keys->by_key.erase(found);
  keys->by_account.erase(account);
  return counted;
}

std::optional<AccountId> ListenKeys::account_of(std::string_view key, SystemTime now) const {
  auto keys = keys_.lock();
  const auto found = keys->by_key.find(key);
  if (found == keys->by_key.end() || found->second.ends <= now) return std::nullopt;
  return found->second.account;
}

}  // namespace mainstay::exchange
