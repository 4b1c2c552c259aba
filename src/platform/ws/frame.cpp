#include "platform/ws/frame.hpp"

#include <cstring>

#include "base/text.hpp"
#include "platform/ws/limits.hpp"

namespace mainstay::ws {

namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned shift = bytes * 8; shift > 0;) {
    shift -= 8;
    out.push_back(static_cast<char>(value >> shift));
  }
}

}  // namespace

void append_frame_head(std::string& out, const FrameHead& head, std::uint64_t payload_bytes) {
  const unsigned first = (head.final ? 0x80U : 0U) | (head.compressed ? 0x40U : 0U) |
                         static_cast<unsigned>(head.opcode);
  const unsigned mask_bit = head.mask ? 0x80U : 0U;
  out.push_back(static_cast<char>(first));
  if (payload_bytes <= 125) {
    out.push_back(static_cast<char>(mask_bit | static_cast<unsigned>(payload_bytes)));
  } else if (payload_bytes <= 0xFFFF) {
    out.push_back(static_cast<char>(mask_bit | 126U));
    append_big_endian(out, payload_bytes, 2);
  } else {
    out.push_back(static_cast<char>(mask_bit | 127U));
    append_big_endian(out, payload_bytes, 8);
  }
  if (!head.mask) return;
  for (const auto byte : *head.mask) out.push_back(static_cast<char>(byte));
}

void append_frame(std::string& out, const FrameHead& head, std::string_view payload) {
  append_frame_head(out, head, payload.size());
  const auto from = out.size();
  out.append(payload);
  if (head.mask) apply_mask(std::span{out}.subspan(from), *head.mask, 0);
}

void apply_mask(std::span<char> bytes, const MaskKey& mask, std::size_t offset) {
  std::array<char, 8> turned;  // the mask twice, from the payload's `offset` on
  for (std::size_t i = 0; i < turned.size(); ++i) {
    turned[i] = static_cast<char>(mask[(offset + i) % mask.size()]);
  }
  std::uint64_t key = 0;
  std::memcpy(&key, turned.data(), sizeof key);
  std::size_t at = 0;
  for (; at + sizeof key <= bytes.size(); at += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= key;
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  for (std::size_t i = 0; at < bytes.size(); ++at, ++i) {
    bytes[at] = static_cast<char>(bytes[at] ^ turned[i]);
  }
}

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string out;
  append_big_endian(out, static_cast<std::uint16_t>(code), 2);
  if (reason.size() > reason_bytes_max) {
    auto end = reason_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) --end;
    reason = reason.substr(0, end);
  }
  return out.append(reason);
}

CloseOutcome parse_close(std::string_view payload) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return {CloseCode::protocol_error, {}};
  const auto high = static_cast<unsigned char>(payload[0]);
  const auto low = static_cast<unsigned char>(payload[1]);
  const auto code = static_cast<CloseCode>(high << 8U | low);
  if (!may_be_sent(code)) return {CloseCode::protocol_error, {}};
  const auto reason = payload.substr(2);
  if (!is_valid_utf8(reason)) return {CloseCode::invalid_payload, {}};
  return {std::nullopt, {code, reason}};
}

}  // namespace mainstay::ws
