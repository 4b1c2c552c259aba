#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/request.hpp"

namespace mainstay::tls {
class ClientContext;
}

namespace mainstay::http {

/// Whose address it is. An address that users supply may not reach into the operator's own network:
/// loopback, private, link-local, multicast and unspecified targets are refused after name
/// resolution, per address tried.
enum class Trust : std::uint8_t { operator_address, user_address };

struct ClientRequest {
  Method method = Method::get;
  std::string url;  // http:// or https://
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string content_type;
  Trust trust = Trust::user_address;
  Millis deadline{10'000};  // for everything: resolve, connect, handshake, send, receive
  std::size_t response_bytes_max = 1U << 20U;
  /// Roots and a certificate for this server alone; null: the client's.
  std::shared_ptr<tls::ClientContext> tls = {};
  /// The name that the server's certificate must have; empty: the URL's host.
  std::string server_name = {};
};

/// An answer that is taken while it comes, as one of a server that goes on telling. Only the body
/// of a 2xx is; another answer comes whole, and what others get of this one has no body.
struct ClientStream {
  /// A part of the body; an error ends the transfer with it. On the client's thread, as `done`.
  UniqueFunction<Result<>(std::string_view part)> on_part;
  /// The head has come: from then on the deadline is this much without a byte.
  Millis idle_max{300'000};
};

/// Names a transfer for cancel(); 0: none.
using TransferId = std::uint64_t;

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

enum class ClientErrc : std::uint8_t {
  url_invalid = 1,
  address_refused,
  resolve_failed,
  connect_failed,
  tls_failed,
  deadline_passed,
  response_invalid,
  response_too_large,
  queue_full,
  stopped,
  request_invalid,  // a header that cannot be sent, or that the client writes itself
};
const ErrorRow& error_row(ClientErrc code);

struct ClientOptions {
  std::size_t requests_max = 256;  // running and waiting; beyond: queue_full
  std::string ca_file;             // extra trusted roots (PEM); empty: the system's
};

/// HTTP/1.1 requests to others: one thread with its own event loop; connections are not reused.
/// Redirects are never followed. TLS is verified: chain and host name.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();

  /// Any thread. `done` is called once, on the client's thread; also when the client stops. After
  /// that there is no such thread, and the caller's own gets `stopped` at once. `done` must not
  /// block or throw, and may send again.
  TransferId send(ClientRequest request, UniqueFunction<void(Result<ClientResponse>)> done);
  /// The same, with the body in parts; request.response_bytes_max counts for other answers alone.
  TransferId stream(ClientRequest request, ClientStream stream,
                    UniqueFunction<void(Result<ClientResponse>)> done);
  /// Its `done` gets `stopped`, unless it has ended. Any thread.
  void cancel(TransferId transfer);
  /// Runs on the client's thread as soon as it can, or after a while; not at all once the client
  /// stops. Any thread.
  void post(UniqueFunction<void()> work, Millis after = Millis{0});
  /// Cancels what runs and joins the thread. Any thread but the client's own.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Sends one and blocks until its answer is there: for commands and starts, not for a thread that
/// serves, nor the client's own.
Result<ClientResponse> send_and_wait(Client& client, ClientRequest request);

}  // namespace mainstay::http
