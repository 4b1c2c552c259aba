#include "platform/process/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::process {
namespace {

constexpr std::size_t errors_bytes_max = 4096;

/// A descriptor, closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

/// A child's standard stream: `ours` does not block.
struct Stream {
  Descriptor ours, theirs;
};

Result<Stream> make_stream() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error{Errc::failed, std::strerror(errno)};
  }
  Stream stream{Descriptor{ends[0]}, Descriptor{ends[1]}};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return stream;
}

/// A file that is nowhere but in memory, with that text.
Result<Descriptor> make_memory_file(std::string_view text) {
  Descriptor file{::memfd_create("inherited", MFD_CLOEXEC)};
  while (file.get() >= 0 && !text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file.get() < 0 || !text.empty()) return Error{Errc::failed, std::strerror(errno)};
  return file;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& one : texts) out.push_back(one.data());
  out.push_back(nullptr);
  return out;
}

/// The child and our ends of its streams.
class Child {
 public:
  static Result<Child> start(const Command& command);
  Child(Child&& other) noexcept
      : process_(std::exchange(other.process_, 0)),
        in_(std::move(other.in_)),
        out_(std::move(other.out_)),
        errors_(std::move(other.errors_)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    (void)wait();
  }

  Result<Finished> finish(const Command& command);

 private:
  Child(pid_t process, Descriptor in, Descriptor out, Descriptor errors)
      : process_(process), in_(std::move(in)), out_(std::move(out)), errors_(std::move(errors)) {}

  void feed(std::string_view& input);
  static bool drain(Descriptor& from, std::string& into, std::size_t keep_max);
  int wait();

  pid_t process_;
  Descriptor in_, out_, errors_;
};

Result<Child> Child::start(const Command& command) {
  MS_TRY(auto in, make_stream());
  MS_TRY(auto out, make_stream());
  MS_TRY(auto errors, make_stream());
  Descriptor inherited;
  if (!command.descriptor_3.empty()) {
    MS_TRY(inherited, make_memory_file(command.descriptor_3));
  }
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, in.theirs.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, out.theirs.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors.theirs.get(), STDERR_FILENO);
  if (inherited.get() >= 0) ::posix_spawn_file_actions_adddup2(&files, inherited.get(), 3);
  // What this process itself was started with is not the child's either.
  ::posix_spawn_file_actions_addclosefrom_np(&files, inherited.get() >= 0 ? 4 : 3);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  auto arguments = command.arguments;
  auto variables = command.environment.value_or(std::vector<std::string>{});
  const std::vector<char*> words = pointers_to(arguments);
  const std::vector<char*> own = pointers_to(variables);
  pid_t process = 0;
  const int failure = ::posix_spawnp(&process, words.front(), &files, &attributes, words.data(),
                                     command.environment ? own.data() : environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0) {
    return Error{failure == ENOENT ? Errc::not_found : Errc::failed,
                 command.arguments.front() + ": " + std::strerror(failure)};
  }
  return Child{process, std::move(in.ours), std::move(out.ours), std::move(errors.ours)};
}

void Child::feed(std::string_view& input) {
  while (!input.empty()) {
    const ssize_t sent = ::send(in_.get(), input.data(), input.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) break;  // it reads no more: its exit status says whether that was well
    input.remove_prefix(static_cast<std::size_t>(sent));
  }
  in_.close();
}

/// Reads what is there; past `keep_max` + 1 bytes the rest is dropped. False: the end.
bool Child::drain(Descriptor& from, std::string& into, std::size_t keep_max) {
  std::array<char, 16'384> part;
  while (true) {
    const ssize_t size = ::read(from.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) {
      from.close();
      return false;
    }
    const std::size_t room = keep_max + 1 - std::min(into.size(), keep_max + 1);
    into.append(part.data(), std::min(static_cast<std::size_t>(size), room));
    if (into.size() > keep_max) return true;
  }
}

int Child::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<Finished> Child::finish(const Command& command) {
  const MachineClock clock;
  const SteadyTime end = clock.steady() + command.deadline;
  std::string_view input = command.input;
  if (input.empty()) in_.close();
  Finished finished;
  while (out_.get() >= 0 || errors_.get() >= 0) {
    const auto left = std::chrono::duration_cast<Millis>(end - clock.steady()).count();
    if (left <= 0) {
      return Error{Errc::overdue, command.arguments.front() + " has not ended within " +
                                      std::to_string(command.deadline.count()) + " ms"};
    }
    pollfd waits[] = {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}};
    ::poll(waits, 3, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (waits[0].revents != 0) feed(input);
    if (waits[1].revents != 0) drain(out_, finished.output, command.output_bytes_max);
    if (waits[2].revents != 0) drain(errors_, finished.errors, errors_bytes_max);
    if (finished.output.size() > command.output_bytes_max) {
      return Error{Errc::output_too_large, command.arguments.front() + " wrote more than " +
                                               std::to_string(command.output_bytes_max) + " bytes"};
    }
    finished.errors.resize(std::min(finished.errors.size(), errors_bytes_max));
  }
  in_.close();
  finished.status = wait();
  return finished;
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr ErrorRow rows[] = {
      {"process_not_found", "a program is not installed"},
      {"process_failed", "a program cannot be run"},
      {"process_overdue", "a program took too long"},
      {"process_output_too_large", "a program wrote too much"},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<Finished> run(const Command& command) {
  MS_TRY(auto child, Child::start(command));
  return child.finish(command);
}

bool exists(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  const char* const path = std::getenv("PATH");
  for (const std::string_view folder : split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    if (::access((std::string{folder} + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace mainstay::process
