#include "base/random.hpp"

#include <algorithm>
#include <sys/random.h>
#include <vector>

#include "base/check.hpp"

namespace mainstay {
namespace {

__extension__ using Wide = unsigned __int128;  // no ISO type has 128 bits

}  // namespace

std::uint64_t Random::next() {
  // splitmix64, Steele, Lea and Flood 2014.
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

std::uint64_t Random::below(std::uint64_t bound) {
  MS_CHECK(bound > 0);
  // The high half of a 128-bit product: bias below bound / 2^64, which no caller can see.
  return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64U);
}

void fill_secret(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), std::min<std::size_t>(out.size(), 256), 0);
    MS_CHECK(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t secret_u64() {
  std::uint64_t out = 0;
  fill_secret(std::as_writable_bytes(std::span{&out, 1}));
  return out;
}

std::string secret_hex(std::size_t bytes) {
  std::vector<std::byte> raw(bytes);
  fill_secret(raw);
  std::string out;
  out.reserve(bytes * 2);
  for (const std::byte b : raw) {
    constexpr char digits[] = "0123456789abcdef";
    out.push_back(digits[std::to_integer<unsigned>(b) >> 4U]);
    out.push_back(digits[std::to_integer<unsigned>(b) & 15U]);
  }
  return out;
}

}  // namespace mainstay
