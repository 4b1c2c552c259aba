#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::exchange::fix {

/// An application message that was sent, or waits for its receiver: what a resend needs.
struct KeptMessage {
  std::uint64_t number = 0;
  SystemTime sent{};
  std::string type;
  std::string body;  // fields behind the header
};

/// What of a session outlives its connections: the numbers of both directions, and the newest
/// application messages. Administrative messages are not kept: in a resend their numbers are
/// skipped. Pure; one thread.
class SessionMemory {
 public:
  /// Beyond either, the oldest messages go: a resend skips their numbers, and says so.
  struct Limits {
    std::size_t messages_max = 16'384;
    std::size_t bytes_max = 4U << 20U;  // of bodies
  };

  SessionMemory() = default;
  explicit SessionMemory(const Limits& limits) : limits_(limits) {}

  std::uint64_t next_in = 1;   // the number that the next message from outside must have
  std::uint64_t next_out = 1;  // the number that the next message to outside gets

  /// Gives the message the next number.
  const KeptMessage& keep(std::string_view type, std::string body, SystemTime now);
  /// As it was kept before, when the memory is brought back. next_out goes behind it.
  void restore(KeptMessage message);
  /// The first kept message of that number or a later one; null: none.
  [[nodiscard]] const KeptMessage* find_from(std::uint64_t number) const;
  [[nodiscard]] const std::deque<KeptMessage>& kept() const { return kept_; }
  /// The number of the newest message that went because of the limits; 0: none. A resend from it or
  /// from before lacks messages.
  [[nodiscard]] std::uint64_t dropped_up_to() const { return dropped_up_to_; }
  /// As it was before, when the memory is brought back.
  void restore_dropped(std::uint64_t up_to);

  /// Both numbers begin anew, and nothing is kept.
  void reset();
  /// How often that happened.
  [[nodiscard]] std::uint64_t resets() const { return resets_; }

 private:
  void push(KeptMessage message);

  Limits limits_;
  std::deque<KeptMessage> kept_;  // ascending numbers
  std::size_t bytes_ = 0;
  std::uint64_t dropped_up_to_ = 0;
  std::uint64_t resets_ = 0;
};

}  // namespace mainstay::exchange::fix
