#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.hpp"

namespace mainstay::ws {

/// Every bound of a WebSocket connection, with what happens when it is passed. Of an endpoint; what
/// the connection shares with HTTP (time-outs of sending, number of connections) is http::Limits.
struct Limits {
  std::size_t message_bytes_max = 1U << 20U;  // received, uncompressed too; closed with 1009
  std::size_t queue_bytes_max = 1U << 20U;    // waiting to be sent to one client: see Overflow
  std::size_t queue_messages_max = 1'024;     // the same
  Millis ping_interval{30'000};               // of silence, then a ping; 0: never
  Millis pong_timeout{20'000};                // for any sign of life after a ping; cut off
  Millis close_timeout{5'000};                // for the client's answer to our close; cut off
};

/// By then on_close() has followed the last sign of life of a client that was lost, if nothing
/// waited to be sent to it (that has http::Limits::send_timeout). None: nobody asks for any.
std::optional<Millis> silence_max(const Limits& limits);

/// Bytes of one connection that may have been handed to the stream before its queue holds more
/// back.
inline constexpr std::size_t stream_bytes_max = 64U << 10U;

/// RFC 6455 5.5: of a ping, pong or close.
inline constexpr std::size_t control_bytes_max = 125;

/// Longest reason of a close (RFC 6455 5.5.1: two bytes are the code's).
inline constexpr std::size_t reason_bytes_max = control_bytes_max - 2;

}  // namespace mainstay::ws
