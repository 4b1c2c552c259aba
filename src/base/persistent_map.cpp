#include "base/persistent_map.hpp"

#include <algorithm>
#include <bit>

namespace mainstay {

void sort(std::vector<ScanEntry>& entries) {
  std::sort(entries.begin(), entries.end(),
            [](const ScanEntry& a, const ScanEntry& b) { return b.is_behind(a.order, *a.key); });
}

std::uint64_t mirrored(std::uint64_t bits) {
  std::uint64_t out = 0;
  for (int i = 0; i < 64; ++i, bits >>= 1U) out = out << 1U | (bits & 1U);
  return out;
}

std::size_t shard_rank(std::uint64_t mirrored_hash, std::size_t count) {
  return count == 1 ? 0 : mirrored_hash >> (64U - static_cast<unsigned>(std::countr_zero(count)));
}

std::size_t ranked_shard(std::size_t rank, std::size_t count) {
  return shard_rank(mirrored(rank), count);
}

}  // namespace mainstay
