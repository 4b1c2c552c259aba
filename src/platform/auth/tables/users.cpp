#include "platform/auth/tables/users.hpp"

#include "platform/auth/limits.hpp"
#include "platform/auth/tables/rows.hpp"

namespace mainstay::auth {
namespace {

using store::Row;
using store::Session;
using store::text;

constexpr std::string_view columns =
    "SELECT u.id, u.name, u.password_hash, u.disabled, u.totp_secret, u.totp_pending, u.totp_step, "
    "u.created_at FROM auth_users u ";

User user_of(const Row& row) {
  User user;
  user.id = text_at(row, 0);
  user.name = text_at(row, 1);
  user.password_hash = text_at(row, 2);
  user.disabled = flag_at(row, 3);
  user.totp_secret = text_at(row, 4);
  user.totp_pending = text_at(row, 5);
  user.totp_step = number_at(row, 6);
  user.created_at = time_at(row, 7);
  return user;
}

Result<std::optional<User>> one(Session& session, std::string_view where, std::string_view key) {
  MS_TRY(const auto rows, session.query(std::string{columns}.append(where), {text(key)}));
  if (rows.empty()) return std::optional<User>{};
  return std::optional<User>{user_of(rows.front())};
}

Result<> run(Session& session, std::string_view sql, std::initializer_list<store::Value> params) {
  MS_TRY([[maybe_unused]] const auto changed, session.execute(sql, params));
  return {};
}

Result<bool> changes(Session& session, std::string_view sql,
                     std::initializer_list<store::Value> params) {
  MS_TRY(const auto changed, session.execute(sql, params));
  return changed > 0;
}

}  // namespace

Result<std::optional<User>> find_user(Session& session, std::string_view id) {
  return one(session, "WHERE u.id = $1", id);
}

Result<std::optional<User>> find_user_by_name(Session& session, std::string_view name) {
  return one(session, "WHERE u.name = $1", name);
}

Result<std::optional<User>> find_user_by_address(Session& session, std::string_view key) {
  return one(session, "JOIN auth_addresses a ON a.user_id = u.id WHERE a.address_key = $1", key);
}

Result<std::optional<User>> find_user_by_login(Session& session, std::string_view login) {
  const bool is_address = login.find('@') != std::string_view::npos;
  return is_address ? find_user_by_address(session, login) : find_user_by_name(session, login);
}

Result<std::vector<User>> list_users(Session& session) {
  MS_TRY(const auto rows, session.query(std::string{columns}.append("ORDER BY u.name")));
  std::vector<User> users;
  for (const Row& row : rows) users.push_back(user_of(row));
  return users;
}

Result<> insert_user(Session& session, const User& user, const EmailAddress& address) {
  MS_TRY_VOID(run(session,
                  "INSERT INTO auth_users (id, name, password_hash, disabled, totp_secret, "
                  "totp_pending, totp_step, created_at) VALUES ($1, $2, $3, $4, '', '', 0, $5)",
                  {text(user.id), text(user.name), text(user.password_hash), value(user.disabled),
                   value(user.created_at)}));
  MS_TRY_VOID(insert_address(session, user.id, address, user.created_at));
  return run(session, "UPDATE auth_addresses SET is_primary = 1 WHERE address_key = $1",
             {text(address.key)});
}

Result<std::string> free_name(Session& session, std::string_view wanted) {
  std::string name{wanted};
  for (int number = 2;; ++number) {
    MS_TRY(const auto taken, find_user_by_name(session, name));
    if (!taken) return name;
    const std::string suffix = "-" + std::to_string(number);
    name = std::string{wanted.substr(0, Limits::name_max - suffix.size())} + suffix;
  }
}

Result<> set_name(Session& session, std::string_view user_id, std::string_view name) {
  return run(session, "UPDATE auth_users SET name = $2 WHERE id = $1", {text(user_id), text(name)});
}

Result<> set_password(Session& session, std::string_view user_id, std::string_view hash) {
  return run(session, "UPDATE auth_users SET password_hash = $2 WHERE id = $1",
             {text(user_id), text(hash)});
}

Result<> set_disabled(Session& session, std::string_view user_id, bool disabled) {
  return run(session, "UPDATE auth_users SET disabled = $2 WHERE id = $1",
             {text(user_id), value(disabled)});
}

Result<std::vector<Address>> addresses_of(Session& session, std::string_view user_id) {
  MS_TRY(const auto rows,
         session.query("SELECT address, is_primary FROM auth_addresses WHERE user_id = $1 "
                       "ORDER BY is_primary DESC, address_key",
                       {text(user_id)}));
  std::vector<Address> addresses;
  for (const Row& row : rows) addresses.push_back({text_at(row, 0), flag_at(row, 1)});
  return addresses;
}

Result<std::string> primary_address(Session& session, std::string_view user_id) {
  MS_TRY(const auto addresses, addresses_of(session, user_id));
  return addresses.empty() ? std::string{} : addresses.front().text;
}

Result<> insert_address(Session& session, std::string_view user_id, const EmailAddress& address,
                        SystemTime now) {
  return run(session,
             "INSERT INTO auth_addresses (address_key, address, user_id, is_primary, confirmed_at) "
             "VALUES ($1, $2, $3, 0, $4)",
             {text(address.key), text(address.text), text(user_id), value(now)});
}

Result<bool> make_primary(Session& session, std::string_view user_id, std::string_view key) {
  MS_TRY(const auto rows,
         session.query("SELECT 1 FROM auth_addresses WHERE user_id = $1 AND address_key = $2",
                       {text(user_id), text(key)}));
  if (rows.empty()) return false;
  MS_TRY_VOID(run(session,
                  "UPDATE auth_addresses SET is_primary = CASE WHEN address_key = $2 THEN 1 ELSE 0 "
                  "END WHERE user_id = $1",
                  {text(user_id), text(key)}));
  return true;
}

Result<bool> remove_address(Session& session, std::string_view user_id, std::string_view key) {
  return changes(session,
                 "DELETE FROM auth_addresses WHERE user_id = $1 AND address_key = $2 AND "
                 "is_primary = 0",
                 {text(user_id), text(key)});
}

Result<std::vector<std::string>> roles_of(Session& session, std::string_view user_id) {
  MS_TRY(const auto rows,
         session.query("SELECT role FROM auth_roles WHERE user_id = $1 ORDER BY role",
                       {text(user_id)}));
  std::vector<std::string> roles;
  for (const Row& row : rows) roles.push_back(text_at(row, 0));
  return roles;
}

Result<> add_role(Session& session, std::string_view user_id, std::string_view role) {
  return run(session,
             "INSERT INTO auth_roles (user_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING",
             {text(user_id), text(role)});
}

Result<> remove_role(Session& session, std::string_view user_id, std::string_view role) {
  return run(session, "DELETE FROM auth_roles WHERE user_id = $1 AND role = $2",
             {text(user_id), text(role)});
}

Result<> set_totp_pending(Session& session, std::string_view user_id, std::string_view sealed) {
  return run(session, "UPDATE auth_users SET totp_pending = $2 WHERE id = $1",
             {text(user_id), text(sealed)});
}

Result<> set_totp(Session& session, std::string_view user_id, std::string_view sealed,
                  CodeStep step) {
  if (sealed.empty()) MS_TRY_VOID(set_recovery_codes(session, user_id, {}));
  return run(session,
             "UPDATE auth_users SET totp_secret = $2, totp_pending = '', totp_step = $3 "
             "WHERE id = $1",
             {text(user_id), text(sealed), step});
}

Result<bool> use_step(Session& session, std::string_view user_id, CodeStep step) {
  return changes(session, "UPDATE auth_users SET totp_step = $2 WHERE id = $1 AND totp_step < $2",
                 {text(user_id), step});
}

Result<> set_recovery_codes(Session& session, std::string_view user_id,
                            const std::vector<std::string>& hashes) {
  MS_TRY_VOID(run(session, "DELETE FROM auth_recovery_codes WHERE user_id = $1", {text(user_id)}));
  for (const std::string& hash : hashes) {
    MS_TRY_VOID(run(session, "INSERT INTO auth_recovery_codes (user_id, hash) VALUES ($1, $2)",
                    {text(user_id), text(hash)}));
  }
  return {};
}

Result<bool> use_recovery_code(Session& session, std::string_view user_id, std::string_view hash) {
  return changes(session, "DELETE FROM auth_recovery_codes WHERE user_id = $1 AND hash = $2",
                 {text(user_id), text(hash)});
}

Result<std::size_t> recovery_codes_left(Session& session, std::string_view user_id) {
  MS_TRY(const auto rows,
         session.query("SELECT COUNT(*) FROM auth_recovery_codes WHERE user_id = $1",
                       {text(user_id)}));
  return static_cast<std::size_t>(number_at(rows.front(), 0));
}

}  // namespace mainstay::auth
