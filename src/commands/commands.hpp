#pragma once

namespace mainstay::commands {

/// Exit statuses: what scripts and service managers go by.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,        // bad flags or settings
  exit_not_running = 3,  // `status`, as LSB init scripts answer
};

/// Parses the command line, runs the command, says on standard error what went wrong and what to do
/// next.
int run(int argc, char** argv);

}  // namespace mainstay::commands
