#pragma once

#include <array>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace mainstay {

/// Which of eight numbers equal `wanted`: a bit for each, the first one's lowest. Where the
/// processor can, all at once. They begin at a multiple of 16 bytes.
inline std::uint32_t lanes_equal(const std::array<std::uint32_t, 8>& eight, std::uint32_t wanted) {
#if defined(__SSE2__)
  const __m128i all = _mm_set1_epi32(static_cast<int>(wanted));
  const auto* fours = reinterpret_cast<const __m128i*>(eight.data());
  const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(fours), all);
  const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(fours + 1), all);
  const __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128());
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
#else
  std::uint32_t lanes = 0;
  for (unsigned i = 0; i < 8; ++i) lanes |= std::uint32_t{eight[i] == wanted} << i;
  return lanes;
#endif
}

}  // namespace mainstay
