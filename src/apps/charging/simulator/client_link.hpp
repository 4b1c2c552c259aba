#pragma once

#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/charging/simulator/station.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "platform/http/listening_socket.hpp"
#include "platform/tls/context.hpp"
#include "platform/ws/frame_reader.hpp"

namespace mainstay::charging::simulator {

enum class Errc : std::uint8_t { url_invalid = 1, host_unknown, out_of_descriptors, system };
const ErrorRow& error_row(Errc code);

/// Where stations connect: "ws://127.0.0.1:3000/charging/ocpp/", the identity comes behind it.
struct Target {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string path;
  sockaddr_in address{};
};
/// Looks the name up, which may take a while.
Result<Target> parse_target(std::string_view url);

/// What the links of one thread share. One thread.
struct LinkShop {
  const Target& target;
  std::shared_ptr<tls::ClientContext> tls;  // null: plain
  int epoll = -1;
  std::uint32_t sources = 1;  // so many of 127.0.0.1, 127.0.0.2 ... to connect from
  Random random;              // keys and masks
  std::string plain = {};     // scratch
};

/// A station's WebSocket over a socket of its own: RFC 6455 as a client, subprotocol ocpp1.6, HTTP
/// Basic when the station has a password. What is sent leaves with flush().
///
/// The epoll event's pointer is the link. One thread.
class ClientLink final : public Link {
 public:
  explicit ClientLink(LinkShop& shop, std::uint32_t index) : shop_(shop), index_(index) {}

  /// Before the first connect(); it outlives the link's use.
  void serve(Station& station) { station_ = &station; }
  /// The same: with a certificate of its own.
  void use(std::shared_ptr<tls::ClientContext> own) { own_tls_ = std::move(own); }

  void connect() override;
  void send(std::string_view text) override;
  void ping() override;
  void close() override;

  /// The socket is ready; tells the station.
  void on_event(std::uint32_t events, SystemTime now);
  /// Sends what waits; tells the station when that fails.
  void flush(SystemTime now);
  /// For what could not be told within a call of the station, and for handshakes that take long.
  void on_sweep(SystemTime now);
  [[nodiscard]] bool has_output() const { return out_sent_ < out_.size(); }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  /// HTTP status of the last handshake that was refused; 0: none.
  [[nodiscard]] int last_refusal() const { return last_refusal_; }

 private:
  enum class Phase : std::uint8_t { closed, failed, connecting, shaking, open };

  void begin_handshake();
  void read(SystemTime now);
  void take(std::span<char> bytes, SystemTime now);
  bool take_head(std::span<char>& bytes, SystemTime now);
  bool is_accepted(std::string_view head);
  void take_frames(std::span<char> bytes, SystemTime now);
  void put(std::string_view bytes);
  void frame(ws::Opcode opcode, std::string_view payload);
  void watch(std::uint32_t events);
  void fail(SystemTime now);
  void drop();

  LinkShop& shop_;
  std::uint32_t index_;
  Station* station_ = nullptr;
  std::shared_ptr<tls::ClientContext> own_tls_;  // null: the shop's
  http::Descriptor socket_;
  std::optional<tls::Channel> channel_;
  ws::FrameReader reader_;
  std::string head_;  // of the answer to the handshake
  std::string key_;
  std::string out_;
  std::size_t out_sent_ = 0;
  std::uint32_t watched_ = 0;
  SystemTime shake_by_{};
  int last_refusal_ = 0;
  Phase phase_ = Phase::closed;
};

}  // namespace mainstay::charging::simulator
