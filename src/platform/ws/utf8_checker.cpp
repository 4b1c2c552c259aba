#include "platform/ws/utf8_checker.hpp"

#include <cstddef>
#include <cstring>

namespace mainstay::ws {

namespace {

/// Bytes of plain ASCII at the front, eight at a time.
std::size_t ascii_words(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & high_bits) != 0) break;
  }
  return at;
}

}  // namespace

bool Utf8Checker::feed(std::string_view piece) {
  while (good_ && !piece.empty()) {
    if (left_ == 0) piece.remove_prefix(ascii_words(piece));
    if (piece.empty()) break;
    const auto byte = static_cast<std::uint8_t>(piece.front());
    piece.remove_prefix(1);
    if (left_ == 0) {
      good_ = begin_character(byte);
    } else {
      good_ = byte >= low_ && byte <= high_;
      --left_;
      low_ = 0x80;
      high_ = 0xBF;
    }
  }
  return good_;
}

bool Utf8Checker::begin_character(std::uint8_t byte) {
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  left_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  if (byte == 0xE0) low_ = 0xA0;   // else overlong
  if (byte == 0xED) high_ = 0x9F;  // else a surrogate
  if (byte == 0xF0) low_ = 0x90;   // else overlong
  if (byte == 0xF4) high_ = 0x8F;  // else beyond U+10FFFF
  return true;
}

}  // namespace mainstay::ws
