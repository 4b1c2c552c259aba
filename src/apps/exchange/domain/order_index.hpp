#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"
#include "base/page_memory.hpp"

namespace mainstay::exchange {

/// Finds the slot of an order by its id, which may be any number.
///
/// Thirteen ids in a row share a line: one cache line with their slots. A venue gives ids in their
/// order, so a new order is in the line of the one before, and what lives of a million orders is in
/// 80,000 lines. A line has its place by the hash of its number, id / 13; who finds that taken goes
/// to the next, and is counted on the way: a search that finds nothing goes on only then, and lines
/// that become free leave nothing behind.
///
/// Lines are in segments of 8 KiB, one of which is split in two when it gets too full (extendible
/// hashing): growing never takes longer than that, some microseconds, and the doubling of the
/// directory, eight bytes a segment. Segments stay: the memory is that of the most lines there
/// were, 100 to 200 bytes for each.
class OrderIndex {
  struct Line;

 public:
  /// Memory for so many orders whose ids are in a row is taken at once.
  explicit OrderIndex(std::size_t orders_expected = 0);

  /// Or no_slot.
  [[nodiscard]] Slot find(OrderId id) const {
    const std::uint64_t number = number_of(id);
    const Line* line = number == newest_number_ ? newest_ : find_line(number).line;
    if (line == nullptr) return find_in_crowd(id);
    const Slot slot = line->slots[place_of(id)];
    return slot == no_slot ? find_in_crowd(id) : slot;
  }

  /// The id must not be there.
  void insert(OrderId id, Slot slot) {
    const std::uint64_t number = number_of(id);
    ++size_;
    if (number != newest_number_ && !make_newest(number)) {
      crowd_.emplace(id, slot);
      return;
    }
    newest_->slots[place_of(id)] = slot;
    ++newest_->count;
  }

  /// The slot that was the id's, or no_slot.
  Slot erase(OrderId id) {
    const Found found = find_line(number_of(id));
    if (found.line == nullptr) return erase_in_crowd(id);
    Line& line = *found.line;
    const Slot slot = line.slots[place_of(id)];
    if (slot == no_slot) return erase_in_crowd(id);
    line.slots[place_of(id)] = no_slot;
    --size_;
    if (--line.count == 0) remove(found);
    return slot;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of all memory it holds.
  [[nodiscard]] std::size_t bytes() const;

  /// Where an id is or would be, most probably, until the next insert().
  struct Place {
    const Line* line = nullptr;
    std::uint64_t number = 0;
    std::int32_t step = 0;  // to the line behind
    std::uint32_t place = 0;
  };
  /// Hints to the processor that find, insert or erase of the id come soon. (A function that only
  /// gives hints is one without effect to gcc 12: a call that is not inlined is dropped.)
  [[gnu::always_inline]] Place prefetch(OrderId id) const {
    const std::uint64_t number = number_of(id);
    const std::uint32_t at = hash_of(number) % width;
    return {prefetch_line(number), number, at == width - 1 ? 1 - static_cast<int>(width) : 1,
            static_cast<std::uint32_t>(id.get() - number * line_width)};
  }
  /// The slot of the id if it is there, most probably, else any or 0: for hints about the node.
  /// Without a branch.
  [[nodiscard]] static Slot guess(const Place& at) {
    const Line* line = at.line + (at.line->number == at.number ? 0 : at.step);
    const Slot slot = line->slots[at.place];
    return slot == no_slot ? 0 : slot;
  }

 private:
  static constexpr std::uint32_t width = 128;  // of a segment, in lines
  static constexpr unsigned width_bits = 7;
  static constexpr std::uint32_t segment_used_max = width * 5 / 8;
  static constexpr std::uint32_t line_width = 13;
  static constexpr std::uint64_t no_number = ~std::uint64_t{0};  // beyond every line's

  struct alignas(64) Line {
    Line() { slots.fill(no_slot); }
    std::uint64_t number = no_number;  // when it is free
    std::uint16_t count = 0;           // of ids that live
    std::uint16_t gone_on = 0;         // lines that belong here or before, and are behind
    std::array<Slot, line_width> slots;
  };
  static_assert(sizeof(Line) == 64);
  struct Segment {
    std::array<Line, width> lines;
    std::uint32_t used = 0;
    unsigned depth = 0;  // how many bits of the hash all its lines have in common
  };
  static constexpr unsigned depth_max = 32 - width_bits;
  static constexpr std::size_t chunk_segments = 8;

  static std::uint64_t number_of(OrderId id) { return id.get() / line_width; }
  static std::size_t place_of(OrderId id) { return id.get() % line_width; }
  /// Its low bits say which line of a segment, those above them which segment.
  static std::uint32_t hash_of(std::uint64_t number) {
    // Of a product the highest bits depend on all of it.
    return static_cast<std::uint32_t>(__builtin_bswap64(number * 0x9E3779B97F4A7C15U));
  }
  [[nodiscard]] Segment& segment_of(std::uint32_t hash) const {
    return *directory_[hash >> width_bits & mask_];
  }
  [[gnu::always_inline]] void prefetch_segment(std::uint64_t number) const {
    __builtin_prefetch(&segment_of(hash_of(number)).used, 1);
  }
  [[gnu::always_inline]] const Line* prefetch_line(std::uint64_t number) const {
    const std::uint32_t hash = hash_of(number);
    const Line* line = &segment_of(hash).lines[hash % width];
    __builtin_prefetch(line, 1);
    return line;
  }

  /// No line: nowhere.
  struct Found {
    Line* line = nullptr;
    Segment* segment = nullptr;
    std::uint32_t over = 0;  // how many it lies behind its place
  };
  [[nodiscard]] Found find_line(std::uint64_t number) const {
    const std::uint32_t hash = hash_of(number);
    Segment& segment = segment_of(hash);
    Line* line = &segment.lines[hash % width];
    std::uint32_t over = 0;
    while (line->number != number) {
      if (line->gone_on == 0 || ++over == width) return {};
      line = &segment.lines[(hash + over) % width];
    }
    return {line, &segment, over};
  }

  bool make_newest(std::uint64_t number);
  static Line& take_line(Segment& segment, std::uint64_t number);
  void remove(const Found& found);
  static void come_back(Segment& segment, std::uint32_t hash, std::uint32_t over);
  bool make_room(std::uint32_t hash);
  void split(std::uint32_t hash);
  Segment& take_segment();
  void make_chunk(std::size_t segments);
  [[nodiscard]] Slot find_in_crowd(OrderId id) const {
    return crowd_.empty() ? no_slot : search_crowd(id);
  }
  [[nodiscard]] Slot search_crowd(OrderId id) const;
  Slot erase_in_crowd(OrderId id);

  std::vector<Segment*> directory_;  // by the bits above those of the line; a power of two
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::uint64_t newest_number_ = no_number;  // of the line of the last insert(), while it is there
  Line* newest_ = nullptr;
  using Chunk = std::vector<Segment, PageAllocator<Segment>>;
  std::vector<Chunk> chunks_;
  std::size_t taken_ = 0;  // of the last chunk
  std::size_t segments_made_ = 0;
  std::map<OrderId, Slot> crowd_;  // ids made to have one hash, beyond what a segment takes
};

}  // namespace mainstay::exchange
