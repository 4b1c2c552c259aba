#include "commands/daemon.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace mainstay::commands {
namespace {

constexpr ErrorRow fork_failed_row{"fork_failed", "cannot make a background process", 500};

void redirect_to_null(int descriptor, int flags) {
  const int null = ::open("/dev/null", flags | O_CLOEXEC);
  if (null < 0) return;
  ::dup2(null, descriptor);
  ::close(null);
}

}  // namespace

const ErrorRow& error_row(DaemonErrc) { return fork_failed_row; }

Daemon::Daemon(Daemon&& other) noexcept
    : child_(other.child_), pipe_end_(std::exchange(other.pipe_end_, -1)) {}

Daemon::~Daemon() {
  if (pipe_end_ >= 0) ::close(pipe_end_);
}

Result<Daemon> Daemon::fork() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{DaemonErrc::fork_failed, std::strerror(errno)};
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return Error{DaemonErrc::fork_failed, std::strerror(errno)};
  }
  if (child > 0) {
    ::close(ends[1]);
    return Daemon{child, ends[0]};
  }
  ::close(ends[0]);
  ::setsid();
  redirect_to_null(STDIN_FILENO, O_RDONLY);
  redirect_to_null(STDOUT_FILENO, O_WRONLY);
  return Daemon{0, ends[1]};
}

std::string Daemon::wait_for_word() const {
  std::string line;
  char part[512];
  for (;;) {
    const ssize_t size = ::read(pipe_end_, part, sizeof part);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return line;
    line.append(part, static_cast<std::size_t>(size));
  }
}

void Daemon::say(std::string_view line) {
  // A parent that was killed meanwhile need not hear it.
  [[maybe_unused]] const ssize_t size = ::write(pipe_end_, line.data(), line.size());
  ::close(std::exchange(pipe_end_, -1));
  redirect_to_null(STDERR_FILENO, O_WRONLY);
}

}  // namespace mainstay::commands
