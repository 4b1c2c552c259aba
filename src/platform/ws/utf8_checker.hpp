#pragma once

#include <cstdint>
#include <string_view>

namespace mainstay::ws {

/// UTF-8 that comes in pieces (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). Says
/// no at the first byte that cannot be right any more.
class Utf8Checker {
 public:
  /// False from the first bad byte on.
  bool feed(std::string_view piece);
  /// No character is unfinished.
  [[nodiscard]] bool complete() const { return left_ == 0; }
  void clear() { *this = {}; }

 private:
  bool begin_character(std::uint8_t byte);

  bool good_ = true;
  std::uint8_t left_ = 0;    // bytes that the character still needs
  std::uint8_t low_ = 0x80;  // bounds of the next one
  std::uint8_t high_ = 0xBF;
};

}  // namespace mainstay::ws
