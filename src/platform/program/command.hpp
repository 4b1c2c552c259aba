#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay {

struct Product;
struct Call;

/// Exit statuses: what scripts and service managers go by.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,        // bad flags or settings
  exit_not_running = 3,  // `status`, as LSB init scripts answer
};

/// What a command takes beside the flags that every command takes (--env, --set, --json ...).
struct Argument {
  enum class Kind : std::uint8_t { flag, text, number, rest };

  /// "--yes", or "-y,--yes": the longer one is its name in a Call. Without dashes a positional:
  /// "file".
  std::string name;
  std::string help;
  Kind kind = Kind::text;
  bool required = false;
  std::int64_t least = 0;  // numbers
  std::int64_t most = INT64_MAX;

  [[nodiscard]] std::string key() const { return name.substr(name.rfind(',') + 1); }
};

Argument flag(std::string name, std::string help);
/// `--dry-run`, of every command that could go on to change something.
Argument dry_run_flag();
/// What the words of such a rehearsal begin with; empty when it is none.
const char* dry_run_lead(bool dry_run);
Argument text(std::string name, std::string help);
Argument required_text(std::string name, std::string help);
Argument number(std::string name, std::string help, std::int64_t least, std::int64_t most);
/// All that is left: the last positional of a command.
Argument rest(std::string name, std::string help);

/// A setting that a command wants otherwise than its fallback, as long as nobody has said anything.
struct Preference {
  std::string key;
  std::string value;
};

/// One management command: a row of data and a function. A module lists its own in commands(), the
/// program's are in src/commands, one file each.
struct Command {
  std::string name;  // "serve"; "migrate up" is `up` of the group "migrate"
  std::string help;  // one line
  std::vector<Argument> arguments = {};
  /// The exit status. Nothing: the row only describes a group.
  std::function<int(const Call&)> run = {};
  bool reads_settings = true;  // false: Call::settings is null, and wrong ones are no error
  /// Secrets may cost requests to others, who may be out of reach: a command that only looks for
  /// the process or at files does without (plain).
  settings::Which references = settings::Which::all;
  std::string environment = {};  // as long as nobody has said anything; else development
  std::function<std::vector<Preference>(const Call&)> preferences = {};
};

/// A command line that was understood.
struct Call {
  const Product& product;
  const Command* command = nullptr;
  const settings::Settings* settings = nullptr;
  settings::Sources sources = {};  // flags filled in; variables are the process environment

  // Flags that every command takes.
  std::string pid_file = {};  // empty: NAME.pid in the data folder
  bool daemonize = false;
  bool check = false;  // serve and start: only say whether it would
  bool json = false;

  std::map<std::string, std::vector<std::string>, std::less<>> given = {};  // by Argument::key()

  // MS_CHECK that the command declares the argument, of that kind.
  [[nodiscard]] bool has(std::string_view key) const;  // any kind
  /// "" when it was not given.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t fallback) const;
  [[nodiscard]] const std::vector<std::string>& rest(std::string_view key) const;

  /// "NAME: TEXT" on standard error.
  void say(std::string_view text) const;
  /// The same; gives `status`.
  int fail(std::string_view text,
           int status = exit_failed) const;                      // NOLINT(modernize-use-nodiscard)
  int fail(const Error& error, int status = exit_failed) const;  // NOLINT(modernize-use-nodiscard)

 private:
  [[nodiscard]] const std::vector<std::string>* values(std::string_view key) const;
};

}  // namespace mainstay
