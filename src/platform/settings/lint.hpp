#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::settings {

/// Something about the settings files that is wrong, or will be one day.
struct Finding {
  std::string place;  // "settings/staging.toml:4"
  std::string text;   // what, and what to do
};

/// Looks at every file of the folder, also of environments that are not in force now, and at
/// `.env`: files that cannot be read, unknown keys and bad values; a staging that differs from
/// deployment in more than credentials, hosts and log.*, or repeats it; secrets in the clear where
/// files are committed (development, test, local and .env may have test credentials); local.toml,
/// and a .env with secrets, that git keeps. `is_tracked` answers for a path.
std::vector<Finding> lint(std::span<const Spec> specs, const Sources& sources,
                          const std::function<bool(const std::string& path)>& is_tracked);

}  // namespace mainstay::settings
