#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

namespace mainstay::exchange {

/// Sixteen lower-case hexadecimal digits, as hashes are told.
inline std::string hex16(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

}  // namespace mainstay::exchange
