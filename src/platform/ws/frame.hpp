#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/ws/close_code.hpp"

namespace mainstay::ws {

/// RFC 6455 5.2.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr bool is_control(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

/// Longest header: two bytes, a length of eight, a mask.
inline constexpr std::size_t header_bytes_max = 14;

using MaskKey = std::array<std::uint8_t, 4>;

/// What a frame says of itself, for whoever writes one.
struct FrameHead {
  Opcode opcode = Opcode::text;
  bool final = true;
  bool compressed = false;           // RSV1: the message is, RFC 7692
  std::optional<MaskKey> mask = {};  // of a client; the payload must then be masked
};

/// Appends the header of a frame whose payload has `payload_bytes`; its length in the shortest
/// form.
void append_frame_head(std::string& out, const FrameHead& head, std::uint64_t payload_bytes);

/// Appends a whole frame, masked when there is a mask.
void append_frame(std::string& out, const FrameHead& head, std::string_view payload);

/// XORs with the mask (5.3), `offset` being the place of bytes[0] in the payload. Its own inverse.
void apply_mask(std::span<char> bytes, const MaskKey& mask, std::size_t offset);

/// The payload of a close frame; the reason is cut, between characters, where it is too long.
std::string close_payload(CloseCode code, std::string_view reason);

/// What a close frame says. `code` is no_status when it is empty.
struct ClosePayload {
  CloseCode code = CloseCode::no_status;
  std::string_view reason;
};

/// Parses one; otherwise with which code it is to be refused (5.5.1, 7.4): protocol_error for a
/// lone byte or a code that may not be sent, invalid_payload for a reason that is not UTF-8.
struct CloseOutcome {
  std::optional<CloseCode> refused;
  ClosePayload payload;
};
CloseOutcome parse_close(std::string_view payload);

}  // namespace mainstay::ws
