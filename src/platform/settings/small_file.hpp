#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace mainstay::settings {

/// Longer settings files and secrets are refused.
inline constexpr std::size_t file_bytes_max = 65'536;

/// The whole of a file; nothing when there is none. Any other failure, a folder and a file beyond
/// file_bytes_max are errors (Errc::bad_file) that name the path.
Result<std::optional<std::string>> read_small_file(const std::string& path);

}  // namespace mainstay::settings
