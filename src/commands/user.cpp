#include "commands/user.hpp"

#include <cerrno>
#include <cstring>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/text.hpp"

namespace mainstay::commands {
namespace {

constexpr ErrorRow unknown_row{"user_unknown", "no such user or group", 400};
constexpr ErrorRow not_root_row{"not_root", "only root can become another user", 400};
constexpr ErrorRow failed_row{"user_failed", "cannot give up root", 500};
constexpr ErrorRow data_folder_row{"data_folder", "cannot use the data folder", 500};

constexpr std::size_t entry_bytes = 64U << 10U;  // of a line of the user or group database
constexpr int files_max = 10'000;

/// Root, and (id_t)-1, which setresuid(2) takes for "leave it", never come from a number too large.
std::optional<id_t> id_of(const std::string& text) {
  const auto parsed = parse_u64(text);
  if (!parsed || *parsed >= 0xFFFF'FFFFU) return {};
  return static_cast<id_t>(*parsed);
}

Error unknown(const std::string& text) { return {UserErrc::unknown, text}; }

Result<gid_t> find_group(const std::string& text) {
  if (const auto id = id_of(text)) return *id;
  std::vector<char> buffer(entry_bytes);
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(text.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return unknown(text);
  return found->gr_gid;
}

Error failed(const char* call) {
  return {UserErrc::failed, std::string{call} + ": " + std::strerror(errno)};
}

bool is_already(const User& user) {
  uid_t real = 0, effective = 0, saved = 0;
  gid_t group = 0, effective_group = 0, saved_group = 0;
  ::getresuid(&real, &effective, &saved);
  ::getresgid(&group, &effective_group, &saved_group);
  return real == user.user && effective == user.user && saved == user.user && group == user.group &&
         effective_group == user.group && saved_group == user.group;
}

std::string owner_command(const std::filesystem::path& folder) {
  const passwd* const who = ::getpwuid(::geteuid());  // before any thread is made
  const std::string name = who != nullptr ? who->pw_name : std::to_string(::geteuid());
  return "chown -R " + name + ": " + folder.string();
}

Error out_of_reach(const std::filesystem::path& folder, const std::filesystem::path& what) {
  return {UserErrc::data_folder,
          what.string() + ": " + std::strerror(errno) + "; as root: " + owner_command(folder)};
}

}  // namespace

const ErrorRow& error_row(UserErrc code) {
  switch (code) {
    case UserErrc::unknown:
      return unknown_row;
    case UserErrc::not_root:
      return not_root_row;
    case UserErrc::failed:
      return failed_row;
    case UserErrc::data_folder:
      break;
  }
  return data_folder_row;
}

Result<User> find_user(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string name = text.substr(0, colon);
  std::vector<char> buffer(entry_bytes);
  passwd entry{};
  passwd* found = nullptr;
  const auto id = id_of(name);
  if (id) {
    ::getpwuid_r(*id, &entry, buffer.data(), buffer.size(), &found);
  } else {
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  }
  if (found == nullptr && !id) return unknown(name);
  User user{text, id ? *id : found->pw_uid, 0};
  if (colon < text.size()) {
    MS_TRY(user.group, find_group(text.substr(colon + 1)));
  } else if (found == nullptr) {
    return unknown(name + " has no name, so it needs a group: " + name + ":GROUP");
  } else {
    user.group = found->pw_gid;
  }
  return user;
}

Result<> become(const User& user) {
  if (is_already(user)) return {};
  if (::geteuid() != 0) return Error{UserErrc::not_root, user.name};
  if (::setgroups(0, nullptr) != 0) return failed("setgroups");
  if (::setresgid(user.group, user.group, user.group) != 0) return failed("setresgid");
  if (::setresuid(user.user, user.user, user.user) != 0) return failed("setresuid");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS");
  if (!is_already(user) || ::getgroups(0, nullptr) != 0) {
    return Error{UserErrc::failed, "the ids are not those of " + user.name};
  }
  if (user.user != 0 && ::setresuid(0, 0, 0) == 0) {
    return Error{UserErrc::failed, "root could be taken back"};
  }
  return {};
}

Result<> make_folder_for(const User& user, const std::filesystem::path& folder) {
  std::error_code failure;
  if (!std::filesystem::create_directories(folder, failure) && !failure) return {};
  if (!failure) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  }
  if (failure) {
    return Error{UserErrc::data_folder, folder.string() + ": " + failure.message()};
  }
  // Root's own doing a moment ago; a link put there meanwhile is not followed.
  if (::lchown(folder.c_str(), user.user, user.group) != 0) return out_of_reach(folder, folder);
  return {};
}

Result<> check_access(const std::filesystem::path& folder) {
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) return out_of_reach(folder, folder);
  std::error_code failure;
  int count = 0;
  std::filesystem::recursive_directory_iterator entry{folder, failure};
  for (; !failure && entry != std::filesystem::end(entry) && ++count < files_max;
       entry.increment(failure)) {
    const int needed = entry->is_directory(failure) ? R_OK | W_OK | X_OK : R_OK | W_OK;
    // What vanishes meanwhile needs no access.
    if (::access(entry->path().c_str(), needed) != 0 && errno != ENOENT) {
      return out_of_reach(folder, entry->path());
    }
  }
  return {};
}

}  // namespace mainstay::commands
