#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/auth/domain/email_address.hpp"
#include "platform/auth/domain/totp.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {

// Accounts in the store: tables auth_users, auth_addresses, auth_roles and auth_recovery_codes. All
// functions work in the caller's session, and errors are the store's.

/// The role that may do everything in the account pages: invite, and whatever apps let it do.
inline constexpr std::string_view admin_role = "admin";

struct User {
  std::string id;
  std::string name;
  std::string password_hash;
  bool disabled = false;
  std::string totp_secret;   // sealed; empty: no authenticator
  std::string totp_pending;  // sealed
  CodeStep totp_step = 0;
  SystemTime created_at{};
};

struct Address {
  std::string text;
  bool is_primary = false;
};

Result<std::optional<User>> find_user(store::Session& session, std::string_view id);
Result<std::optional<User>> find_user_by_name(store::Session& session, std::string_view name);
/// `key`: as EmailAddress has it.
Result<std::optional<User>> find_user_by_address(store::Session& session, std::string_view key);
/// `login`: a name, or with @ an address, in small letters.
Result<std::optional<User>> find_user_by_login(store::Session& session, std::string_view login);
/// By name.
Result<std::vector<User>> list_users(store::Session& session);

/// With its first address, confirmed and primary. The name must be free, and the address.
Result<> insert_user(store::Session& session, const User& user, const EmailAddress& address);
/// `wanted` when nobody has it, else that with a number behind it.
Result<std::string> free_name(store::Session& session, std::string_view wanted);
Result<> set_name(store::Session& session, std::string_view user_id, std::string_view name);
Result<> set_password(store::Session& session, std::string_view user_id, std::string_view hash);
Result<> set_disabled(store::Session& session, std::string_view user_id, bool disabled);

/// The primary one first.
Result<std::vector<Address>> addresses_of(store::Session& session, std::string_view user_id);
Result<std::string> primary_address(store::Session& session, std::string_view user_id);
Result<> insert_address(store::Session& session, std::string_view user_id,
                        const EmailAddress& address, SystemTime now);
/// False: the account has no such address.
Result<bool> make_primary(store::Session& session, std::string_view user_id, std::string_view key);
/// False: the account has no such address, or it is the primary one.
Result<bool> remove_address(store::Session& session, std::string_view user_id,
                            std::string_view key);

/// Sorted.
Result<std::vector<std::string>> roles_of(store::Session& session, std::string_view user_id);
Result<> add_role(store::Session& session, std::string_view user_id, std::string_view role);
Result<> remove_role(store::Session& session, std::string_view user_id, std::string_view role);

Result<> set_totp_pending(store::Session& session, std::string_view user_id,
                          std::string_view sealed);
/// `sealed` empty: off, and the recovery codes go.
Result<> set_totp(store::Session& session, std::string_view user_id, std::string_view sealed,
                  CodeStep step);
/// False: a code of that step, or of a later one, was used already.
Result<bool> use_step(store::Session& session, std::string_view user_id, CodeStep step);
/// In place of those that are left of earlier ones.
Result<> set_recovery_codes(store::Session& session, std::string_view user_id,
                            const std::vector<std::string>& hashes);
/// False: there is no such code, or it was used.
Result<bool> use_recovery_code(store::Session& session, std::string_view user_id,
                               std::string_view hash);
Result<std::size_t> recovery_codes_left(store::Session& session, std::string_view user_id);

}  // namespace mainstay::auth
