#include "base/bytes.hpp"

#include <bit>

namespace mainstay {

static_assert(std::endian::native == std::endian::little,
              "records are little-endian in memory and on disk");

std::uint64_t ByteReader::get(std::size_t width) {
  if (in_.size() < width) {
    ok_ = false;
    in_ = {};
    return 0;
  }
  std::uint64_t v = 0;
  std::memcpy(&v, in_.data(), width);
  in_ = in_.subspan(width);
  return v;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    v |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return ok_ ? v : 0;
  }
  ok_ = false;
  in_ = {};
  return 0;
}

std::string_view ByteReader::text() {
  const std::uint64_t size = varint();
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    in_ = {};
    return {};
  }
  const std::string_view out = as_text(in_.first(size));
  in_ = in_.subspan(size);
  return out;
}

}  // namespace mainstay
