#include "commands/pid_file.hpp"

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::commands {

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
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGTERM, SIG_DFL);
    for (;;) ::pause();
  }
  REQUIRE(child > 0);
  CHECK(terminate(child, Millis{10'000}));
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WTERMSIG(status) == SIGTERM);
}

}  // namespace mainstay::commands
