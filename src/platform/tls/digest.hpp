#pragma once

#include <string>
#include <string_view>

namespace mainstay::tls {

/// SHA-256 (FIPS 180-4): 32 bytes. Any thread.
std::string sha256(std::string_view bytes);

}  // namespace mainstay::tls
