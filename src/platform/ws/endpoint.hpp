#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/ws/close_code.hpp"
#include "platform/ws/limits.hpp"
#include "platform/ws/message.hpp"
#include "platform/ws/peer.hpp"

namespace mainstay::ws {

/// What an application keeps with a connection; freed on its I/O thread after on_close().
struct Context {
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  virtual ~Context() = default;
};

/// A connection within a callback of its endpoint, on its I/O thread. Of no use afterwards; peer()
/// gives what may be kept.
class Connection {
 public:
  explicit Connection(Session& session) : session_(session) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] Peer peer() const;
  /// As Peer's, without a detour over a queue when the client keeps up. The text is encoded for
  /// this connection only: use a Message for many.
  Sent send(std::string_view payload, Kind kind = Kind::text);
  Sent send(const Message& message);
  /// As Peer's. No more messages are delivered; on_close() follows.
  void close(CloseCode code, std::string_view reason = {});

  /// What upgrade() was given; null when that was null.
  [[nodiscard]] Context* context() const;
  template <class T>
  [[nodiscard]] T& context_as() const {
    return static_cast<T&>(*context());
  }

 private:
  Session& session_;
};

/// How a connection ended. `code` is the client's if it closed, else ours: the application's, or
/// what was wrong; abnormal when nobody said anything, with our reason.
struct Closed {
  CloseCode code;
  std::string_view reason;  // valid during on_close() only
};

/// When a client's queue is full.
enum class Overflow : std::uint8_t {
  close,  // with 1013 try_again_later, and without the queue
  tell,   // the sender gets Sent::full and may conflate
};

struct Settings {
  Limits limits;
  Overflow overflow = Overflow::close;
  bool compress = true;                    // permessage-deflate with clients that offer it
  std::size_t compressed_bytes_min = 512;  // shorter messages leave as they are
};

/// The application's side of its connections. One for each route (or more); outlives the server.
/// Callbacks come on I/O threads, of one connection one after the other, of several at once; they
/// must not block; one that throws costs the connection (1011). When a server stops, the last
/// on_close()s come on the thread that stops it.
class Endpoint {
 public:
  explicit Endpoint(Settings settings) : settings_(settings) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;

  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// Whether a page of this request's `Origin` may connect: a browser lets any page try. Without
  /// `Origin` it is no browser. Default: our own pages only (http::is_from_here).
  [[nodiscard]] virtual bool admits_origin(const http::Request& request) const;

  /// First, before any message, and before the client hears that it is connected.
  virtual void on_open(Connection& connection);
  /// A whole message, within its limits; text is UTF-8. The view is valid during the call.
  virtual void on_message(Connection& connection, std::string_view payload, Kind kind) = 0;
  /// After a Sent::full: the queue is empty again.
  virtual void on_room(Connection& connection);
  /// Last, once after each on_open(). Nothing can be sent any more.
  virtual void on_close(Connection& connection, const Closed& closed);

 private:
  Settings settings_;
};

/// What a handler decided about a client that wants to upgrade.
struct Acceptance {
  std::string_view subprotocol = {};  // one of the offered ones; empty: none is named
  std::unique_ptr<Context> context = nullptr;
};

/// The client's `Sec-WebSocket-Protocol`, the one it likes best first. Views into the request.
std::vector<std::string_view> offered_subprotocols(const http::Request& request);

/// Answers a handshake (RFC 6455 4.2), in the handler of a GET route or in the completion of an
/// answer that it deferred: 101, and the connection is `endpoint`'s from on_open() on. A handler
/// that refuses a client answers anything else instead, as to any request. True: upgraded. False:
/// the answer says what is wrong: 426 `upgrade_required`, `websocket_version`; 400
/// `handshake_invalid`; 403 `origin_refused`.
///
/// No common subprotocol, as OCPP wants it: upgrade without one, and close in on_open().
bool upgrade(const http::Request& request, http::Response& response, Endpoint& endpoint,
             Acceptance acceptance = {});

}  // namespace mainstay::ws
