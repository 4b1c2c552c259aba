#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace mainstay {

/// Writes as ByteWriter does, into memory that is there: for many small records.
class RoomWriter {
 public:
  explicit RoomWriter(std::span<char> room) : begin_(room.data()), room_(room.size()) {}
  void u8(std::uint8_t v) { put(&v, 1); }
  void u16(std::uint16_t v) { put(&v, sizeof v); }
  void i64(std::int64_t v) { put(&v, sizeof v); }
  void varint(std::uint64_t v) {
    constexpr std::size_t longest = 10;
    fits_ = fits_ && size_ + longest <= room_;
    if (!fits_) return;
    char* at = begin_ + size_;
    for (; v >= 0x80; v >>= 7U) *at++ = static_cast<char>(v | 0x80U);
    *at++ = static_cast<char>(v);
    size_ = static_cast<std::size_t>(at - begin_);
  }
  void text(std::string_view v) {
    varint(v.size());
    if (!v.empty()) put(v.data(), v.size());
  }
  /// False when it had no room: what was written is of no use. Numbers want room for the longest.
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {begin_, size_}; }

 private:
  void put(const void* from, std::size_t count) {
    fits_ = fits_ && count <= room_ - size_;
    if (!fits_) return;
    std::memcpy(begin_ + size_, from, count);
    size_ += count;
  }

  char* begin_;
  std::size_t room_;
  std::size_t size_ = 0;
  bool fits_ = true;
};

/// Brings the room itself: for records most of which are small, so that they are appended at once.
class SmallWriter : public RoomWriter {
 public:
  SmallWriter() : RoomWriter(bytes_) {}
  SmallWriter(const SmallWriter&) = delete;
  SmallWriter& operator=(const SmallWriter&) = delete;

 private:
  char bytes_[256];
};

}  // namespace mainstay
