#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::auth {

/// Time-based one-time codes as authenticator apps make them (RFC 6238: SHA-1, 6 digits, steps of
/// 30 seconds). The HMAC is an argument, so that nothing here needs a library.
using CodeStep = std::int64_t;  // 30-second steps since 1970
/// HMAC-SHA-1 of the eight bytes of a step, big-endian: 20 bytes.
using CodeMac = std::function<std::string(std::string_view message)>;

CodeStep code_step(SystemTime at);
/// Six digits.
std::string code_of(CodeStep step, const CodeMac& mac);

/// The step whose code this is: that of `now`, the one before or the one behind it (clocks differ),
/// and none up to `last_used`: a code counts once. Blanks in `code` do not count.
std::optional<CodeStep> match_code(std::string_view code, SystemTime now, CodeStep last_used,
                                   const CodeMac& mac);

/// RFC 4648 section 6 without padding.
std::string base32_encode(std::string_view bytes);

/// What an authenticator app reads from a QR code; `secret` in Base32.
std::string otpauth_uri(std::string_view issuer, std::string_view account, std::string_view secret);

}  // namespace mainstay::auth
