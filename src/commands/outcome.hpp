#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mainstay::commands {

/// How the last restart or reload of a running process ended: a small file beside its pid file,
/// since a signal brings no answer. Whoever asks by a signal waits for the number to grow.
struct Outcome {
  std::uint64_t number = 0;  // 0: none yet
  bool good = false;
  std::string text;  // one line
};

std::filesystem::path outcome_path(const std::filesystem::path& pid_file);

/// Number 0 when there is no such file, or it is not ours.
Outcome read_outcome(const std::filesystem::path& pid_file);

/// The next number, put there in one step (0600). A failure is silent: the log says the same.
void write_outcome(const std::filesystem::path& pid_file, bool good, std::string_view text);

}  // namespace mainstay::commands
