#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.hpp"

namespace mainstay::commands {

/// A process that goes to the background only once it serves: the parent waits for the child's
/// word, so `start -d` fails where the child fails, with its message.
class Daemon {
 public:
  enum class Side { parent, child };

  /// Forks. In the child: a new session, standard input and output from and to /dev/null.
  static Result<Daemon> fork();
  Daemon(Daemon&& other) noexcept;
  Daemon& operator=(Daemon&&) = delete;
  ~Daemon();

  [[nodiscard]] Side side() const { return child_ == 0 ? Side::child : Side::parent; }
  [[nodiscard]] pid_t child() const { return child_; }

  /// Parent: the child's line; nothing when it ended without one.
  [[nodiscard]] std::string wait_for_word() const;
  /// Child: lets the parent go; then standard error goes to /dev/null too.
  void say(std::string_view line);

 private:
  Daemon(pid_t child, int pipe_end) : child_(child), pipe_end_(pipe_end) {}
  pid_t child_;
  int pipe_end_;
};

enum class DaemonErrc : std::uint8_t { fork_failed = 1 };
const ErrorRow& error_row(DaemonErrc code);

}  // namespace mainstay::commands
