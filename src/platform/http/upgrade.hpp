#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::http {

class Connection;
class Mailbox;

/// Why a server asks its connections to leave.
enum class Departure : std::uint8_t {
  shutdown,  // nobody will be here
  restart,   // a successor serves the same address
};

/// What a protocol keeps once an I/O thread for all its connections there. Made by the first of
/// them, freed with the thread's event loop after all of them were closed.
struct ThreadState {
  ThreadState() = default;
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;
  virtual ~ThreadState() = default;
};

/// The connection under an upgraded protocol. The connection's I/O thread only; a copy is of no use
/// after Upgraded::on_closed().
class UpgradedStream {
 public:
  UpgradedStream() = default;  // of no connection
  explicit UpgradedStream(Connection& connection) : connection_(&connection) {}

  /// Sent with everything else of this wake-up, in order.
  void write(std::string_view bytes);
  /// Bytes that were written and that the kernel has not taken.
  [[nodiscard]] std::size_t unsent() const;
  /// Has on_room() called once everything that was written has been sent.
  void ask_for_room();
  /// No on_input() before the next on_room(), which comes as after ask_for_room().
  void pause();
  /// Ends the connection in order once everything that was written has been sent. After it and
  /// after abort() the protocol writes nothing more; on_closed() may have been called by then.
  void finish();
  /// Ends the connection at once.
  void abort();

  /// The event loop's coarse time, for deadlines that on_tick() compares.
  [[nodiscard]] std::uint32_t tick() const;
  /// The tick by which `span` is surely over.
  [[nodiscard]] std::uint32_t tick_after(Millis span) const;
  /// Takes work from other threads to this connection's; outlives the event loop.
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const;
  /// Empty until the protocol's first connection on this thread fills it.
  [[nodiscard]] std::unique_ptr<ThreadState>& thread_state() const;

 private:
  Connection* connection_ = nullptr;
};

/// A protocol that has taken over a connection by an answer 101. Every call on the connection's I/O
/// thread, except that stopping a server closes what is left on the thread that stops it.
class Upgraded {
 public:
  /// First, right after the answer was written.
  virtual void on_start(UpgradedStream stream) = 0;
  /// What came, in order; valid and writable (it may be decoded in place) until it returns or calls
  /// finish() or abort().
  virtual void on_input(std::span<char> bytes) = 0;
  /// The client ended its side. The protocol calls finish() or abort(), now or later.
  virtual void on_end() = 0;
  /// Everything was sent after ask_for_room() or pause().
  virtual void on_room() = 0;
  /// Once a tick of the event loop, at least once a second.
  virtual void on_tick() = 0;
  /// The server would like this connection to end. Once.
  virtual void on_leave(Departure why) = 0;
  /// Last, once, also when on_start() was never called: the connection is gone, and so may this
  /// object be.
  virtual void on_closed() = 0;

  struct Close {
    void operator()(Upgraded* upgraded) const { upgraded->on_closed(); }
  };

 protected:
  ~Upgraded() = default;
};

/// Calls on_closed() where another pointer would delete.
using UpgradedPtr = std::unique_ptr<Upgraded, Upgraded::Close>;

}  // namespace mainstay::http
