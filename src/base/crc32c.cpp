#include "base/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace mainstay {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // 0x1EDC6F41 reflected

/// Slicing by eight: table[k][b] is the sum of byte b followed by k zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? polynomial : 0U);
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t sum = tables[k - 1][byte];
      tables[k][byte] = (sum >> 8U) ^ tables[0][sum & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint64_t load(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

namespace internal {

/// Both work on the inverted sum. Outside the anonymous namespace so that the test compares them.
std::uint32_t crc32c_by_table(std::span<const std::byte> data, std::uint32_t sum) {
  for (; data.size() >= 8; data = data.subspan(8)) {
    const std::uint64_t word = load(data.data()) ^ sum;
    sum = 0;
    for (unsigned i = 0; i < 8; ++i) sum ^= tables[7 - i][(word >> (8U * i)) & 0xFFU];
  }
  for (const std::byte b : data) {
    sum = (sum >> 8U) ^ tables[0][(sum ^ std::to_integer<std::uint32_t>(b)) & 0xFFU];
  }
  return sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static std::uint32_t crc32c_by_instruction(
    std::span<const std::byte> data, std::uint32_t sum) {
  std::uint64_t wide = sum;
  for (; data.size() >= 8; data = data.subspan(8)) wide = _mm_crc32_u64(wide, load(data.data()));
  sum = static_cast<std::uint32_t>(wide);
  for (const std::byte b : data) sum = _mm_crc32_u8(sum, std::to_integer<std::uint8_t>(b));
  return sum;
}
#endif

}  // namespace internal

std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t sum) {
#if defined(__x86_64__)
  // A read of one word that libgcc filled before main.
  if (__builtin_cpu_supports("sse4.2")) return ~internal::crc32c_by_instruction(data, ~sum);
#endif
  return ~internal::crc32c_by_table(data, ~sum);
}

}  // namespace mainstay
