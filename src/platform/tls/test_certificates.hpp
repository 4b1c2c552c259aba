#pragma once

#include <memory>
#include <string>
#include <string_view>

/// Certificates made at test time; for tests only.
namespace mainstay::tls::test {

enum class KeyKind { rsa, ecdsa };

/// A file with this text, removed with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/mainstay_test_XXXXXX";
};

/// Who a certificate is for; its validity in seconds from now.
struct Subject {
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1";
  KeyKind key = KeyKind::ecdsa;
  long valid_from = -3600;
  long valid_until = 3600;
};

struct Issued {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

/// A request for a certificate (PKCS #10) as PEM, with its key.
struct Requested {
  std::string request;
  std::string key;
};
Requested make_request(const std::string& common_name, const std::string& organization,
                       KeyKind kind = KeyKind::ecdsa, int rsa_bits = 2048);

/// A certificate authority of its own, so trusted by nobody who is not told.
class Authority {
 public:
  explicit Authority(KeyKind kind = KeyKind::ecdsa);
  ~Authority();

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] Issued issue(const Subject& subject = {}) const;
  /// A key that needs a passphrase.
  static std::string protected_key();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::tls::test
