#include "commands/program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "base/text.hpp"
#include "commands/handover.hpp"

extern "C" char** environ;  // NOLINT: POSIX's own name

namespace mainstay::commands {
namespace {

constexpr ErrorRow refused_row{"program_refused", "the new program would not start", 500};
constexpr ErrorRow exec_row{"exec_failed", "cannot execute the program", 500};

constexpr const char* running = "/proc/self/exe";
constexpr std::size_t said_bytes_max = 4'096;

std::string path_of(const std::string& name) {
  std::error_code failure;
  if (name.find('/') != std::string::npos) {
    return std::filesystem::absolute(name, failure).string();  // links stay
  }
  const char* const folders = std::getenv("PATH");
  std::string_view rest = folders != nullptr ? folders : "";
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::filesystem::path candidate = std::filesystem::path{rest.substr(0, colon)} / name;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    if (std::filesystem::is_regular_file(candidate, failure) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return std::filesystem::absolute(candidate, failure).string();
    }
  }
  return std::filesystem::read_symlink(running, failure).string();
}

/// What the system calls want; points into `texts`.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// What a child writes until it ends, the first part of it. False at the deadline.
bool read_until_end(int pipe, SteadyTime deadline, std::string& said) {
  char part[512];
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(deadline - MachineClock{}.steady());
    pollfd ready{pipe, POLLIN, 0};
    const int found = ::poll(&ready, 1, static_cast<int>(std::max(left, Millis{0}).count()));
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) return false;
    const ssize_t size = ::read(pipe, part, sizeof part);
    if (size <= 0) return true;
    const auto room = said_bytes_max - said.size();
    said.append(part, std::min(static_cast<std::size_t>(size), room));
  }
}

/// With its output in a pipe, no signal blocked, and nothing of ours open.
int spawn(const std::string& path, std::vector<std::string> arguments,
          std::vector<std::string> environment, int output, pid_t& child) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t ignored;
  sigemptyset(&ignored);
  sigaddset(&ignored, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &ignored);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int failure = ::posix_spawn(&child, path.c_str(), &files, &attributes,
                                    pointers(arguments).data(), pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return failure;
}

}  // namespace

const ErrorRow& error_row(ProgramErrc code) {
  return code == ProgramErrc::refused ? refused_row : exec_row;
}

Program::Program(int argc, char** argv) : arguments_(argv, argv + argc) {
  path_ = path_of(arguments_.empty() ? "" : arguments_.front());
}

std::vector<std::string> Program::environment(const std::string& handover) const {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
  all.push_back(std::string{Handover::variable} + "=" + handover);
  return all;
}

Result<> Program::check(const std::string& handover, Millis deadline) const {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{ProgramErrc::refused, std::strerror(errno)};
  auto arguments = arguments_;
  arguments.emplace_back("--check");
  pid_t child = 0;
  const int failure = spawn(path_, std::move(arguments), environment(handover), ends[1], child);
  ::close(ends[1]);
  if (failure != 0) {
    ::close(ends[0]);
    return Error{ProgramErrc::refused, path_ + ": " + std::strerror(failure)};
  }
  std::string said;
  const bool ended = read_until_end(ends[0], MachineClock{}.steady() + deadline, said);
  ::close(ends[0]);
  if (!ended) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (!ended) said = "it has not said within " + std::to_string(deadline.count()) + " ms";
  if (said.empty()) said = path_ + " ended with status " + std::to_string(status);
  return Error{ProgramErrc::refused, std::string{trimmed(said)}};
}

Error Program::become_new(const std::string& handover) const {
  auto arguments = arguments_;
  auto variables = environment(handover);
  ::execve(path_.c_str(), pointers(arguments).data(), pointers(variables).data());
  return {ProgramErrc::exec_failed, path_ + ": " + std::strerror(errno)};
}

Error Program::become(int file, const std::string& handover) const {
  auto arguments = arguments_;
  auto variables = environment(handover);
  ::fexecve(file, pointers(arguments).data(), pointers(variables).data());
  return {ProgramErrc::exec_failed, std::strerror(errno)};
}

int Program::open_running() { return ::open(running, O_RDONLY | O_CLOEXEC); }

std::string take_handover_text() {
  const char* const found = std::getenv(Handover::variable);
  if (found == nullptr) return {};
  std::string text{found};
  ::unsetenv(Handover::variable);
  return text;
}

}  // namespace mainstay::commands
