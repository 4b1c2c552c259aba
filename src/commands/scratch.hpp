#pragma once

#include <map>
#include <string>

namespace mainstay::commands {

/// A folder below the temporary one (0700), removed with all that is in it at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  /// "" when it could not be made.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Puts settings over others, of all listeners on one loopback port of the kernel's choice, without
/// a log: for a program that runs inside a command.
void make_private(std::map<std::string, std::string>& flags);

}  // namespace mainstay::commands
