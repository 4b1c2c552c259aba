#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mainstay::tls {

/// HMAC-SHA256 (RFC 2104) of the message: 32 bytes. Any thread.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// HMAC-SHA256 with a key that many messages are signed with: what depends on the key alone is made
/// once, which is most of the work for a short message. One thread at a time.
class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  /// Of the parts, one behind the other: 32 bytes.
  std::string of(std::span<const std::string_view> parts);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// HMAC-SHA1: 20 bytes. Only for protocols that ask for it (RFC 6238's one-time codes).
std::string hmac_sha1(std::string_view key, std::string_view message);

}  // namespace mainstay::tls
