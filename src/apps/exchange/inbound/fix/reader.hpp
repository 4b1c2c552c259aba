#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/inbound/fix/message.hpp"

namespace mainstay::exchange::fix {

/// Finds the messages in a stream of bytes: BeginString (8), BodyLength (9) and MsgType (35) come
/// first, CheckSum (10) last, and both sums are right. All else is garbled: it is skipped up to the
/// next `8=FIX.`, as the specification wants, and takes no number. Pure; one thread.
///
/// Bound: `message_bytes_max` and what one feed() brings.
class MessageReader {
 public:
  struct Limits {
    std::size_t message_bytes_max = 16U << 10U;
    MessageLimits message;
  };

  MessageReader() = default;
  explicit MessageReader(const Limits& limits) : limits_(limits) {}

  /// Bytes behind those of before, cut anywhere. Ends what message() showed.
  void feed(std::string_view bytes);

  enum class Outcome : std::uint8_t {
    need_more,
    message,   // message() has it, until the next call
    garbled,   // something was not a message; what follows is looked at next
    too_large  // one says that it is larger than the limit: nothing more comes
  };
  Outcome next();
  [[nodiscard]] const Message& message() const { return message_; }

 private:
  struct Frame;
  [[nodiscard]] Frame find_frame(std::string_view rest) const;
  Outcome skip(std::size_t from);

  Limits limits_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not looked at
  bool skipping_ = false;  // up to the next BeginString; said to be garbled
  Message message_;
};

}  // namespace mainstay::exchange::fix
