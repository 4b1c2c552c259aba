#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "platform/tls/peer_certificate.hpp"

namespace mainstay::tls {

enum class Errc : std::uint8_t {
  certificate_invalid = 1,
  key_invalid,
  handshake_failed,
  verify_failed,
  protocol
};
const ErrorRow& error_row(Errc code);

struct ServerOptions {
  std::string certificate_file;  // PEM chain
  std::string key_file;          // PEM
  // A second pair, whose key is of the other kind (RSA, ECDSA): each client gets what it can use.
  std::string other_certificate_file = {};
  std::string other_key_file = {};
  /// Roots (PEM) of clients' certificates: then a client without one of theirs is refused.
  std::string client_ca_file = {};
  /// For devices that have nothing better: RSA key exchange too, with AES-GCM.
  bool rsa_key_exchange = false;
};

struct ClientOptions {
  std::string ca_file;  // extra roots, PEM; empty: the system's alone
  // For servers that demand a certificate: ours, PEM chain, and its key; empty: none.
  std::string certificate_file = {};
  std::string key_file = {};
  // The same as PEM texts, for those who keep them elsewhere; each instead of its file.
  std::string ca_pem = {};  // then the only roots: the system's do not count
  std::string certificate_pem = {};
  std::string key_pem = {};
  /// False: whoever answers is believed. For those whose operator demands it, and says so in logs.
  bool verify = true;
};

/// One end of a TLS connection over memory: ciphertext in, plaintext out, and back. No sockets, so
/// the HTTP server and the client share it, and tests drive it byte by byte. One thread at a time.
class Channel {
 public:
  ~Channel();
  Channel(Channel&&) noexcept;

  /// Takes ciphertext from the wire; appends plaintext to `plain` and whatever must go back to
  /// `wire`.
  /// On failure `wire` may hold an alert for the peer, and the channel is of no use any more.
  Result<> receive(Bytes ciphertext, std::string& plain, std::string& wire);
  /// Encrypts; before the handshake is over the plaintext waits inside.
  Result<> send(std::string_view plain, std::string& wire);
  /// A client's first flight.
  Result<> start(std::string& wire);
  /// close_notify.
  void close(std::string& wire);
  [[nodiscard]] bool established() const;
  /// Of a client that had to show one (ServerOptions::client_ca_file), once established.
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;
  /// The peer sent close_notify.
  [[nodiscard]] bool finished() const;

  struct Impl;
  explicit Channel(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// TLS 1.2 and 1.3 with a certificate and its key, which may be replaced while serving. Any thread.
class ServerContext {
 public:
  static Result<std::shared_ptr<ServerContext>> load(const ServerOptions& options);
  ~ServerContext();
  /// Reads the files again: from now on handshakes use what they hold, connections that stand keep
  /// what they have. On failure everything stays as it was.
  Result<> reload();
  /// The same if a file is another one than at the last attempt, or was written since. True: new
  /// certificates. A pair that does not fit is refused once, and tried again when it has changed.
  Result<bool> reload_if_changed();
  [[nodiscard]] Channel accept() const;

  struct Impl;
  explicit ServerContext(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Verifies the chain and the host name. Any thread.
class ClientContext {
 public:
  static Result<std::shared_ptr<ClientContext>> load(const ClientOptions& options);
  ~ClientContext();
  [[nodiscard]] Channel connect(const std::string& host) const;

  struct Impl;
  explicit ClientContext(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::tls
