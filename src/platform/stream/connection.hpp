#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/tls/context.hpp"

namespace mainstay::stream {

/// What a protocol makes of one connection. Everything is called on the server's thread; within a
/// call the connection may be closed, it ends behind the call.
class Protocol {
 public:
  virtual ~Protocol() = default;
  /// Some bytes, as they came.
  virtual void on_bytes(std::string_view bytes) = 0;
  /// All that was to be sent has left.
  virtual void on_sent() {}
  /// Every ServerOptions::tick or so.
  virtual void on_tick() {}
  /// Nothing comes any more, nothing can be sent; the last call.
  virtual void on_closed() {}
};

/// One client's socket, as its protocol sees it. The server's thread, always. What is sent leaves
/// at the end of the wake-up; a client that does not take it, so that more than
/// Limits::unsent_bytes_max wait, is closed: nobody waits for it.
class Connection {
 public:
  using List = std::vector<Connection*>;
  /// `touched`: where it enters itself for the end of the wake-up.
  Connection(http::Descriptor socket, std::string peer, std::optional<tls::Channel> channel,
             SteadyTime now, List& touched);

  void send(std::string_view bytes);
  /// Sends what waits, then ends. Nothing that comes meanwhile is told.
  void close();
  /// Ends at once.
  void abort();
  /// Reads nothing until told otherwise: the client's sends will wait.
  void pause(bool paused);

  [[nodiscard]] std::size_t unsent_bytes() const { return out_.size() - out_sent_; }
  /// The client's address, without its port.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] bool is_tls() const { return channel_.has_value(); }
  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }

 private:
  friend class Loop;
  enum class Phase : std::uint8_t {
    open,
    closing,    // what waits is sent
    lingering,  // all was sent; the client's end is awaited, so that it can read it
    closed,
  };

  void read(std::string& scratch);
  void take(std::string_view bytes);
  void touch();
  void flush(std::size_t unsent_bytes_max, SteadyTime give_up_at);
  [[nodiscard]] std::uint32_t interest() const;

  http::Descriptor socket_;
  std::string peer_;
  std::optional<tls::Channel> channel_;
  std::unique_ptr<Protocol> protocol_;
  std::string out_;  // from out_sent_ on; over TLS, ciphertext
  std::size_t out_sent_ = 0;
  std::string plaintext_;
  SteadyTime opened_at_;
  SteadyTime give_up_at_{};  // when closing
  List& touched_;
  std::size_t slot_ = 0;  // its place in the loop's table
  std::uint32_t watched_ = 0;
  Phase phase_ = Phase::open;
  bool paused_ = false;
  bool is_touched_ = false;
  bool is_slow_ = false;  // closed for that
};

}  // namespace mainstay::stream
