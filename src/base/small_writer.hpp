#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mainstay {

/// Writes as ByteWriter does, into itself: for records most of which are small, so that they are
/// appended at once.
class SmallWriter {
 public:
  void u8(std::uint8_t v) { put(&v, 1); }
  void u16(std::uint16_t v) { put(&v, sizeof v); }
  void i64(std::int64_t v) { put(&v, sizeof v); }
  void varint(std::uint64_t v) {
    constexpr std::size_t longest = 10;
    fits_ = fits_ && size_ + longest <= sizeof bytes_;
    if (!fits_) return;
    char* at = bytes_ + size_;
    for (; v >= 0x80; v >>= 7U) *at++ = static_cast<char>(v | 0x80U);
    *at++ = static_cast<char>(v);
    size_ = static_cast<std::size_t>(at - bytes_);
  }
  void text(std::string_view v) {
    varint(v.size());
    if (!v.empty()) put(v.data(), v.size());
  }
  /// False when it had no room: what was written is of no use.
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] std::string_view view() const { return {bytes_, size_}; }

 private:
  void put(const void* from, std::size_t count) {
    fits_ = fits_ && count <= sizeof bytes_ - size_;
    if (!fits_) return;
    std::memcpy(bytes_ + size_, from, count);
    size_ += count;
  }

  char bytes_[256];
  std::size_t size_ = 0;
  bool fits_ = true;
};

}  // namespace mainstay
