#include "apps/clusters/outbound/git/git_program.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "base/temporary_folder.hpp"

namespace mainstay::clusters::git_program_test {
namespace {

TEST_CASE("git program: credentials come by the helper alone") {
  const TemporaryFolder folder;
  const GitProgram git{{.folder = folder.path("git")}};
  GitCall fill{.arguments = {"credential", "fill"},
               .input = "protocol=https\nhost=forge.test\n\n",
               .credentials = {"robot", "s3cret token"}};
  const auto filled = git.output(fill);
  REQUIRE_MESSAGE(filled.has_value(), (filled ? "" : filled.error().message()));
  CHECK(*filled == "protocol=https\nhost=forge.test\nusername=robot\npassword=s3cret token\n");
  // What is approved is kept nowhere.
  GitCall approve = fill;
  approve.arguments = {"credential", "approve"};
  approve.input = *filled + "\n";
  CHECK(git.output(approve).has_value());
  fill.credentials = {};
  CHECK(git.output(fill).has_error());  // nobody is asked, and nothing is remembered
  fill.credentials = {"robot", "two\nlines"};
  CHECK(git.run(fill).error().is(Errc::forge_refused));
}

TEST_CASE("git program: nothing of our environment reaches it, nor does the machine's setup") {
  ::setenv("MAINSTAY_TEST_GIT_SECRET", "s3cret", 1);
  const TemporaryFolder folder;
  const GitProgram git{{.folder = folder.path("git")}};
  const auto seen = git.output({.arguments = {"-c", "alias.env=!env", "env"}});
  ::unsetenv("MAINSTAY_TEST_GIT_SECRET");
  REQUIRE(seen.has_value());
  CHECK(seen->find("s3cret") == std::string::npos);
  CHECK(seen->find("GIT_CONFIG_GLOBAL=/dev/null") != std::string::npos);
  CHECK(seen->find("HOME=" + folder.path("git")) != std::string::npos);
  CHECK(git.output({.arguments = {"config", "--global", "--list"}})->empty());
}

TEST_CASE("git program: it leaves no core") {
  const TemporaryFolder folder;
  const GitProgram git{{.folder = folder.path("git")}};
  const auto said = git.output({.arguments = {"-c", "alias.core=!ulimit -c", "core"}});
  REQUIRE(said.has_value());
  CHECK(*said == "0\n");
}

TEST_CASE("git program: failures say what failed and why, and refusals are told from accidents") {
  const TemporaryFolder folder;
  const GitProgram git{{.folder = folder.path("git")}};
  const auto failed = git.output({.arguments = {"--git-dir=/no/such", "rev-parse", "HEAD"}});
  REQUIRE(failed.has_error());
  CHECK(failed.error().is(Errc::git_failed));
  CHECK(failed.error().detail() == "git rev-parse: fatal: not a git repository: '/no/such'");
  const auto error = [](std::string said) {
    return git_error("git push", {1, {}, std::move(said)});
  };
  CHECK(error("fatal: Authentication failed for 'https://x/'\n").is(Errc::forge_refused));
  CHECK(error("remote: error: GH006: protected branch\nhint: no\n").is(Errc::forge_refused));
  CHECK(error("fatal: unable to access: Could not resolve host\n").is(Errc::git_failed));
  CHECK(error("").detail() == "git push: exit status 1");
  CHECK(error("warning: x\nfatal: why\nhint: a hint\n").detail() == "git push: fatal: why");
}

TEST_CASE("git program: words are quoted for whom they go to") {
  CHECK(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(fast_import_path("a \"b\"/c") == "\"a \\\"b\\\"/c\"");
}

}  // namespace
}  // namespace mainstay::clusters::git_program_test
