#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::commands {

enum class ProgramErrc : std::uint8_t { refused = 1, exec_failed };
const ErrorRow& error_row(ProgramErrc code);

/// How this process was started, so that it can be again: the program's path (a symbolic link stays
/// one, and may lead to another program by then), arguments, environment and working folder.
class Program {
 public:
  Program() = default;
  /// Call at the start, before anything changes the working folder.
  Program(int argc, char** argv);

  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }

  /// Runs the program that now has the path, with the same arguments and `--check`, beside this
  /// process; `handover` is its MAINSTAY_HANDOVER. Errc::refused with what it said (its first 4
  /// KiB) when it does not end with 0 in time.
  [[nodiscard]] Result<> check(const std::string& handover, Millis deadline) const;

  /// exec: the program that now has the path takes this process over. Returns only on failure.
  [[nodiscard]] Error become_new(const std::string& handover) const;
  /// The same for the program of an open file.
  [[nodiscard]] Error become(int file, const std::string& handover) const;
  /// The file of the program that runs now, also when its path has got another one since; -1 when
  /// it cannot be opened. Closed by exec.
  static int open_running();

 private:
  [[nodiscard]] std::vector<std::string> environment(const std::string& handover) const;

  std::string path_;
  std::vector<std::string> arguments_;  // with the program's name
};

/// The value of MAINSTAY_HANDOVER, which is taken out of the environment: no child shall see it.
std::string take_handover_text();

}  // namespace mainstay::commands
