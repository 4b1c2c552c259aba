#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <sys/types.h>

#include "base/result.hpp"

namespace mainstay::commands {

enum class UserErrc : std::uint8_t { unknown = 1, not_root, failed, data_folder };
const ErrorRow& error_row(UserErrc code);

/// Who root becomes once its ports are bound.
struct User {
  std::string name;  // as it was given
  uid_t user = 0;
  gid_t group = 0;
};

/// NAME or NAME:GROUP, numbers or names; without a group the user's own.
Result<User> find_user(const std::string& text);

/// Gives up root for good: no supplementary groups, no saved ids, no capabilities, no set-uid
/// programs later; checks each. Nothing to do for who is that user already; Errc::not_root for
/// anybody else. Before any thread is made.
Result<> become(const User& user);

/// Makes the folder if it is not there, as one of `user`'s.
Result<> make_folder_for(const User& user, const std::filesystem::path& folder);

/// Whether this process can use all of the data folder: a file that root left there would be found
/// only when it is needed. Looks at 10,000 files at most. Errc::data_folder names the first that is
/// out of reach, and the command that helps.
Result<> check_access(const std::filesystem::path& folder);

}  // namespace mainstay::commands
