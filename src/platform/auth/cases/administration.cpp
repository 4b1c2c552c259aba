#include "platform/auth/cases/administration.hpp"

#include "base/text.hpp"
#include "platform/auth/domain/account_name.hpp"
#include "platform/auth/domain/password_rule.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/keys.hpp"
#include "platform/auth/tables/links.hpp"
#include "platform/auth/tables/sessions.hpp"

namespace mainstay::auth {
namespace {

Result<User> user_in(store::Session& session, std::string_view login) {
  MS_TRY(auto found, find_user_by_login(session, lower_case(trimmed(login))));
  if (!found) return Error{Errc::user_unknown, std::string{login}};
  return std::move(*found);
}

}  // namespace

Result<> check_user(const NewUser& user) {
  MS_TRY([[maybe_unused]] const auto name, parse_account_name(user.name));
  MS_TRY([[maybe_unused]] const auto address, parse_email_address(user.email));
  for (const std::string& role : user.roles) {
    MS_TRY([[maybe_unused]] const auto parsed, parse_role(role));
  }
  return {};
}

Result<> make_user(store::Store& store, const PasswordHasher& hasher, const NewUser& user,
                   SystemTime now) {
  MS_TRY_VOID(check_user(user));
  MS_TRY(const auto address, parse_email_address(user.email));
  User row;
  row.id = new_id();
  row.created_at = now;
  MS_TRY(row.name, parse_account_name(user.name));
  MS_TRY_VOID(check_new_password(user.password, row.name, address.text));
  row.password_hash = hasher.hash(user.password);
  return store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const auto by_name, find_user_by_name(session, row.name));
    if (by_name) return Error{Errc::user_exists, "the name " + row.name};
    MS_TRY(const auto by_address, find_user_by_address(session, address.key));
    if (by_address) return Error{Errc::user_exists, "the address " + address.text};
    MS_TRY_VOID(insert_user(session, row, address));
    for (const std::string& role : user.roles) MS_TRY_VOID(add_role(session, row.id, role));
    return {};
  });
}

Result<> change_password(store::Store& store, const PasswordHasher& hasher, std::string_view login,
                         std::string_view password) {
  MS_TRY(const User user, require_user(store, login));
  MS_TRY_VOID(check_new_password(password, user.name, {}));
  const std::string hash = hasher.hash(password);
  return store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY_VOID(set_password(session, user.id, hash));
    MS_TRY_VOID(remove_links(session, user.id, Purpose::reset));
    MS_TRY_VOID(remove_links(session, user.id, Purpose::code));
    return remove_sessions(session, user.id);
  });
}

Result<> change_role(store::Store& store, std::string_view login, std::string_view role,
                     bool remove) {
  MS_TRY(const std::string parsed, parse_role(role));
  return store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const User user, user_in(session, login));
    return remove ? remove_role(session, user.id, parsed) : add_role(session, user.id, parsed);
  });
}

Result<> change_disabled(store::Store& store, std::string_view login, bool disabled) {
  return store.write_now([&](store::Session& session) -> Result<> {
    MS_TRY(const User user, user_in(session, login));
    if (disabled) MS_TRY_VOID(remove_sessions(session, user.id));
    return set_disabled(session, user.id, disabled);
  });
}

Result<std::vector<UserLine>> user_lines(store::Store& store) {
  std::vector<UserLine> lines;
  MS_TRY_VOID(store.read([&](store::Session& session) -> Result<> {
    MS_TRY(const auto users, list_users(session));
    for (const User& user : users) {
      UserLine line;
      line.id = user.id;
      line.name = user.name;
      line.disabled = user.disabled;
      line.authenticator = !user.totp_secret.empty();
      line.created_at = user.created_at;
      MS_TRY(line.email, primary_address(session, user.id));
      MS_TRY(line.roles, roles_of(session, user.id));
      lines.push_back(std::move(line));
    }
    return {};
  }));
  return lines;
}

Result<User> require_user(store::Store& store, std::string_view login) {
  std::optional<User> user;
  MS_TRY_VOID(store.read([&](store::Session& session) -> Result<> {
    MS_TRY(user, user_in(session, login));
    return {};
  }));
  return std::move(*user);
}

}  // namespace mainstay::auth
