#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace mainstay::charging::ocpp {

// Every bound of a station's connection, with what happens when it is passed. Sizes of messages,
// time-outs and pings are settings (DoorOptions).

/// Calls of a station that it has no answer to yet; it may have one (OCPP-J 1.6, 4.1.1), and what
/// has more of them than this is closed with 1008.
inline constexpr std::size_t calls_unanswered_max = 16;
/// Messages that are no calls, results or errors, since the last good one; then 1008.
inline constexpr std::size_t bad_frames_max = 32;
/// What a pending station was asked of all its connectors it may say so long after the first.
inline constexpr Seconds triggered_span{60};
/// Our calls that wait behind the one under way; the next one fails as busy.
inline constexpr std::size_t calls_waiting_max = 64;
/// Answers that wait to be sent to a station that does not read; then 1013.
inline constexpr std::size_t output_bytes_max = 512U << 10U;
/// Message ids that a connection remembers are at least the newest so many.
inline constexpr std::size_t seen_ids_kept = 256;
/// OCPP 2.0.1's length of an identity, in characters.
inline constexpr std::size_t identity_characters_max = 48;
/// Of the description of a CALLERROR that we send (OCPP-J 1.6, 4.2.3).
inline constexpr std::size_t description_characters_max = 255;

}  // namespace mainstay::charging::ocpp
