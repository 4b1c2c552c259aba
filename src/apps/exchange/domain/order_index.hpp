#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"
#include "base/lanes.hpp"

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
/// Segments stay: the memory is that of the most orders there were, 15 to 30 bytes for each. Ids in
/// a row are apart: neighbours that share a line wait for each other's stores, as measured.
class OrderIndex {
  struct Bucket;

 public:
  /// Memory for so many orders is taken at once.
  explicit OrderIndex(std::size_t orders_expected = 0);

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

  /// Where an id is or would be, until the next insert().
  struct Place {
    std::uint32_t tag = 0;
    const Bucket* bucket = nullptr;
  };
  /// Hints to the processor that find, insert or erase of the id come soon. (A function that only
  /// gives hints is one without effect to gcc 12: a call that is not inlined is dropped.)
  [[gnu::always_inline]] Place prefetch(OrderId id) const {
    const std::uint32_t tag = tag_of(id.get());
    const Bucket* bucket = &segment_of(tag).buckets[tag % width];
    __builtin_prefetch(bucket, 1);
    return {tag, bucket};
  }
  /// The slot of the id if it is there, most probably, else most probably 0: for hints about the
  /// node. Without a branch.
  [[nodiscard]] static Slot guess(const Place& place) {
    const unsigned lanes = place.bucket->lanes_with(place.tag) | 1U << lanes_max;
    return place.bucket->slots[static_cast<unsigned>(std::countr_zero(lanes))];
  }

 private:
  static constexpr std::uint32_t width = 128;  // of a segment, in buckets
  static constexpr unsigned bucket_bits = 7;
  static constexpr unsigned lanes_max = 7;
  static constexpr std::uint32_t segment_used_max = width * lanes_max * 5 / 8;

  /// A tag is a hash with its highest bit set; 0 is a free lane. Its low bits say which bucket of a
  /// segment, those above them which segment.
  struct alignas(64) Bucket {
    std::array<std::uint32_t, lanes_max + 1> tags{};  // the last one is no tag, but gone_on()
    std::array<Slot, lanes_max + 1> slots{};          // the last one stays 0, for guess()

    /// How many entries that belong here or before are in buckets behind.
    [[nodiscard]] std::uint32_t& gone_on() { return tags[lanes_max]; }
    /// Whether a search ends here that came over so many others.
    [[nodiscard]] bool is_last(std::uint32_t over) const {
      return tags[lanes_max] == 0 || over == width - 1;
    }
    [[nodiscard]] unsigned lanes_with(std::uint32_t tag) const {
      return lanes_equal(tags, tag) & ((1U << lanes_max) - 1);
    }
  };
  struct Segment {
    std::array<Bucket, width> buckets;
    std::uint32_t used = 0;
    unsigned depth = 0;  // how many bits of the hash all its entries have in common
  };
  static constexpr unsigned depth_max = 31 - bucket_bits;
  static constexpr std::size_t chunk_segments = 8;

  static std::uint32_t tag_of(std::uint64_t id) {
    // Of a product the highest bits depend on all of the id: they choose bucket and segment.
    const std::uint64_t mixed = __builtin_bswap64(id * 0x9E3779B97F4A7C15U);
    return static_cast<std::uint32_t>(mixed) | 0x80000000U;
  }
  Segment& segment_of(std::uint32_t tag) { return *directory_[tag >> bucket_bits & mask_]; }
  [[nodiscard]] const Segment& segment_of(std::uint32_t tag) const {
    return *directory_[tag >> bucket_bits & mask_];
  }

  static void put(Segment& segment, std::uint32_t tag, Slot slot) {
    Bucket* bucket = &segment.buckets[tag % width];
    unsigned free = bucket->lanes_with(0);
    for (std::uint32_t at = tag; free == 0; free = bucket->lanes_with(0)) {
      ++bucket->gone_on();
      bucket = &segment.buckets[++at % width];
    }
    const auto lane = static_cast<unsigned>(std::countr_zero(free));
    bucket->tags[lane] = tag;
    bucket->slots[lane] = slot;
    ++segment.used;
  }
  static void come_back(Segment& segment, std::uint32_t from, std::uint32_t to) {
    for (; from != to; ++from) --segment.buckets[from % width].gone_on();
  }
  bool make_room(std::uint32_t tag);
  void split(std::uint32_t tag);
  Segment& take_segment();
  void make_chunk();
  [[nodiscard]] Slot find_in_crowd(OrderId id) const;
  Slot erase_in_crowd(OrderId id);

  std::vector<Segment*> directory_;  // by the bits above those of the bucket; a power of two
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Segment[]>> chunks_;
  std::size_t segments_ = 0;  // in use
  std::size_t segments_made_ = 0;
  std::map<OrderId, Slot> crowd_;  // ids made to have one hash, beyond what a segment takes
};

}  // namespace mainstay::exchange
