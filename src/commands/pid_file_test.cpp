#include "commands/pid_file.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::commands::pid_file_test {

TEST_CASE("pid file: claimed, names this process until it is given up") {
  const TemporaryFolder folder;
  const std::string path = folder.path("mainstay.pid");
  {
    const auto file = PidFile::claim(path);
    REQUIRE(file.has_value());
    CHECK(running_process(path) == ::getpid());
    const auto again = PidFile::claim(path);
    REQUIRE(again.has_error());
    CHECK(again.error().is(PidErrc::running));
    CHECK(running_process(path) == ::getpid());
  }
  CHECK_FALSE(running_process(path));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("pid file: asked for while it is claimed, never in the way") {
  const TemporaryFolder folder;
  const std::string path = folder.write("mainstay.pid", "1\n");
  std::atomic<bool> done{false};
  std::thread asks{[&] {
    while (!done) running_process(path);
  }};
  bool all = true;
  for (int i = 0; i < 2'000; ++i) all = PidFile::claim(path).has_value() && all;
  done = true;
  asks.join();
  CHECK(all);
}

TEST_CASE("pid file: kept by its descriptor, still claimed; adopted, given up at the end") {
  const TemporaryFolder folder;
  const std::string path = folder.path("mainstay.pid");
  auto first = PidFile::claim(path);
  REQUIRE(first.has_value());
  const int descriptor = std::move(*first).keep();
  CHECK(PidFile::claim(path).has_error());
  { const auto second = PidFile::adopt(path, descriptor); }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("pid file: a symbolic link, not followed") {
  const TemporaryFolder folder;
  const std::string target = folder.write("precious", "text");
  std::filesystem::create_symlink(target, folder.path("mainstay.pid"));
  CHECK(PidFile::claim(folder.path("mainstay.pid")).has_error());
  CHECK(std::filesystem::file_size(target) == 4);
}

TEST_CASE("pid file: names somebody else's process, which is not taken for it" *
          doctest::skip(::geteuid() != 0)) {
  const TemporaryFolder folder;
  const std::string path = folder.path("mainstay.pid");
  const auto file = PidFile::claim(path);
  REQUIRE(file.has_value());
  REQUIRE(::chown(path.c_str(), 65'534, 65'534) == 0);
  CHECK_FALSE(running_process(path));
}

TEST_CASE("pid file: left by a dead process, names nobody and can be claimed") {
  const TemporaryFolder folder;
  const std::string path = folder.path("mainstay.pid");
  folder.write("mainstay.pid", "1\n");
  CHECK_FALSE(running_process(path));
  CHECK(PidFile::claim(path).has_value());
}

TEST_CASE("pid file: in a folder that is not there, cannot be written") {
  const auto file = PidFile::claim("/nonexistent/mainstay.pid");
  REQUIRE(file.has_error());
  CHECK(file.error().is(PidErrc::unwritable));
}

TEST_CASE("terminate: a process that ends on SIGTERM, is waited for") {
  // Before the fork: the test framework has a handler of its own, which the child must not run.
  const auto handler = std::signal(SIGTERM, SIG_DFL);
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  std::signal(SIGTERM, handler);
  REQUIRE(child > 0);
  CHECK(terminate(child, Millis{10'000}));
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("ask: a process that answers, ends or does neither, told apart") {
  const auto handler = std::signal(SIGUSR1, SIG_DFL);
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  std::signal(SIGUSR1, handler);
  REQUIRE(child > 0);
  const auto never = [] { return false; };
  CHECK(ask(child, 0, Millis{10'000}, [] { return true; }) == Asked::done);
  CHECK(ask(child, 0, Millis{20}, never) == Asked::overdue);
  CHECK(ask(child, SIGUSR1, Millis{10'000}, never) == Asked::ended);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(ask(child, SIGUSR1, Millis{10'000}, never) == Asked::ended);
}

}  // namespace mainstay::commands::pid_file_test
