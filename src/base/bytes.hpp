#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mainstay {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Appends little-endian numbers and length-prefixed text to a string. The shape of our own
/// records.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(&out) {}
  void u8(std::uint8_t v) { out_->push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { put(v, 2); }
  void u32(std::uint32_t v) { put(v, 4); }
  void u64(std::uint64_t v) { put(v, 8); }
  void i64(std::int64_t v) { put(static_cast<std::uint64_t>(v), 8); }
  /// LEB128: seven bits a byte, low first.
  void varint(std::uint64_t v) {
    while (v >= 0x80) {
      u8(static_cast<std::uint8_t>(v | 0x80U));
      v >>= 7U;
    }
    u8(static_cast<std::uint8_t>(v));
  }
  /// varint length, then the bytes.
  void text(std::string_view v) {
    varint(v.size());
    out_->append(v);
  }

 private:
  void put(std::uint64_t v, std::size_t width) {
    char raw[8];
    std::memcpy(raw, &v, 8);  // x86-64 and arm64 are little-endian; checked in bytes.cpp
    out_->append(raw, width);
  }
  std::string* out_;
};

/// Reads what ByteWriter wrote. After the first short read `ok()` is false and every value is zero
/// or empty.
class ByteReader {
 public:
  explicit ByteReader(Bytes in) : in_(in) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(get(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(get(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(get(4)); }
  std::uint64_t u64() { return get(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(get(8)); }
  std::uint64_t varint();
  /// A view into the input.
  std::string_view text();
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return in_.empty(); }
  [[nodiscard]] std::size_t left() const { return in_.size(); }

 private:
  std::uint64_t get(std::size_t width);
  Bytes in_;
  bool ok_ = true;
};

}  // namespace mainstay
