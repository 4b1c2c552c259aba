#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::secrets {

/// A secret as Berglas keeps it in Cloud Storage: `b64(encrypted key) ":" b64(nonce || ciphertext
/// || tag)`, standard base64 with padding, line ends ignored (as Go's decoder does). The key is 32
/// random bytes that Cloud KMS has encrypted; the rest is AES-256-GCM with a nonce of 12 bytes and
/// a tag of 16, without additional data.
struct Envelope {
  std::string encrypted_key;
  std::string sealed;  // nonce || ciphertext || tag
};

Result<Envelope> parse_envelope(std::string_view text);

/// Errc::malformed when the key does not fit or a bit was changed.
Result<std::string> open_sealed(std::string_view key, std::string_view sealed);

}  // namespace mainstay::secrets
