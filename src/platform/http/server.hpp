#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/binding.hpp"
#include "platform/http/router.hpp"

namespace mainstay::tls {
class ServerContext;
}

namespace mainstay::http {

/// Every bound of a connection, with its answer when it is passed.
struct Limits {
  std::size_t connections_max =
      65'536;  // beyond: accepted and closed with 503 `too_many_connections`
  std::size_t target_bytes_max = 5U << 20U;  // 414; a buffer grows as the bytes come
  std::size_t head_bytes_max = 64U << 10U;   // header lines without the target; 431
  std::size_t headers_max = 128;             // 431
  std::size_t body_bytes_max = 8U << 20U;    // 413
  std::size_t output_bytes_max =
      4U << 20U;  // unsent answers of one connection; beyond: reading stops until sent
  std::size_t requests_per_wakeup_max = 512;  // then other connections get their turn
  Millis head_timeout{15'000};                // from the first byte of a request; 408
  Millis body_timeout{60'000};                // 408
  Millis idle_timeout{75'000};                // between requests; closed without a word
  Millis send_timeout{30'000};                // no progress while sending; closed
  Millis send_total_timeout{600'000};         // for what waits to be sent; closed
  Millis commit_timeout{30'000};              // an answer held by the barrier; closed, unanswered
};

/// Answers wait for this: whatever must be on disk before a client may see its answer.
class CommitBarrier {
 public:
  virtual ~CommitBarrier() = default;
  /// Called on an I/O thread once per wake-up, after that wake-up's handlers ran and before their
  /// answers are sent. True: send now. False: send when `when_durable` has been called, from any
  /// thread. It is empty when every answer leaves anyway (Response::promise_nothing).
  virtual bool commit(UniqueFunction<void()> when_durable) = 0;
};

/// Told of each finished answer, on the connection's I/O thread, before it is sent.
class Observer {
 public:
  virtual ~Observer() = default;
  struct Answer {
    int status;
    std::size_t body_bytes;
    Micros took;  // from complete request to answer
  };
  virtual void answered(const Request& request, const Answer& answer) = 0;
  /// A request that never became one: the parser's or a limit's refusal.
  virtual void refused(std::string_view peer, int status, std::string_view code) = 0;
};

struct Listener {
  std::string name{};                       // tells a successor which is which
  std::string address = "127.0.0.1";        // IPv4 or IPv6 literal
  std::uint16_t port = 3000;                // 0: any; see Server::port()
  const Router* router = nullptr;           // must outlive the server
  std::shared_ptr<tls::ServerContext> tls;  // null: plain HTTP
};

struct ServerOptions {
  std::vector<Listener> listeners;
  std::size_t threads = 0;  // 0: one a core
  Limits limits;
  CommitBarrier* barrier = nullptr;  // may be null
  Observer* observer = nullptr;      // may be null
  bool test_clock = false;           // a request's X-Test-Now is its time; for tests only
};

/// Counted over all threads; for /metrics and tests.
struct ServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t requests = 0;
  std::uint64_t refusals = 0;
};

enum class ServerErrc : std::uint8_t { address_invalid = 1, listen_failed };
const ErrorRow& error_row(ServerErrc code);

/// HTTP/1.1 over TCP and TLS. N I/O threads, each with its own event loop and its own SO_REUSEPORT
/// listeners; a connection lives and dies on one thread. Handlers run on that thread and must not
/// block. One thread calls the life cycle.
class Server {
 public:
  Server(ServerOptions options, const Clock& clock);
  ~Server();  // stops hard if still running

  /// Binds and listens on every listener, then starts the threads. On failure nothing is left open.
  Result<> start();
  /// The same on sockets that are bound already: one binding a listener, in their order, as
  /// bind_listener() or hand_over() gave them; any number of queues.
  Result<> start(std::vector<Binding> bindings);
  /// The bound port of listener `index`, after start().
  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const;

  /// Stops accepting, answers what has begun with `Connection: close`, closes idle connections;
  /// returns when all are gone or the deadline is over. Any thread but an I/O one.
  void drain(Millis deadline);
  /// The same for the connections that are open now, while new ones are accepted and served.
  void retire(Millis deadline);
  /// Drains and stops, but the kernel goes on queueing new connections: whoever starts with these
  /// bindings next serves them.
  std::vector<Binding> hand_over(Millis deadline);
  /// Closes everything and joins the threads.
  void stop();

  [[nodiscard]] ServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::http
