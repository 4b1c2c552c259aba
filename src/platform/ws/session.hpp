#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "platform/http/upgrade.hpp"
#include "platform/ws/endpoint.hpp"
#include "platform/ws/extensions.hpp"
#include "platform/ws/outbox.hpp"
#include "platform/ws/ref.hpp"
#include "platform/ws/workshop.hpp"

namespace mainstay::ws {

/// One WebSocket connection: what its bytes mean (RFC 6455), what waits to be sent, when it ends.
///
/// Life: made by upgrade(); the stream owns it until on_closed(), Peers may own it longer. Thread:
/// the connection's, except what is marked. Bounds: the endpoint's Limits. Small on purpose: an
/// idle one has no Work.
class Session final : public http::Upgraded, public Counted<Session> {
 public:
  Session(Endpoint& endpoint, std::unique_ptr<Context> context,
          const std::optional<DeflateTerms>& deflate);
  ~Session();

  // The stream calls these.

  void on_start(http::UpgradedStream stream) override;
  void on_input(std::span<char> bytes) override;
  void on_end() override;
  void on_room() override;
  void on_tick() override;
  void on_leave(http::Departure why) override;
  void on_closed() override;

  // The application, through Connection.

  Sent send(std::string_view payload, Kind kind);
  Sent send(const Message& message);
  void close(CloseCode code, std::string_view reason);
  [[nodiscard]] Context* context() const { return context_.get(); }

  // Any thread, through Peer.

  /// Counts a message of so many bytes as queued, if there is room; it must then be delivered.
  Sent reserve(std::size_t bytes);
  /// True for the one call that may close.
  bool begin_close();
  [[nodiscard]] bool open() const { return state_.load() == State::open; }
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_.load(); }
  [[nodiscard]] const Ref<Outbox>& outbox() const { return outbox_; }

  /// From the outbox: something that was reserved, a close, or null for a look at the room.
  void deliver(EncodedPtr message);

 private:
  enum class State : std::uint8_t { open, closing, closed };

  template <class Call>
  void call(Call&& call);

  void process(std::span<char> input);
  bool handle(FrameReader::Event event);
  void on_message();
  bool inflate(std::string_view& payload);
  void on_ping(std::string_view payload);
  void on_close_frame(std::string_view payload);
  void fail(CloseCode code, std::string_view reason);

  [[nodiscard]] bool may_write() const;
  void accept(EncodedPtr message);
  void write(const EncodedMessage& message);
  void write_encoding(std::string_view payload, Kind kind);
  void write_control(Opcode opcode, std::string_view payload);
  [[nodiscard]] bool compresses(std::size_t bytes) const;
  void unqueue(std::size_t bytes);
  void drop_waiting();
  void pump();
  void tell_room();

  void start_close(EncodedPtr close);
  void write_close();
  void over(CloseCode code, std::string_view reason);
  void end(CloseCode code, std::string_view reason);
  void cut_off(CloseCode code, std::string_view reason);

  Workshop& workshop() const { return Workshop::of(stream_); }
  Work& work();
  void settle();

  std::atomic<State> state_{State::open};
  std::atomic<bool> told_full_ = false;
  bool heard_ = false;                // something came since the last ping was due
  std::uint8_t deflate_window_bits_;  // 0: no compression
  http::UpgradedStream stream_;
  Endpoint& endpoint_;
  std::unique_ptr<Context> context_;
  Ref<Outbox> outbox_;
  std::unique_ptr<Work> work_;
  std::atomic<std::uint32_t> queued_bytes_ = 0;
  std::atomic<std::uint32_t> queued_messages_ = 0;
  std::uint32_t ping_at_ = 0;  // tick; 0: never
  std::uint32_t due_at_ = 0;   // tick by which the client must have said something; 0: none
};

}  // namespace mainstay::ws
