#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "platform/ws/close_code.hpp"
#include "platform/ws/deflate.hpp"
#include "platform/ws/frame.hpp"
#include "platform/ws/message.hpp"

namespace mainstay::ws {

/// What a Message shares: the frame as it is sent, and the compressed one once somebody wanted it.
/// Any thread.
class EncodedMessage {
 public:
  /// What it is to the connection that gets it.
  enum class Role : std::uint8_t {
    data,
    close,      // once everything before has been sent
    close_now,  // without what waits
  };

  EncodedMessage(Opcode opcode, std::string_view payload, Role role);

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] std::string_view frame() const { return frame_; }
  [[nodiscard]] std::string_view payload() const {
    return std::string_view{frame_}.substr(payload_at_);
  }
  /// The compressed frame, made by the first caller's deflater; empty when that would be no
  /// shorter.
  [[nodiscard]] std::string_view deflated_frame(Deflater& deflater) const;

 private:
  std::string frame_;
  std::size_t payload_at_ = 0;
  Opcode opcode_;
  Role role_;
  mutable std::once_flag deflated_once_;
  mutable std::string deflated_;  // by deflated_once_
};

using EncodedPtr = std::shared_ptr<const EncodedMessage>;

/// A close as a message, so that it keeps its place in the queue.
EncodedPtr encode_close(CloseCode code, std::string_view reason, EncodedMessage::Role role);

}  // namespace mainstay::ws
