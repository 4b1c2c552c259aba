#include "commands/scratch.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdlib.h>
#include <system_error>

namespace mainstay::commands {

ScratchFolder::ScratchFolder() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "mainstay-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

void make_private(std::map<std::string, std::string>& flags) {
  flags["http.address"] = "127.0.0.1";
  flags["http.port"] = "0";
  flags["http.tls_certificate"] = "";
  flags["http.tls_key"] = "";
  flags["log.file"] = "/dev/null";
  flags["log.access"] = "none";
}

}  // namespace mainstay::commands
