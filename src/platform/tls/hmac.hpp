#pragma once

#include <string>
#include <string_view>

namespace mainstay::tls {

/// HMAC-SHA256 (RFC 2104) of the message: 32 bytes. Any thread.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// HMAC-SHA1: 20 bytes. Only for protocols that ask for it (RFC 6238's one-time codes).
std::string hmac_sha1(std::string_view key, std::string_view message);

}  // namespace mainstay::tls
