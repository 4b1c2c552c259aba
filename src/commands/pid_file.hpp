#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::commands {

enum class PidErrc : std::uint8_t { unwritable = 1, running };
const ErrorRow& error_row(PidErrc code);

/// A file with this process's id, locked for as long as the process lives, so that a stale one is
/// told from a live one whatever number the kernel has given away since. Removed on destruction.
class PidFile {
 public:
  static Result<PidFile> claim(const std::filesystem::path& path);
  PidFile(PidFile&& other) noexcept;
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile();

 private:
  PidFile(std::filesystem::path path, int descriptor);
  std::filesystem::path path_;
  int descriptor_;
};

/// The process that holds the file; nothing when none does.
std::optional<pid_t> running_process(const std::filesystem::path& path);

/// Asks the process to end (SIGTERM) and waits for it. False when it still runs at the deadline.
bool terminate(pid_t process, Millis deadline);

}  // namespace mainstay::commands
