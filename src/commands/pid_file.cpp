#include "commands/pid_file.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "commands/outcome.hpp"

namespace mainstay::commands {
namespace {

constexpr ErrorRow unwritable_row{"pid_file_unwritable", "cannot write the pid file", 500};
constexpr ErrorRow running_row{"already_running", "already running", 409};

Error system_error(const std::filesystem::path& path) {
  return {PidErrc::unwritable, path.string() + ": " + std::strerror(errno)};
}

/// All of the file, for the open file that the descriptor means.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// A process by its descriptor, which means this very one even if its number is given away.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t process)
      : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}
  ~ProcessHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;

  [[nodiscard]] bool found() const { return descriptor_ >= 0; }
  void send(int signal) const { ::syscall(SYS_pidfd_send_signal, descriptor_, signal, nullptr, 0); }
  [[nodiscard]] bool ends_within(Millis time) const {
    pollfd wait{descriptor_, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(time.count())) > 0;
  }

 private:
  int descriptor_;
};

std::optional<pid_t> read_pid(int descriptor) {
  char text[32];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  if (size <= 0) return std::nullopt;
  const auto pid = parse_u64(trimmed({text, static_cast<std::size_t>(size)}));
  if (!pid) return std::nullopt;
  return static_cast<pid_t>(*pid);
}

/// Whether the file's owner runs that process: nobody else's is signalled because of a text that he
/// can write, least of all by root.
bool is_owners(int descriptor, pid_t process) {
  struct stat file {};
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  std::string line;
  while (std::getline(status, line) && !line.starts_with("Uid:")) {
  }
  if (::fstat(descriptor, &file) != 0 || line.size() < 5) return false;
  const std::string_view ids = trimmed(std::string_view{line}.substr(4));
  return parse_u64(ids.substr(0, ids.find_first_of(" \t"))) == file.st_uid;
}

}  // namespace

const ErrorRow& error_row(PidErrc code) {
  return code == PidErrc::running ? running_row : unwritable_row;
}

PidFile::PidFile(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

PidFile::PidFile(PidFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PidFile::~PidFile() {
  if (descriptor_ < 0) return;
  ::unlink(outcome_path(path_).c_str());
  ::unlink(path_.c_str());  // while still locked: nobody else's file can be meant
  ::close(descriptor_);
}

Result<PidFile> PidFile::claim(const std::filesystem::path& path) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const int descriptor = ::open(path.c_str(), flags, 0600);
  if (descriptor < 0) return system_error(path);
  PidFile file{path, descriptor};
  auto lock = whole_file();
  if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    const auto pid = read_pid(descriptor);
    file.descriptor_ = -1;
    ::close(descriptor);
    return Error{PidErrc::running, "process " + std::to_string(pid.value_or(0)) + " holds " +
                                       path.string() + "; `mainstay stop` ends it"};
  }
  // The former owner may have removed the very file that was opened: then the name is free again.
  struct stat held {};
  struct stat named {};
  if (::fstat(descriptor, &held) != 0) return system_error(path);
  if (::stat(path.c_str(), &named) != 0 || named.st_ino != held.st_ino) {
    ::close(std::exchange(file.descriptor_, -1));
    return claim(path);
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return system_error(path);
  }
  return file;
}

std::optional<pid_t> running_process(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  // Asking takes no lock, so that nobody who claims the file meanwhile is turned away.
  auto lock = whole_file();
  const bool held = ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  auto pid = held ? read_pid(descriptor) : std::nullopt;
  if (pid && !is_owners(descriptor, *pid)) pid.reset();
  ::close(descriptor);
  return pid;
}

bool terminate(pid_t process, Millis deadline) {
  const ProcessHandle handle{process};
  if (!handle.found()) return errno == ESRCH;
  handle.send(SIGTERM);
  return handle.ends_within(deadline);
}

Asked ask(pid_t process, int signal, Millis deadline, const std::function<bool()>& done) {
  constexpr Millis every{10};
  const ProcessHandle handle{process};
  if (!handle.found()) return Asked::ended;
  handle.send(signal);
  for (Millis waited{0}; waited < deadline; waited += every) {
    if (done()) return Asked::done;
    if (handle.ends_within(every)) return Asked::ended;
  }
  return Asked::overdue;
}

}  // namespace mainstay::commands
