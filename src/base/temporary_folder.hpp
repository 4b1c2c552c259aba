#pragma once

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <system_error>

#include "base/check.hpp"

namespace mainstay {

/// A new empty folder under the system's temporary one, removed with all that is in it at the end.
/// For tests.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mainstay-XXXXXX").string();
    MS_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path(std::string_view name = "") const {
    return (std::filesystem::path{path_} / name).string();
  }
  /// Writes a file in it; gives its path.
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream out{path(name), std::ios::binary};
    out << text;
    MS_CHECK(out.flush());
    return path(name);
  }

 private:
  std::string path_;
};

}  // namespace mainstay
