#include "base/sip_hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace mainstay {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  std::uint64_t finish() {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

/// Up to eight bytes as a little-endian number.
std::uint64_t word_of(Bytes bytes) {
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return word;
}

}  // namespace

Hash128 sip_hash(const SipKey& key, Bytes text) {
  constexpr std::uint64_t marks_128_bits = 0xee;
  State state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU ^ marks_128_bits,
              key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
  const std::uint64_t length = text.size();
  for (; text.size() >= 8; text = text.subspan(8)) state.take(word_of(text.first(8)));
  state.take(word_of(text) | length << 56U);
  Hash128 hash;
  state.v2 ^= marks_128_bits;
  hash.first = state.finish();
  state.v1 ^= 0xdd;
  hash.second = state.finish();
  return hash;
}

}  // namespace mainstay
