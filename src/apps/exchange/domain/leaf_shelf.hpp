#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/order_ladder.hpp"

namespace mainstay::exchange {

/// The orders at one price: the ends of their queue.
struct LadderLevel {
  Slot head = no_slot;
  Slot tail = no_slot;
  std::uint64_t quantity = 0;
  std::uint32_t count = 0;
};

/// Levels of prices side by side.
struct LadderLeaf {
  static constexpr unsigned bits = 6;
  static constexpr unsigned width = 1U << bits;

  std::uint64_t filled = 0;  // a bit for each level that has orders
  std::array<LadderLevel, width> levels;
};

/// The leaves of all fast ladders of an engine, 1.5 KiB each: who needs one takes it, and one that
/// is empty again goes to whoever needs the next. They stay where they are: that there are more of
/// them copies nothing, which would hold up a command for tens of microseconds.
class LeafShelf {
 public:
  LeafShelf() { add_piece(); }

  /// So many are there at once, in memory that the kernel has given already. Before any is taken.
  void reserve(std::size_t leaves);

  LadderLeaf& operator[](std::uint32_t at) { return pieces_[at / width][at % width]; }
  const LadderLeaf& operator[](std::uint32_t at) const { return pieces_[at / width][at % width]; }
  /// All numbers below are those of leaves that are or were taken, or reserved.
  [[nodiscard]] std::uint32_t size() const { return made_; }
  /// A hint to the processor that a level is wanted soon. Any number.
  [[gnu::always_inline]] void prefetch(std::uint32_t at, std::uint32_t level) const {
    const LadderLeaf* const leaves = pieces_[at < made_ ? at / width : 0].data();
    __builtin_prefetch(&leaves[at % width].levels[level], 1);
  }

  /// An empty one.
  std::uint32_t take() {
    if (free_.empty()) return make();
    const std::uint32_t taken = free_.back();
    free_.pop_back();
    return taken;
  }
  /// It is empty.
  void give_back(std::uint32_t at) { free_.push_back(at); }

 private:
  static constexpr std::uint32_t width = 64;  // of a piece, in leaves

  void add_piece() { pieces_.emplace_back().reserve(width); }
  std::uint32_t make();

  std::vector<std::vector<LadderLeaf>> pieces_;  // each has room for all of its own
  std::uint32_t made_ = 0;
  std::vector<std::uint32_t> free_;
};

}  // namespace mainstay::exchange
