#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::process {

enum class Errc : std::uint8_t { not_found = 1, failed, overdue, output_too_large };
const ErrorRow& error_row(Errc code);

/// A program of others to run to its end, without a shell.
struct Command {
  std::vector<std::string> arguments;  // the first names the program, looked for in PATH
  std::string input = {};              // its standard input, over a socket: never on a disk
  // Its whole environment, "NAME=VALUE" each; nothing: ours. Other users cannot read it, but
  // whatever it starts inherits it: no place for secrets.
  std::optional<std::vector<std::string>> environment = {};
  // What it, and whatever it starts, reads at /dev/fd/3: in memory, seen by nobody else. For
  // secrets. Empty: there is no such descriptor.
  std::string descriptor_3 = {};
  std::size_t output_bytes_max = 1U << 20U;
  Millis deadline{10'000};  // beyond: killed, Errc::overdue
};

struct Finished {
  int status = 0;  // its exit status; 128 and the signal's number when one ended it
  std::string output;
  std::string errors;  // the first 4 KiB of what it said on standard error

  [[nodiscard]] bool good() const { return status == 0; }
};

/// Blocks. Errc::not_found when there is no such program; an exit status other than 0 is no error
/// here: whoever asked knows what it means. Any thread.
Result<Finished> run(const Command& command);

/// Whether PATH has that program.
bool exists(const std::string& program);

}  // namespace mainstay::process
