#include "apps/kit/outbound/files.hpp"

#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"
#include "base/temporary_folder.hpp"

namespace mainstay::kit::files_test {
namespace {

namespace fs = std::filesystem;

const Tree sample{
    {"dev", {"#!/bin/sh\n", true}}, {"src/a/b.cpp", {"b\n", false}}, {"z", {"", false}}};

std::size_t entries(const fs::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& one : fs::directory_iterator{folder}) ++count;
  return count;
}

}  // namespace

TEST_CASE("files: a tree is written and read back, modes included") {
  const TemporaryFolder folder;
  const fs::path place = folder.path("new");
  REQUIRE(write_new(place, sample).has_value());
  CHECK(*read_tree(place) == sample);
  CHECK(entries(folder.path()) == 1);  // nothing else is left
  const auto again = write_new(place, sample);
  REQUIRE(again.has_error());
  CHECK(again.error().is(Errc::place_taken));
}

TEST_CASE("files: into an empty folder, beside a .git, but never beside anything else") {
  const TemporaryFolder folder;
  folder.write("keep", "");
  CHECK(write_new(folder.path(), sample).error().is(Errc::place_taken));
  CHECK(entries(folder.path()) == 1);
  const TemporaryFolder fresh;
  fs::create_directory(fresh.path(".git"));
  REQUIRE(write_new(fresh.path(), sample).has_value());
  CHECK(*read_tree(fresh.path()) == sample);
  CHECK(fs::is_directory(fresh.path(".git")));
}

TEST_CASE("files: what cannot be written leaves nothing") {
  const TemporaryFolder folder;
  Tree hostile = sample;
  hostile["src/a/b.cpp/below"] = {};  // check_tree() refuses it; here the system does
  CHECK(write_new(folder.path("new"), hostile).has_error());
  CHECK(entries(folder.path()) == 0);
  fs::create_directory(folder.path("there"));
  CHECK(write_new(folder.path("there"), hostile).has_error());
  CHECK(entries(folder.path("there")) == 0);
}

TEST_CASE("files: a template with anything but files is refused, without being followed") {
  const auto refusal = [](const fs::path& place) {
    const auto tree = read_tree(place);
    REQUIRE(tree.has_error());
    CHECK(tree.error().is(Errc::template_refused));
    return tree.error().detail();
  };
  SUBCASE("a link out") {
    const TemporaryFolder folder;
    fs::create_symlink("/etc/passwd", folder.path("x"));
    CHECK(refusal(folder.path()).find("is a link") != std::string::npos);
  }
  SUBCASE("a link to a folder") {
    const TemporaryFolder folder;
    fs::create_directory_symlink("/etc", folder.path("x"));
    CHECK(refusal(folder.path()).find("is a link") != std::string::npos);
  }
  SUBCASE("a pipe, which would block") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo(folder.path("x").c_str(), 0600) == 0);
    CHECK(refusal(folder.path()).find("no regular file") != std::string::npos);
  }
  SUBCASE("a huge file, which is not read") {
    const TemporaryFolder folder;
    folder.write("x", "");
    fs::resize_file(folder.path("x"), std::uintmax_t{1} << 40U);
    CHECK(refusal(folder.path()).find("too large") != std::string::npos);
  }
  SUBCASE("too many files") {
    const TemporaryFolder folder;
    for (std::size_t i = 0; i <= limits.files_max; ++i) folder.write(std::to_string(i), "");
    CHECK(refusal(folder.path()).find("1,000 files") != std::string::npos);
  }
  SUBCASE("a name that no project should have") {
    const TemporaryFolder folder;
    folder.write("a\nb", "");
    CHECK(refusal(folder.path()).find("a?b") != std::string::npos);
  }
}

TEST_CASE("files: the state of a project tells its own links and folders from files") {
  const TemporaryFolder folder;
  folder.write("file", "x");
  fs::create_symlink("file", folder.path("link"));
  fs::create_directory(folder.path("folder"));
  fs::create_directory_symlink("/etc", folder.path("elsewhere"));
  const auto state =
      read_state(folder.path(), {"absent/x", "elsewhere/passwd", "file", "folder", "link"});
  REQUIRE(state.has_value());
  CHECK(state->files == Tree{{"file", {"x", false}}});
  CHECK(state->other == std::vector<std::string>{"elsewhere/passwd", "folder", "link"});
}

TEST_CASE("files: a plan is carried out, and can be again") {
  const TemporaryFolder folder;
  folder.write("stays", "1");
  folder.write("changes", "1");
  fs::create_directories(folder.path("gone/deep"));
  folder.write("gone/deep/file", "1");
  folder.write("changes.mainstay-new", "of a run that was killed");
  MergePlan plan;
  plan.write = {{"changes", {"2", true}}, {"new/one", {"3", false}}};
  plan.remove = {"gone/deep/file"};
  for (int i = 0; i < 2; ++i) {
    REQUIRE(carry_out(folder.path(), plan).has_value());
    CHECK(*read_tree(folder.path()) ==
          Tree{{"changes", {"2", true}}, {"new/one", {"3", false}}, {"stays", {"1", false}}});
    CHECK_FALSE(fs::exists(folder.path("gone")));
  }
}

TEST_CASE("files: a plan that cannot be written changes nothing") {
  const TemporaryFolder folder;
  folder.write("a", "1");
  folder.write("b", "1");
  MergePlan plan;
  plan.write = {{"a", {"2", false}}, {"b/c", {"2", false}}};
  CHECK(carry_out(folder.path(), plan).has_error());
  CHECK(*read_tree(folder.path()) == Tree{{"a", {"1", false}}, {"b", {"1", false}}});
}

}  // namespace mainstay::kit::files_test
