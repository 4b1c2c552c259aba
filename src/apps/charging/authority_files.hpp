#pragma once

#include <filesystem>
#include <string>

namespace mainstay::charging {

/// Where the root lies that signs stations' certificates; `charging ca init` makes it.
struct AuthorityFiles {
  std::string key;          // 0600
  std::string certificate;  // to be given to whoever must trust it

  static AuthorityFiles in(const std::filesystem::path& data_folder) {
    return {(data_folder / "charging_ca.key").string(), (data_folder / "charging_ca.crt").string()};
  }
};

}  // namespace mainstay::charging
