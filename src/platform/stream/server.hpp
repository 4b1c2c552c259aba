#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/stream/connection.hpp"

namespace mainstay::stream {

struct Limits {
  std::size_t connections_max = 1'024;       // beyond: accepted and closed without a word
  std::size_t unsent_bytes_max = 4U << 20U;  // of one connection; beyond: it is closed
  Millis handshake_timeout{10'000};          // of TLS; closed
  Millis close_timeout{5'000};               // to take what was left for it, and to end; closed
};

struct ServerOptions {
  std::string name = "stream";  // of its thread
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                   // 0: any
  std::shared_ptr<tls::ServerContext> tls;  // null: plain
  Millis tick{1'000};
  Limits limits;
  /// Makes the protocol of a new connection, which lives longer than it.
  UniqueFunction<std::unique_ptr<Protocol>(Connection&)> open;
  /// Every tick behind those of the connections, on the server's thread: also when nobody is
  /// connected. May be empty.
  UniqueFunction<void()> on_tick;
};

struct ServerStats {
  std::size_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  // there were too many
  std::uint64_t slow_readers = 0;         // closed because they did not take what was sent
};

/// A TCP or TLS server for protocols that are not HTTP: one thread, all connections on it. A
/// protocol's work is done there too, so it must not wait for anything; what other threads have
/// for it they post().
///
/// Life: construct (no effects), bind(), start(), drain(), stop(). Errors: http::ServerErrc.
class Server {
 public:
  Server(ServerOptions options, const Clock& clock);
  ~Server();  // stops

  /// Nobody can connect before start().
  Result<> bind();
  /// Instead: one that is bound, and may listen already. Whoever waits in its queue is served.
  void take(http::Descriptor bound);
  Result<> start();
  /// Returns at once; what is posted behind it runs when nobody is accepted any more. Whoever waits
  /// in the queue is reset, unless somebody else has a descriptor of the same socket.
  void stop_accepting();
  /// Accepts no more, and waits until all connections have ended, or for so long.
  void drain(Millis deadline);
  /// Ends all connections; nothing posted runs behind it.
  void stop();

  /// Runs `work` on the server's thread, in the order of posting; before start() it waits, behind
  /// stop() it is dropped. Any thread. What is posted has no bound of its own.
  void post(UniqueFunction<void()> work);

  [[nodiscard]] std::uint16_t port() const;
  /// Any thread.
  [[nodiscard]] ServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::stream
