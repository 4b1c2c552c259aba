#include "commands/outcome.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace mainstay::commands {
namespace {

constexpr std::size_t text_bytes_max = 4'096;
constexpr std::string_view good_word = " good ";
constexpr std::string_view bad_word = " refused ";

}  // namespace

std::filesystem::path outcome_path(const std::filesystem::path& pid_file) {
  return pid_file.string() + ".outcome";
}

Outcome read_outcome(const std::filesystem::path& pid_file) {
  Outcome outcome;
  const int file = ::open(outcome_path(pid_file).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return outcome;
  char bytes[text_bytes_max + 64];
  const ssize_t size = ::read(file, bytes, sizeof bytes);
  ::close(file);
  if (size <= 0) return outcome;
  const std::string_view line = trimmed({bytes, static_cast<std::size_t>(size)});
  const std::size_t blank = line.find(' ');
  const auto number = parse_u64(line.substr(0, blank));
  if (!number || blank == std::string_view::npos) return outcome;
  const std::string_view rest = line.substr(blank);
  outcome.good = rest.starts_with(good_word);
  if (!outcome.good && !rest.starts_with(bad_word)) return outcome;
  outcome.number = *number;
  outcome.text = rest.substr(outcome.good ? good_word.size() : bad_word.size());
  return outcome;
}

void write_outcome(const std::filesystem::path& pid_file, bool good, std::string_view text) {
  std::string line = std::to_string(read_outcome(pid_file).number + 1);
  line.append(good ? good_word : bad_word).append(text.substr(0, text_bytes_max));
  std::ranges::replace(line, '\n', ' ');
  line.push_back('\n');
  const std::string unfinished = outcome_path(pid_file).string() + ".tmp";
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const int file = ::open(unfinished.c_str(), flags, 0600);
  if (file < 0) return;
  const bool written = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  ::close(file);
  if (written) ::rename(unfinished.c_str(), outcome_path(pid_file).c_str());
}

}  // namespace mainstay::commands
