#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// Finds the slot of an order by its id, which may be any number. An entry is eight bytes: the slot
/// and a tag of 32 bits, of the id's hash; that it is the right one is seen at nodes[slot].id,
/// which the caller goes on to read anyway. So nodes[slot].id must be set from insert() to erase().
///
/// Entries are in buckets of one cache line, whose tags are compared all at once. Who finds the
/// bucket full goes to the next, and is counted in the first: a search that finds nothing goes on
/// only then, and entries that are erased leave nothing behind. Buckets are in segments of 8 KiB,
/// one of which is split in two when it gets too full (extendible hashing): growing never takes
/// longer than that, some microseconds, and the doubling of the directory, eight bytes a segment.
/// Four ids in a row share a cache line. Segments stay: the memory is that of the most orders there
/// were, 15 to 30 bytes for each.
class OrderIndex {
 public:
  OrderIndex();

  /// Or no_slot.
  [[nodiscard]] Slot find(OrderId id, const Nodes& nodes) const {
    const std::uint32_t tag = tag_of(id.get());
    const Segment& segment = segment_of(tag);
    const Bucket* bucket = &segment.buckets[tag % width];
    for (std::uint32_t at = tag;; bucket = &segment.buckets[++at % width]) {
      for (unsigned lanes = bucket->lanes_with(tag); lanes != 0; lanes &= lanes - 1) {
        const Slot slot = bucket->slots[static_cast<unsigned>(std::countr_zero(lanes))];
        if (nodes[slot].id == id) return slot;
      }
      if (bucket->is_last(at - tag)) return crowd_.empty() ? no_slot : find_in_crowd(id);
    }
  }

  /// The id must not be there; nodes[slot].id is set.
  void insert(OrderId id, Slot slot) {
    const std::uint32_t tag = tag_of(id.get());
    ++size_;
    if (segment_of(tag).used == segment_used_max && !make_room(tag)) {
      crowd_.emplace(id, slot);
    } else {
      put(segment_of(tag), tag, slot);
    }
  }

  /// The slot that was the id's, or no_slot.
  Slot erase(OrderId id, const Nodes& nodes) {
    const std::uint32_t tag = tag_of(id.get());
    Segment& segment = segment_of(tag);
    Bucket* bucket = &segment.buckets[tag % width];
    for (std::uint32_t at = tag;; bucket = &segment.buckets[++at % width]) {
      for (unsigned lanes = bucket->lanes_with(tag); lanes != 0; lanes &= lanes - 1) {
        const auto lane = static_cast<unsigned>(std::countr_zero(lanes));
        const Slot slot = bucket->slots[lane];
        if (nodes[slot].id != id) continue;
        bucket->tags[lane] = 0;
        if (at != tag) come_back(segment, tag, at);
        --segment.used;
        --size_;
        return slot;
      }
      if (bucket->is_last(at - tag)) return crowd_.empty() ? no_slot : erase_in_crowd(id);
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of all memory it holds.
  [[nodiscard]] std::size_t bytes() const;

  /// Hints to the processor that find, insert or erase of the id come soon.
  void prefetch(OrderId id) const {
    const std::uint32_t tag = tag_of(id.get());
    __builtin_prefetch(&segment_of(tag).buckets[tag % width], 1);
  }
  /// Behind prefetch(): most probably the slot of the id, if it is there; for hints about the node.
  [[nodiscard]] Slot guess(OrderId id) const {
    const std::uint32_t tag = tag_of(id.get());
    const Bucket& bucket = segment_of(tag).buckets[tag % width];
    const unsigned lanes = bucket.lanes_with(tag);
    return lanes == 0 ? no_slot : bucket.slots[static_cast<unsigned>(std::countr_zero(lanes))];
  }

 private:
  static constexpr std::uint32_t width = 128;  // of a segment, in buckets
  static constexpr unsigned bucket_bits = 7;
  static constexpr unsigned lanes_max = 7;
  static constexpr std::uint32_t segment_used_max = width * lanes_max * 5 / 8;

  /// A tag is a hash with its highest bit set; 0 is a free lane. Its low bits say which bucket of a
  /// segment, those above them which segment.
  struct alignas(64) Bucket {
    std::array<std::uint32_t, lanes_max> tags{};
    std::uint32_t gone_on = 0;  // entries that belong here or before, and are in buckets behind
    std::array<Slot, lanes_max> slots{};

    /// Whether a search ends here that came over so many others.
    [[nodiscard]] bool is_last(std::uint32_t over) const {
      return gone_on == 0 || over == width - 1;
    }
    [[nodiscard]] unsigned lanes_with(std::uint32_t tag) const {
#if defined(__SSE2__)
      const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
      const auto* four = reinterpret_cast<const __m128i*>(this);
      const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(four), wanted);
      const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(four + 1), wanted);
      const int equal = _mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(low, high), low));
      return static_cast<unsigned>(equal) & ((1U << lanes_max) - 1);
#else
      unsigned lanes = 0;
      for (unsigned i = 0; i < lanes_max; ++i) lanes |= unsigned{tags[i] == tag} << i;
      return lanes;
#endif
    }
  };
  struct Segment {
    std::array<Bucket, width> buckets;
    std::uint32_t used = 0;
    unsigned depth = 0;  // how many bits of the hash all its entries have in common
  };
  static constexpr unsigned depth_max = 31 - bucket_bits;

  static std::uint32_t tag_of(std::uint64_t id) {
    std::uint64_t mixed = (id >> 2U) * 0x9E3779B97F4A7C15U;
    mixed ^= mixed >> 32U;
    mixed *= 0xD6E8FEB86659FD93U;
    // The bits that tell the four apart are above those that choose segments.
    return (static_cast<std::uint32_t>(mixed >> 32U) ^ static_cast<std::uint32_t>(id % 4 << 29U)) |
           0x80000000U;
  }
  Segment& segment_of(std::uint32_t tag) { return *directory_[tag >> bucket_bits & mask_]; }
  [[nodiscard]] const Segment& segment_of(std::uint32_t tag) const {
    return *directory_[tag >> bucket_bits & mask_];
  }

  static void put(Segment& segment, std::uint32_t tag, Slot slot) {
    Bucket* bucket = &segment.buckets[tag % width];
    unsigned free = bucket->lanes_with(0);
    for (std::uint32_t at = tag; free == 0; free = bucket->lanes_with(0)) {
      ++bucket->gone_on;
      bucket = &segment.buckets[++at % width];
    }
    const auto lane = static_cast<unsigned>(std::countr_zero(free));
    bucket->tags[lane] = tag;
    bucket->slots[lane] = slot;
    ++segment.used;
  }
  static void come_back(Segment& segment, std::uint32_t from, std::uint32_t to) {
    for (; from != to; ++from) --segment.buckets[from % width].gone_on;
  }
  bool make_room(std::uint32_t tag);
  void split(std::uint32_t tag);
  [[nodiscard]] Slot find_in_crowd(OrderId id) const;
  Slot erase_in_crowd(OrderId id);

  std::vector<Segment*> directory_;  // by the bits above those of the bucket; a power of two
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Segment>> segments_;
  std::map<OrderId, Slot> crowd_;  // ids made to have one hash, beyond what a segment takes
};

}  // namespace mainstay::exchange
