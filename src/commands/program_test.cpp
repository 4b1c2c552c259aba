#include "commands/program.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "commands/handover.hpp"

namespace mainstay::commands::program_test {
namespace {

/// A script in place of the program.
Program scripted(const TemporaryFolder& folder, const std::string& text) {
  std::string path = folder.write("program", "#!/bin/sh\n" + text + "\n");
  ::chmod(path.c_str(), 0700);
  std::string argument = "first";
  std::array<char*, 3> arguments{path.data(), argument.data(), nullptr};
  return {2, arguments.data()};
}

}  // namespace

TEST_CASE("program: a check that ends well, gets arguments, --check and what is handed over") {
  const TemporaryFolder folder;
  const std::string said = folder.path("said");
  const auto program = scripted(folder, "echo \"$* $MAINSTAY_HANDOVER\" > " + said);
  REQUIRE(program.check("v1 process=1", Millis{60'000}).has_value());
  const std::string wanted = "test \"$(cat " + said + ")\" = 'first --check v1 process=1'";
  CHECK(std::system(wanted.c_str()) == 0);  // NOLINT: a test of ours
}

TEST_CASE("program: a check that fails, gives what it said, and not all of too much") {
  const TemporaryFolder folder;
  const auto failed = scripted(folder, "echo no such key >&2; exit 2").check("v1", Millis{60'000});
  REQUIRE(failed.has_error());
  CHECK(failed.error().is(ProgramErrc::refused));
  CHECK(failed.error().detail() == "no such key");
  const auto much = scripted(folder, "yes | head -c 1000000; exit 2").check("v1", Millis{60'000});
  REQUIRE(much.has_error());
  CHECK(much.error().detail().size() <= 4'096);
  const auto mute = scripted(folder, "exit 2").check("v1", Millis{60'000});
  REQUIRE(mute.has_error());
  CHECK_FALSE(mute.error().detail().empty());
}

TEST_CASE("program: a check that does not end, ended") {
  const TemporaryFolder folder;
  const auto stuck = scripted(folder, "exec sleep 1000").check("v1", Millis{50});
  REQUIRE(stuck.has_error());
  CHECK(stuck.error().detail().find("50 ms") != std::string::npos);
}

TEST_CASE("program: no file at its path any more, refused and not become") {
  const TemporaryFolder folder;
  const auto program = scripted(folder, "true");
  ::unlink(folder.path("program").c_str());
  CHECK(program.check("v1", Millis{60'000}).has_error());
  CHECK(program.become_new("v1").is(ProgramErrc::exec_failed));
  CHECK(program.become(-1, "v1").is(ProgramErrc::exec_failed));
}

TEST_CASE("program: what was handed over, taken out of the environment") {
  ::setenv(Handover::variable, "v1 process=7", 1);
  CHECK(take_handover_text() == "v1 process=7");
  CHECK(std::getenv(Handover::variable) == nullptr);
  CHECK(take_handover_text().empty());
}

}  // namespace mainstay::commands::program_test
