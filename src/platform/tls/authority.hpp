#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::tls {

/// A key (ECDSA, P-256) with its certificate, as PEM.
struct KeyPair {
  std::string key;
  std::string certificate;
};

/// A root of one's own, which signs itself: for devices of one's own, trusted by nobody else.
/// `name` and `organization` are UTF-8 of 1 to 64 bytes.
Result<KeyPair> make_root(const std::string& name, const std::string& organization, SystemTime now,
                          std::chrono::days valid);

/// A TLS server's certificate that signs itself: for a listener on this machine, whose clients are
/// given it as their root. `alternative_names` as OpenSSL writes them:
/// "IP:127.0.0.1,DNS:localhost".
Result<KeyPair> make_server_pair(const std::string& name, const std::string& alternative_names,
                                 SystemTime now, std::chrono::days valid);

/// What a request for a certificate (PKCS #10) must name, to the letter.
struct Expected {
  std::string common_name;
  std::string organization;
};

/// Signs requests of devices with a root's key, in this process. Any thread; some milliseconds a
/// signature, so no I/O thread.
class RootAuthority {
 public:
  /// Errors name the file.
  static Result<std::shared_ptr<const RootAuthority>> load(const std::string& key_file,
                                                           const std::string& certificate_file);
  ~RootAuthority();

  struct Signed {
    std::string chain;          // PEM: the certificate, the root's behind it
    std::string serial_number;  // as PeerCertificate's
    SystemTime expires_at;
  };
  /// A certificate for TLS clients: for the request's key, which must have signed the request, and
  /// be RSA of at least 2048 bits or of a curve of at least 224. What else the request asks for is
  /// left out. Errc::certificate_invalid says what is wrong.
  [[nodiscard]] Result<Signed> sign(std::string_view request, const Expected& expected,
                                    SystemTime now, std::chrono::days valid) const;

  struct Impl;
  explicit RootAuthority(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::tls
