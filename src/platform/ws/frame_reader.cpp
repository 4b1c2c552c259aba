#include "platform/ws/frame_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mainstay::ws {

namespace {

constexpr std::size_t message_bytes_kept_max = 64U << 10U;

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8U | byte;
  return value;
}

bool is_known(Opcode opcode) {
  const auto number = static_cast<std::uint8_t>(opcode);
  return number <= 2 || (number >= 8 && number <= 10);
}

std::string_view text_of(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

FrameReader::Event FrameReader::next(std::span<char>& input, const Rules& rules) {
  if (std::exchange(delivered_, false)) message_.clear();
  for (;;) {
    if (!in_payload_) {
      const auto step = take_head(input, rules);
      if (step == Step::need_more) return Event::need_more;
      if (step == Step::violation) return Event::violation;
    }
    if (input.empty() && taken_ < length_) return Event::need_more;
    const auto event = take_payload(input);
    if (event != Event::need_more) return event;
  }
}

void FrameReader::clear() {
  head_size_ = 0;
  in_payload_ = false;
  in_message_ = false;
  delivered_ = false;
  utf8_.clear();
  if (message_.capacity() > message_bytes_kept_max) message_ = {};
  message_.clear();
  payload_ = {};
}

// --- The head

/// Both bytes of the start are looked at as soon as they are here, the length when it is.
FrameReader::Step FrameReader::take_head(std::span<char>& input, const Rules& rules) {
  while (!input.empty()) {
    head_[head_size_++] = static_cast<std::uint8_t>(input.front());
    input = input.subspan(1);
    if (head_size_ <= 2 && !check_start(rules)) return Step::violation;
    if (head_size_ < 2 || head_size_ < head_bytes()) continue;
    if (!check_length(rules)) return Step::violation;
    head_size_ = 0;
    in_payload_ = true;
    taken_ = 0;
    return Step::done;
  }
  return Step::need_more;
}

std::size_t FrameReader::head_bytes() const {
  const auto short_length = head_[1] & 0x7FU;
  const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  return 2 + length_bytes + (masked_ ? sizeof(MaskKey) : 0);
}

bool FrameReader::check_start(const Rules& rules) {
  if (head_size_ == 1) {
    opcode_ = static_cast<Opcode>(head_[0] & 0x0FU);
    final_ = (head_[0] & 0x80U) != 0;
    const bool rsv1 = (head_[0] & 0x40U) != 0;
    if ((head_[0] & 0x30U) != 0)
      return violated(CloseCode::protocol_error, "reserved bits are set");
    if (!is_known(opcode_)) return violated(CloseCode::protocol_error, "an unknown opcode");
    const bool starts = opcode_ == Opcode::text || opcode_ == Opcode::binary;
    if (rsv1 && !(rules.compression && starts)) {
      return violated(CloseCode::protocol_error, "the bit RSV1 is set where it has no meaning");
    }
    if (is_control(opcode_)) {
      return final_ || violated(CloseCode::protocol_error, "a control frame in fragments");
    }
    if (starts && in_message_) {
      return violated(CloseCode::protocol_error, "a message begins within another one");
    }
    if (!starts && !in_message_) {
      return violated(CloseCode::protocol_error, "a continuation of no message");
    }
    if (starts) {
      kind_ = opcode_ == Opcode::text ? Kind::text : Kind::binary;
      compressed_ = rsv1;
    }
    return true;
  }
  masked_ = (head_[1] & 0x80U) != 0;
  if (masked_ != (rules.sender == Sender::client)) {
    return violated(CloseCode::protocol_error,
                    masked_ ? "a server's frame is masked" : "a client's frame is not masked");
  }
  return !is_control(opcode_) || (head_[1] & 0x7FU) <= control_bytes_max ||
         violated(CloseCode::protocol_error, "a control frame of more than 125 bytes");
}

bool FrameReader::check_length(const Rules& rules) {
  const std::span head{head_};
  length_ = head_[1] & 0x7FU;
  if (length_ == 126) {
    length_ = big_endian(head.subspan(2, 2));
    if (length_ <= 125) return violated(CloseCode::protocol_error, "a length of too many bytes");
  } else if (length_ == 127) {
    length_ = big_endian(head.subspan(2, 8));
    if (length_ <= 0xFFFF || length_ >> 63U != 0) {
      return violated(CloseCode::protocol_error, "a length of too many bytes, or below zero");
    }
  }
  if (masked_) {
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(head_bytes() - sizeof(MaskKey)),
                sizeof(MaskKey), mask_.begin());
  }
  if (is_control(opcode_)) return true;
  // Of the bytes on the wire; the inflater has the exact limit for what they become. What cannot be
  // compressed grows: with a small window by an eighth and a little (zlib's deflateBound).
  const auto bytes_max =
      rules.message_bytes_max + (compressed_ ? rules.message_bytes_max / 7 + 64 : 0);
  const auto before = in_message_ ? message_.size() : 0;
  return length_ <= bytes_max - std::min(before, bytes_max) ||
         violated(CloseCode::message_too_big, "a message is larger than this endpoint takes");
}

// --- The payload

FrameReader::Event FrameReader::take_payload(std::span<char>& input) {
  const auto count = static_cast<std::size_t>(
      std::min<std::uint64_t>(length_ - taken_, static_cast<std::uint64_t>(input.size())));
  const auto piece = input.first(count);
  input = input.subspan(count);
  if (masked_) apply_mask(piece, mask_, static_cast<std::size_t>(taken_));
  const bool whole = count == length_;  // the frame's, in this piece
  const auto before = static_cast<std::size_t>(taken_);
  taken_ += count;
  in_payload_ = taken_ < length_;
  if (!is_control(opcode_)) return take_data(piece, whole);
  if (!whole && count > 0) std::memcpy(control_.data() + before, piece.data(), count);
  return take_control(piece, whole);
}

FrameReader::Event FrameReader::take_control(std::span<char> piece, bool whole) {
  if (in_payload_) return Event::need_more;
  payload_ =
      whole ? text_of(piece) : std::string_view{control_.data(), static_cast<std::size_t>(length_)};
  return opcode_ == Opcode::ping   ? Event::ping
         : opcode_ == Opcode::pong ? Event::pong
                                   : Event::close;
}

FrameReader::Event FrameReader::take_data(std::span<char> piece, bool whole) {
  const bool checked = kind_ == Kind::text && !compressed_;
  if (checked && !utf8_.feed(text_of(piece))) {
    return refuse(CloseCode::invalid_payload, "text that is not UTF-8");
  }
  const bool ends = final_ && !in_payload_;
  const bool in_one_piece = ends && whole && !in_message_;
  if (!in_one_piece) {
    message_.append(piece.data(), piece.size());
    in_message_ = true;
  }
  if (!ends) return Event::need_more;
  if (checked && !utf8_.complete()) {
    return refuse(CloseCode::invalid_payload, "text that ends within a character");
  }
  in_message_ = false;
  delivered_ = !in_one_piece;
  payload_ = in_one_piece ? text_of(piece) : std::string_view{message_};
  return Event::message;
}

FrameReader::Event FrameReader::refuse(CloseCode code, std::string_view reason) {
  violated(code, reason);
  return Event::violation;
}

bool FrameReader::violated(CloseCode code, std::string_view reason) {
  code_ = code;
  reason_ = reason;
  return false;
}

}  // namespace mainstay::ws
