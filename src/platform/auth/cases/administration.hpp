#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/auth/password_hasher.hpp"
#include "platform/auth/tables/users.hpp"
#include "platform/store/store.hpp"

namespace mainstay::auth {

// What operators do to accounts, from the command line; they work beside a server on the same
// store, which notices within Limits::cached_for.

struct UserLine {
  std::string id;
  std::string name;
  std::string email;  // primary
  std::vector<std::string> roles;
  bool disabled = false;
  bool authenticator = false;
  SystemTime created_at{};
};

struct NewUser {
  std::string name;
  std::string email;
  std::vector<std::string> roles;
  std::string password;
};

/// What `make_user` would refuse for what it is given: asked before people type a password.
Result<> check_user(const NewUser& user);
/// With a confirmed address. Errc::user_exists names what is taken.
Result<> make_user(store::Store& store, const PasswordHasher& hasher, const NewUser& user,
                   SystemTime now);
/// `login`: a name or an address. All sessions end. Errc::user_unknown, here and below.
Result<> change_password(store::Store& store, const PasswordHasher& hasher, std::string_view login,
                         std::string_view password);
Result<> change_role(store::Store& store, std::string_view login, std::string_view role,
                     bool remove);
/// A disabled account cannot sign in; its sessions end, and its tokens do not work meanwhile.
Result<> change_disabled(store::Store& store, std::string_view login, bool disabled);
/// By name.
Result<std::vector<UserLine>> user_lines(store::Store& store);
/// Errc::user_unknown.
Result<User> require_user(store::Store& store, std::string_view login);

}  // namespace mainstay::auth
