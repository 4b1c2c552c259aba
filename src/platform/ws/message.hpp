#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace mainstay::ws {

enum class Kind : std::uint8_t { text, binary };

class EncodedMessage;

/// One message, ready for any number of connections: its frame is made once, its compressed form
/// once when the first connection wants that, and every queue shares them. Immutable; any thread.
/// Cheap to copy.
class Message {
 public:
  /// `payload` must be UTF-8 (clients close on anything else); that is the caller's to know.
  static Message text(std::string_view payload);
  static Message binary(std::string_view payload);

  /// Of the payload, uncompressed.
  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class Batch;
  friend class Peer;
  friend class Session;
  explicit Message(std::shared_ptr<const EncodedMessage> encoded) : encoded_(std::move(encoded)) {}
  std::shared_ptr<const EncodedMessage> encoded_;
};

}  // namespace mainstay::ws
