#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "apps/clusters/outbound/git/git_program.hpp"
#include "base/temporary_folder.hpp"

namespace mainstay::clusters {

/// A bare repository with a first commit on `main`, for tests.
class TestRemote {
 public:
  TestRemote() {
    git({"init", "--quiet", "--bare", "--initial-branch=main", "--template=", path()});
    write("main",
          "M 100644 inline \"dir/old.yaml\"\ndata 4\nold\n\n"
          "M 120000 inline \"link\"\ndata 4\n/etc\n"
          "M 100644 inline \"README.md\"\ndata 5\nHello\n");
  }

  [[nodiscard]] const GitProgram& program() const { return program_; }
  [[nodiscard]] std::string path() const { return folder_.path("remote.git"); }
  [[nodiscard]] std::string url() const { return "file://" + path(); }
  [[nodiscard]] std::string folder(std::string_view name) const { return folder_.path(name); }

  /// A commit on that branch, of fast-import's file commands.
  void write(const std::string& branch, std::string_view commands) const {
    std::string stream = "commit refs/heads/" + branch +
                         "\ncommitter Ann <ann@example.com> 1600000000 +0000\ndata 5\nwork\n";
    if (has("refs/heads/" + branch)) stream += "from refs/heads/" + branch + "^0\n";
    git({"--git-dir=" + path(), "fast-import", "--quiet", "--done"},
        stream + std::string{commands} + "\ndone\n");
  }
  [[nodiscard]] bool has(const std::string& revision) const {
    const auto ran = program_.run(
        {.arguments = {"--git-dir=" + path(), "rev-parse", "-q", "--verify", revision}});
    return ran.has_value() && ran->good();
  }
  /// What git says of the remote, without the last line's end.
  std::string ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--git-dir=" + path());
    std::string out = git(std::move(arguments));
    if (out.ends_with('\n')) out.pop_back();
    return out;
  }

 private:
  std::string git(std::vector<std::string> arguments, std::string input = {}) const {
    auto out = program_.output({.arguments = std::move(arguments), .input = std::move(input)});
    REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message()));
    return std::move(*out);
  }

  TemporaryFolder folder_;
  GitProgram program_{{.folder = folder_.path("git")}};
};

}  // namespace mainstay::clusters
