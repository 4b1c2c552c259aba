#include "commands/user.hpp"

#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::commands::user_test {
namespace {

/// What `act` gives in a child, as its exit status.
template <class Act>
int in_child(Act&& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("user: names and numbers, with and without a group") {
  const auto root = find_user("root");
  REQUIRE(root.has_value());
  CHECK(root->user == 0);
  CHECK(root->group == 0);
  const auto numbers = find_user("4000000:5000000");
  REQUIRE(numbers.has_value());
  CHECK(numbers->user == 4'000'000);
  CHECK(numbers->group == 5'000'000);
  CHECK(find_user("0:root").has_value());
  for (const auto* bad : {"", ":", "no such user", "root:", "root:no such group", "4000000",
                          "4294967295:1", "1:4294967295"}) {
    CAPTURE(bad);
    const auto found = find_user(bad);
    REQUIRE(found.has_error());
    CHECK(found.error().is(UserErrc::unknown));
  }
}

TEST_CASE("user: the one that it is already, nothing to do; another without being root, refused") {
  const auto self = find_user(std::to_string(::geteuid()) + ":" + std::to_string(::getegid()));
  REQUIRE(self.has_value());
  CHECK(become(*self).has_value());
  if (::geteuid() == 0) return;
  const auto other = become(User{"other", ::geteuid() + 1, ::getegid()});
  REQUIRE(other.has_error());
  CHECK(other.error().is(UserErrc::not_root));
}

TEST_CASE("user: root gives itself up for good" * doctest::skip(::geteuid() != 0)) {
  const int given_up = in_child([] {
    if (become(User{"x", 65'534, 65'534}).has_error()) return 1;
    if (::getuid() != 65'534 || ::getegid() != 65'534 || ::getgroups(0, nullptr) != 0) return 2;
    if (::setuid(0) == 0 || ::setgid(0) == 0) return 3;
    if (become(User{"root", 0, 0}).has_value()) return 4;
    return become(User{"x", 65'534, 65'534}).has_value() ? 0 : 5;
  });
  CHECK(given_up == 0);
}

TEST_CASE("data folder: made for its user; a file out of reach is named with the remedy" *
          doctest::skip(::geteuid() != 0)) {
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0711);  // tidy: a test's own folder
  const User user{"x", 65'534, 65'534};
  const std::string data = folder.path("deep/data");
  ::mkdir(folder.path("deep").c_str(), 0755);
  REQUIRE(make_folder_for(user, data).has_value());
  struct stat made {};
  ::stat(data.c_str(), &made);
  CHECK(made.st_uid == 65'534);
  CHECK((made.st_mode & 0777U) == 0700);

  const auto checked = [&] {
    return in_child([&] {
      if (become(user).has_error()) return 9;
      const auto found = check_access(data);
      if (found.has_value()) return 0;
      return found.error().detail().find("chown -R") != std::string::npos ? 1 : 2;
    });
  };
  CHECK(checked() == 0);
  folder.write("deep/data/mainstay.db", "root's");
  ::chmod(folder.path("deep/data/mainstay.db").c_str(), 0600);
  CHECK(checked() == 1);
  ::mkdir(folder.path("other").c_str(), 0700);
  REQUIRE(make_folder_for(user, folder.path("other")).has_value());
  ::stat(folder.path("other").c_str(), &made);
  CHECK(made.st_uid == 0);  // somebody's own folder stays theirs
}

}  // namespace mainstay::commands::user_test
