#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/ws/close_code.hpp"
#include "platform/ws/message.hpp"
#include "platform/ws/ref.hpp"

namespace mainstay::ws {

class Outbox;
class Session;

/// What became of a message.
enum class Sent : std::uint8_t {
  queued,  // on its way; it is lost if the connection is
  full,    // not taken: the client is too slow. Endpoint::on_room() tells when it has caught up
  closed,  // not taken: the connection is closing, or gone
};

/// A connection as other threads see it: may be kept as long as one likes, also after the
/// connection has gone. Any thread; cheap to copy. An empty one is closed.
class Peer {
 public:
  Peer();
  explicit Peer(Ref<Session> session);
  Peer(const Peer&);
  Peer(Peer&&) noexcept;
  Peer& operator=(Peer) noexcept;
  ~Peer();

  /// Queues behind what was sent before; never waits. Messages of one thread keep their order.
  Sent send(const Message& message) const;
  /// Closes once everything queued before has been sent. The first close counts. `reason` is cut to
  /// reason_bytes_max; `code` must be one that may be sent.
  void close(CloseCode code, std::string_view reason = {}) const;
  /// False once it is closing.
  [[nodiscard]] bool open() const;
  /// Waiting to be sent: queued, and not yet written to the connection.
  [[nodiscard]] std::size_t queued_bytes() const;

  /// The same connection.
  friend bool operator==(const Peer&, const Peer&) = default;

 private:
  friend class Batch;
  Ref<Session> session_;
};

/// Messages for many connections that leave together: one lock and at most one wake-up an I/O
/// thread, however many there are. One thread; reusable, it keeps its capacity.
class Batch {
 public:
  Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();  // sends

  /// As Peer::send(), but it leaves with send().
  Sent add(const Peer& peer, const Message& message);
  void send();

 private:
  struct Part;
  std::vector<Part> parts_;  // one an I/O thread; few
};

}  // namespace mainstay::ws
