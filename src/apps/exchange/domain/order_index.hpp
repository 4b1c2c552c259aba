#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// Finds the slot of an order by its id, which may be any number. An entry is eight bytes: the slot
/// and 32 bits of the id's hash; that it is the right one is seen at nodes[slot].id, which the
/// caller goes on to read anyway. So nodes[slot].id must be set from insert() to erase().
///
/// Entries are in segments of 8 KiB, open addressing in each. A segment that becomes five eighths
/// full is split in two (extendible hashing), so growing never stops for longer than that takes,
/// some microseconds, and the doubling of the directory, eight bytes a segment. Entries that are
/// erased leave nothing behind: those after them move up. Eight ids in a row share a cache line.
/// Segments stay: the memory is that of the most orders there were, 10 to 26 bytes for each.
class OrderIndex {
 public:
  OrderIndex();

  /// Or no_slot.
  [[nodiscard]] Slot find(OrderId id, const Nodes& nodes) const {
    const std::uint32_t hash = hash_of(id.get());
    const Segment& segment = segment_of(hash);
    for (std::uint32_t at = hash;; ++at) {
      const Entry& entry = segment.entries[at % segment_entries];
      if (entry.slot == no_slot) return crowd_.empty() ? no_slot : find_in_crowd(id);
      if (entry.hash == hash && nodes[entry.slot].id == id) return entry.slot;
    }
  }

  /// The id must not be there; nodes[slot].id is set.
  void insert(OrderId id, Slot slot) {
    const std::uint32_t hash = hash_of(id.get());
    ++size_;
    if (segment_of(hash).used == segment_used_max && !make_room(hash)) {
      crowd_.emplace(id, slot);
    } else {
      put(segment_of(hash), {hash, slot});
    }
  }

  /// The slot that was the id's, or no_slot.
  Slot erase(OrderId id, const Nodes& nodes) {
    const std::uint32_t hash = hash_of(id.get());
    Segment& segment = segment_of(hash);
    for (std::uint32_t at = hash;; ++at) {
      const Entry& entry = segment.entries[at % segment_entries];
      if (entry.slot == no_slot) return crowd_.empty() ? no_slot : erase_in_crowd(id);
      if (entry.hash != hash || nodes[entry.slot].id != id) continue;
      const Slot slot = entry.slot;
      close(segment, at % segment_entries);
      --size_;
      return slot;
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of all memory it holds.
  [[nodiscard]] std::size_t bytes() const;

  /// Hints to the processor that find, insert or erase of the id come soon.
  void prefetch(OrderId id) const {
    const std::uint32_t hash = hash_of(id.get());
    __builtin_prefetch(&segment_of(hash).entries[hash % segment_entries], 1);
  }
  /// Behind prefetch(): most probably the slot of the id, if it is there; for hints about the node.
  [[nodiscard]] Slot guess(OrderId id) const {
    const std::uint32_t hash = hash_of(id.get());
    const Segment& segment = segment_of(hash);
    for (std::uint32_t at = hash;; ++at) {
      const Entry& entry = segment.entries[at % segment_entries];
      if (entry.slot == no_slot || entry.hash == hash) return entry.slot;
    }
  }

 private:
  static constexpr std::uint32_t segment_entries = 1024;
  static constexpr std::uint32_t segment_used_max = segment_entries * 5 / 8;
  static constexpr unsigned segment_bits = 10;

  struct Entry {
    std::uint32_t hash = 0;  // the low bits say where in the segment, the others which segment
    Slot slot = no_slot;
  };
  struct alignas(64) Segment {
    std::array<Entry, segment_entries> entries;
    std::uint32_t used = 0;
    unsigned depth = 0;  // how many bits of the hash all its entries have in common
  };

  static std::uint32_t hash_of(std::uint64_t id) {
    std::uint64_t mixed = (id >> 3U) * 0x9E3779B97F4A7C15U;
    mixed ^= mixed >> 32U;
    mixed *= 0xD6E8FEB86659FD93U;
    return static_cast<std::uint32_t>(mixed >> 32U) ^ static_cast<std::uint32_t>(id % 8);
  }
  Segment& segment_of(std::uint32_t hash) { return *directory_[hash >> segment_bits & mask_]; }
  [[nodiscard]] const Segment& segment_of(std::uint32_t hash) const {
    return *directory_[hash >> segment_bits & mask_];
  }

  static void put(Segment& segment, Entry entry) {
    std::uint32_t at = entry.hash % segment_entries;
    while (segment.entries[at].slot != no_slot) at = (at + 1) % segment_entries;
    segment.entries[at] = entry;
    ++segment.used;
  }
  // Takes the entry away; those behind it move up, each as near as it may to where its hash says.
  static void close(Segment& segment, std::uint32_t hole) {
    --segment.used;
    for (std::uint32_t at = hole;;) {
      at = (at + 1) % segment_entries;
      const Entry entry = segment.entries[at];
      if (entry.slot == no_slot) break;
      const std::uint32_t from_home = (at - entry.hash) % segment_entries;
      if (from_home < (at - hole) % segment_entries) continue;
      segment.entries[hole] = entry;
      hole = at;
    }
    segment.entries[hole].slot = no_slot;
  }
  bool make_room(std::uint32_t hash);
  void split(std::uint32_t hash);
  [[nodiscard]] Slot find_in_crowd(OrderId id) const;
  Slot erase_in_crowd(OrderId id);

  std::vector<Segment*> directory_;  // by the bits above those of the place; a power of two
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Segment>> segments_;
  std::map<OrderId, Slot> crowd_;  // ids made to have one hash, beyond what a segment takes
};

}  // namespace mainstay::exchange
