#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/process/process.hpp"

namespace mainstay::clusters {

/// What a remote asks for. Never in an address, an argument, the environment or on a disk: git's
/// credential helper reads it from a descriptor that it inherits (ADR 43).
struct GitCredentials {
  std::string user;
  std::string password;  // or a token
  [[nodiscard]] bool empty() const { return password.empty(); }
};

struct GitProgramOptions {
  std::filesystem::path folder;  // private to us: 0700, made when it is missing
  std::string ca_file = {};      // roots besides the system's, for https remotes
  std::string ssh_key = {};      // path of the private key for ssh remotes
  std::string ssh_known_hosts = {};
  std::size_t file_bytes_max =
      1U << 30U;             // no file that git writes may grow beyond: a clone's pack
  Millis deadline{120'000};  // of one command
};

struct GitCall {
  std::vector<std::string> arguments;  // behind the options that every call has
  std::string input = {};
  GitCredentials credentials = {};
  std::vector<std::string> environment = {};  // besides what every call has: "NAME=VALUE"
  std::size_t output_bytes_max = 1U << 20U;
};

/// The git program with an environment of its own: no configuration of the machine's or of users',
/// no hooks, no prompts, no helpers but ours; redirects are not followed and certificates are
/// verified. Blocks. Any thread.
class GitProgram {
 public:
  explicit GitProgram(GitProgramOptions options);

  /// Its exit status is the caller's to look at. Errc::git_failed when it cannot be run or takes
  /// too long; Errc::too_large.
  [[nodiscard]] Result<process::Finished> run(GitCall call) const;
  /// What it wrote; an error unless it ended well: Errc::forge_refused when the remote would not
  /// let us in, else Errc::git_failed.
  [[nodiscard]] Result<std::string> output(GitCall call) const;

  [[nodiscard]] const GitProgramOptions& options() const { return options_; }

 private:
  [[nodiscard]] process::Command command_of(GitCall call) const;
  GitProgramOptions options_;
};

/// What went wrong, of what git said on standard error; `what`: the command, for people.
Error git_error(std::string_view what, const process::Finished& finished);

/// As git's configuration and shells take it: 'it'\''s'.
std::string shell_quoted(std::string_view text);

/// For fast-import: in double quotes.
std::string fast_import_path(std::string_view path);

}  // namespace mainstay::clusters
