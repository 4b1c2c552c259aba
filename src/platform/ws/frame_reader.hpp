#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/ws/close_code.hpp"
#include "platform/ws/frame.hpp"
#include "platform/ws/limits.hpp"
#include "platform/ws/message.hpp"
#include "platform/ws/utf8_checker.hpp"

namespace mainstay::ws {

/// Whose frames are read: clients mask theirs, servers never do (RFC 6455 5.1).
enum class Sender : std::uint8_t { client, server };

/// Bytes in, messages and control frames out (RFC 6455 5). Refuses what is wrong at the first byte
/// that shows it. A compressed message comes as it is, to be inflated by the caller: its text is
/// the caller's to check too.
///
/// One connection's; between messages it keeps nothing (idle()), so it may serve another one then.
/// Bound: message_bytes_max of payload; of a compressed message a little more, since what cannot be
/// compressed grows.
class FrameReader {
 public:
  struct Rules {
    Sender sender = Sender::client;
    bool compression = false;  // permessage-deflate was agreed on: RSV1 has a meaning
    std::size_t message_bytes_max = 1U << 20U;
  };
  enum class Event : std::uint8_t { need_more, message, ping, pong, close, violation };

  /// Takes bytes off the front of `input` until something is complete; unmasks them in place. After
  /// a violation it is of no use before clear().
  Event next(std::span<char>& input, const Rules& rules);

  /// Of a message or control frame; valid until the next call, and as long as the input is.
  [[nodiscard]] std::string_view payload() const { return payload_; }
  /// Of a message.
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool compressed() const { return compressed_; }
  /// Of a violation: what to close with.
  [[nodiscard]] CloseCode code() const { return code_; }
  [[nodiscard]] std::string_view reason() const { return reason_; }  // a literal

  /// Nothing is unfinished.
  [[nodiscard]] bool idle() const { return head_size_ == 0 && !in_payload_ && !in_message_; }
  /// Forgets everything: for another connection. Large buffers are freed.
  void clear();

 private:
  enum class Step : std::uint8_t { need_more, done, violation };

  Step take_head(std::span<char>& input, const Rules& rules);
  bool check_start(const Rules& rules);
  bool check_length(const Rules& rules);
  [[nodiscard]] std::size_t head_bytes() const;
  Event take_payload(std::span<char>& input);
  Event take_control(std::span<char> piece, bool whole);
  Event take_data(std::span<char> piece, bool whole);
  Event refuse(CloseCode code, std::string_view reason);
  bool violated(CloseCode code, std::string_view reason);

  // The frame.
  std::array<std::uint8_t, header_bytes_max> head_{};
  std::uint8_t head_size_ = 0;
  bool in_payload_ = false;
  Opcode opcode_ = Opcode::text;
  bool final_ = true;
  bool masked_ = true;
  MaskKey mask_{};
  std::uint64_t taken_ = 0;  // of the payload
  std::uint64_t length_ = 0;

  // The message, over its frames.
  bool in_message_ = false;
  bool delivered_ = false;  // message_ was shown and may be forgotten
  Kind kind_ = Kind::text;
  bool compressed_ = false;
  Utf8Checker utf8_;
  std::string message_;

  std::array<char, control_bytes_max> control_;  // of a control frame that comes in pieces
  std::string_view payload_;
  CloseCode code_ = CloseCode::normal;
  std::string_view reason_;
};

}  // namespace mainstay::ws
