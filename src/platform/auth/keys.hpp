#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/auth/domain/link.hpp"

namespace mainstay::auth {

/// What is made of the server's one key: what is stored in place of tokens, signatures of links,
/// and the cipher for authenticator secrets. Whoever has the store alone can make none of them.
/// Immutable: any thread.
class Keys {
 public:
  /// `secret`: at least 32 bytes of text that nobody can guess (MS_CHECK).
  explicit Keys(std::string_view secret);

  /// The setting's text, when it is not empty (at least 32 characters), else the content of
  /// `<folder>/auth.key`: 64 hexadecimal digits, made at the first start with mode 0600. Another
  /// process that makes it at the same moment makes the same one. Errc::key_file says what to do.
  static Result<Keys> open(std::string_view setting, const std::filesystem::path& folder);

  /// Of a secret that clients hold: 64 hexadecimal digits. `kind` keeps the uses apart.
  [[nodiscard]] std::string hash(std::string_view kind, std::string_view secret) const;

  /// The token of a link: what it says, and the signature.
  [[nodiscard]] std::string sign(const Link& link) const;
  /// What a token says when it is one of ours: Errc::link_invalid, or link_expired at `now`.
  [[nodiscard]] Result<Link> verify(std::string_view token, SystemTime now) const;

  /// Encrypted and authenticated, as Base64; another text each time.
  [[nodiscard]] std::string seal(std::string_view plain) const;
  /// Nothing when it was not sealed by this key.
  [[nodiscard]] std::string unseal(std::string_view sealed) const;

 private:
  std::string hash_key_;
  std::string link_key_;
  std::string seal_key_;
};

/// 256 random bits as 64 hexadecimal digits: sessions.
std::string new_session_token();
/// The same behind `mst_`, by which people and scanners know it: API tokens.
std::string new_api_token();
bool looks_like_api_token(std::string_view text);
/// 128 random bits: ids of rows.
std::string new_id();

}  // namespace mainstay::auth
