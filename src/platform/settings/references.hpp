#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::settings {

/// Reads what values refer to; platform/secrets implements it. Errors never tell what was read.
class References {
 public:
  virtual ~References() = default;
  /// Blocks. The whole content, which may be empty.
  virtual Result<std::string> read(const std::string& reference) = 0;
};

/// Whether a setting's value is a place to read it from: `env:NAME`, `file:PATH`, `age:PATH#KEY`,
/// `berglas://BUCKET/OBJECT`, `sm://PROJECT/NAME`. By its beginning alone: it may be malformed.
bool is_reference(std::string_view value);

}  // namespace mainstay::settings
