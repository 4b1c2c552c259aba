#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <sys/types.h>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::commands {

enum class PidErrc : std::uint8_t { unwritable = 1, running };
const ErrorRow& error_row(PidErrc code);

/// A file with this process's id, locked for as long as the process lives, so that a stale one is
/// told from a live one whatever number the kernel has given away since. Removed on destruction,
/// with the outcome file beside it. The lock is the open file's (F_OFD_SETLK): it outlives an exec
/// with its descriptor, and can be asked for without taking it.
class PidFile {
 public:
  static Result<PidFile> claim(const std::filesystem::path& path);
  /// The file that this process claimed before its exec, by its descriptor.
  static PidFile adopt(std::filesystem::path path, int descriptor) {
    return {std::move(path), descriptor};
  }
  PidFile(PidFile&& other) noexcept;
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Leaves the file claimed, and its descriptor to the caller.
  int keep() && { return std::exchange(descriptor_, -1); }

 private:
  PidFile(std::filesystem::path path, int descriptor);
  std::filesystem::path path_;
  int descriptor_;
};

/// The process that holds the file; nothing when none does, or when it is not the file's owner's.
std::optional<pid_t> running_process(const std::filesystem::path& path);

/// Asks the process to end (SIGTERM) and waits for it. False when it still runs at the deadline.
bool terminate(pid_t process, Millis deadline);

enum class Asked : std::uint8_t { done, ended, overdue };
/// Sends it a signal and waits until `done` says so, which is asked every 10 ms.
Asked ask(pid_t process, int signal, Millis deadline, const std::function<bool()>& done);

}  // namespace mainstay::commands
