#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret_text.hpp"
#include "platform/tls/authority.hpp"

// Values sealed for the holder of an RSA key, as the sealed-secrets project's controller opens them
// (pkg/crypto/crypto.go of bitnami-labs/sealed-secrets): a session key of 32 random bytes,
// encrypted by RSA-OAEP (SHA-256 for the hash and for MGF1, with a label); the value under
// AES-256-GCM with that key, a nonce of 12 zero bytes (the key is used once), no additional data.
// The bytes are: length of the RSA part (16 bits, big-endian), RSA part, ciphertext, tag (16
// bytes); as text they are standard base64 with padding.
namespace mainstay::tls {

enum class SealErrc : std::uint8_t {
  malformed = 1,  // no sealed value at all
  not_opened,     // by none of the keys, or under another label, or it was changed
};
const ErrorRow& error_row(SealErrc code);

/// A certificate to seal with. Immutable; any thread.
class SealingCertificate {
 public:
  /// The first certificate of a PEM text; its key is RSA of 2048 to 8192 bits. Whether it is good
  /// by now is the caller's question. Errc::certificate_invalid.
  static Result<std::shared_ptr<const SealingCertificate>> parse(std::string_view pem);
  ~SealingCertificate();

  /// "SHA256:..." of its public key, as ssh-keygen and the controller's log name keys.
  [[nodiscard]] const std::string& key_fingerprint() const;
  /// SHA-256 of the certificate (DER), 64 hexadecimal digits, as `openssl x509 -fingerprint` has it
  /// without colons.
  [[nodiscard]] const std::string& fingerprint() const;
  [[nodiscard]] SystemTime not_before() const;
  [[nodiscard]] SystemTime not_after() const;
  [[nodiscard]] std::size_t key_bytes() const;
  [[nodiscard]] const std::string& pem() const;

  /// The sealed value in base64. About 0.1 ms with RSA-4096.
  [[nodiscard]] std::string seal(std::string_view value, std::string_view label) const;

  struct Impl;
  explicit SealingCertificate(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Private keys that open sealed values. Immutable; any thread.
class UnsealingKeys {
 public:
  UnsealingKeys();
  ~UnsealingKeys();
  UnsealingKeys(UnsealingKeys&&) noexcept;
  UnsealingKeys& operator=(UnsealingKeys&&) noexcept;

  /// Every private key of a PEM text, PKCS #1 or #8, without a passphrase. Errc::key_invalid.
  Result<> add(std::string_view pem);
  [[nodiscard]] std::size_t size() const;
  /// As SealingCertificate::key_fingerprint(), in the order of adding.
  [[nodiscard]] std::vector<std::string> fingerprints() const;

  struct Opened {
    SecretText value;
    std::size_t key = 0;  // which one opened it
  };
  /// Tries all keys, the last one added first: each costs some 5 ms with RSA-4096.
  [[nodiscard]] Result<Opened> open(std::string_view base64, std::string_view label) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The bytes of a sealed value and how long its RSA part is; SealErrc::malformed.
struct SealedBytes {
  std::string bytes;
  std::size_t key_bytes = 0;
};
Result<SealedBytes> read_sealed(std::string_view base64);

/// A key to open sealed values, and its certificate, which signs itself: as the controller makes
/// them. `bits`: 2048 to 8192; 4096 takes a second or more.
Result<KeyPair> make_sealing_pair(unsigned bits, SystemTime now, std::chrono::days valid);

}  // namespace mainstay::tls
