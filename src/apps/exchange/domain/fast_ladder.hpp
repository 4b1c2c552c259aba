#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "apps/exchange/domain/leaf_shelf.hpp"
#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// A ladder (order_ladder.hpp) whose operations all take constant time: each price has a level with
/// the ends of its queue; levels lie side by side in leaves of 64 prices, and leaves are found
/// through a tree of branches with 64 children each, whose bits say where something is. Leaves and
/// branches exist only where orders are, and are used again. A book that is not scattered finds its
/// leaf by one comparison, and its next best level by one look at a leaf's bits. Leaves come from a
/// shelf that all ladders of an engine share, and that outlives them.
///
/// Memory: 1.5 KiB a leaf that holds a price, and 0.3 KiB a branch; orders that are each 4,096
/// prices or more away from all others cost both.
///
/// Inside, a price is a key that grows away from the best price: of sells the price, of buys its
/// complement. So both sides are searched alike. Price 0 may occur here; only next_price cannot
/// name it.
class FastLadder {
 public:
  using Shelf = LeafShelf;
  FastLadder(Side side, Shelf& shelf);

  [[nodiscard]] bool empty() const { return best_key_ == nothing; }
  [[nodiscard]] Price best() const { return price_of(static_cast<Key>(best_key_)); }
  [[nodiscard]] Slot front(const Nodes& /*nodes*/) const { return best_level().head; }
  [[nodiscard]] Slot next(Slot slot, const Nodes& nodes) const { return nodes[slot].next; }

  /// Whether an order of the other side with this limit would trade with the best here.
  [[nodiscard]] bool is_reached_by(Price limit) const { return best_key_ <= key_of(limit); }

  void push_back(Slot slot, Nodes& nodes) {
    OrderNode& node = nodes[slot];
    const Key key = key_of(node.price);
    const std::uint32_t at = leaf_for(key);
    Leaf& leaf = (*leaves_)[at];
    Level& level = leaf.levels[key % leaf_width];
    node.next = no_slot;
    node.previous = level.tail;
    if (level.count == 0) {
      level.head = slot;
      leaf.filled |= bit(key);
      if (key < best_key_) {
        best_key_ = key;
        best_leaf_ = &leaf;
      }
    } else {
      nodes[level.tail].next = slot;
    }
    level.tail = slot;
    level.quantity += node.shown;
    ++level.count;
  }

  void erase(Slot slot, Nodes& nodes) {
    const OrderNode& node = nodes[slot];
    const Key key = key_of(node.price);
    Leaf& leaf = (*leaves_)[existing_leaf(key)];
    Level& level = leaf.levels[key % leaf_width];
    const Slot before = node.previous;
    const Slot behind = node.next;
    level.quantity -= node.shown;
    (before == no_slot ? level.head : nodes[before].next) = behind;
    (behind == no_slot ? level.tail : nodes[behind].previous) = before;
    if (--level.count > 0) return;
    leaf.filled &= ~bit(key);
    if (key != best_key_ && leaf.filled != 0) return;
    if (leaf.filled != 0) {
      best_key_ = first_of(key / leaf_width, leaf);
    } else {
      drop_leaf(key);
    }
  }

  void reduce(Slot slot, std::uint32_t by, Nodes& nodes) {
    OrderNode& node = nodes[slot];
    node.shown -= by;
    const Key key = key_of(node.price);
    (*leaves_)[existing_leaf(key)].levels[key % leaf_width].quantity -= by;
  }

  void pop_front(Nodes& nodes) {
    const Key key = static_cast<Key>(best_key_);
    Leaf& leaf = *best_leaf_;
    Level& level = leaf.levels[key % leaf_width];
    const OrderNode& node = nodes[level.head];
    level.quantity -= node.shown;
    level.head = node.next;
    if (--level.count > 0) {
      nodes[node.next].previous = no_slot;
      return;
    }
    level.tail = no_slot;
    leaf.filled &= ~bit(key);
    if (leaf.filled != 0) {
      best_key_ = first_of(key / leaf_width, leaf);
    } else {
      drop_leaf(key);
    }
  }
  void reduce_front(std::uint32_t by, Nodes& nodes) {
    Level& level = best_leaf_->levels[best_key_ % leaf_width];
    nodes[level.head].shown -= by;
    level.quantity -= by;
  }

  [[nodiscard]] std::uint64_t quantity(Price price) const;
  [[nodiscard]] std::uint32_t count(Price price) const;
  [[nodiscard]] std::uint64_t best_quantity() const { return best_level().quantity; }
  [[nodiscard]] std::uint32_t best_count() const { return best_level().count; }
  [[nodiscard]] Price next_price(Price price) const;
  [[nodiscard]] Slot front_at(Price price, const Nodes& nodes) const;

  /// Hints to the processor that operations at the price come soon: each looks at what the one
  /// before it brings in.
  [[gnu::always_inline]] void prefetch_self() const {
    __builtin_prefetch(this, 1);
    __builtin_prefetch(&branches_);
  }
  [[gnu::always_inline]] void prefetch_leaf(Price price) const {
    __builtin_prefetch(&branches_[hint_branch_].children[place(key_of(price), 0)]);
  }
  [[gnu::always_inline]] void prefetch(Price price) const {
    const Key key = key_of(price);
    leaves_->prefetch(branches_[hint_branch_].children[place(key, 0)], key % leaf_width);
  }
  /// The last order at the price, most probably, or no_slot.
  [[nodiscard]] Slot guess_last(Price price) const {
    const Key key = key_of(price);
    const std::uint32_t at = branches_[hint_branch_].children[place(key, 0)];
    return at < leaves_->size() ? (*leaves_)[at].levels[key % leaf_width].tail : no_slot;
  }
  /// What it holds of leaves and branches, for the tests of its bounds.
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Key = std::uint32_t;
  static constexpr std::uint64_t nothing = std::uint64_t{1} << 32U;  // behind every key
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  using Level = LadderLevel;
  using Leaf = LadderLeaf;
  static constexpr unsigned leaf_bits = Leaf::bits;
  static constexpr unsigned leaf_width = Leaf::width;
  static constexpr unsigned branch_bits = 6;
  static constexpr unsigned branch_width = 1U << branch_bits;
  static constexpr unsigned heights = (32 - leaf_bits + branch_bits - 1) / branch_bits;
  static constexpr unsigned block_shift = leaf_bits + branch_bits;  // of a lowest branch: a block

  struct Branch {
    Branch() { children.fill(none); }
    std::uint64_t filled = 0;  // a bit for each child that has orders
    std::array<std::uint32_t, branch_width> children;
  };
  using Path = std::array<std::uint32_t, heights>;  // branches by height, from the lowest

  [[nodiscard]] Key key_of(Price price) const { return price.get() ^ flip_; }
  [[nodiscard]] Price price_of(Key key) const { return Price{key ^ flip_}; }
  static std::uint64_t bit(Key key) { return std::uint64_t{1} << key % leaf_width; }
  /// Where below a branch of that height the key belongs.
  static unsigned place(Key key, unsigned height) {
    return key >> (leaf_bits + height * branch_bits) & (branch_width - 1);
  }
  static Key first_of(std::uint32_t leaf_number, const Leaf& leaf) {
    return leaf_number * leaf_width + static_cast<Key>(std::countr_zero(leaf.filled));
  }
  [[nodiscard]] const Level& best_level() const {
    return best_leaf_->levels[best_key_ % leaf_width];
  }

  /// Of a key whose level has orders.
  std::uint32_t existing_leaf(Key key) {
    if (key >> block_shift != hint_) find_block(key);
    return branches_[hint_branch_].children[place(key, 0)];
  }
  std::uint32_t leaf_for(Key key) {
    if (key >> block_shift == hint_) {
      const std::uint32_t at = branches_[hint_branch_].children[place(key, 0)];
      if (at != none) return at;
    }
    return make_leaf(key);
  }

  void find_block(Key key);
  std::uint32_t make_leaf(Key key);
  void drop_leaf(Key key);
  std::uint32_t take_branch();
  [[nodiscard]] const Level* find_level(Key key) const;
  /// The first key from this one on that has orders, or `nothing`.
  [[nodiscard]] std::uint64_t first_from(std::uint64_t key) const;
  [[nodiscard]] Key lowest_below(std::uint32_t child, unsigned height, Key prefix) const;

  std::uint64_t best_key_ = nothing;
  Leaf* best_leaf_ = nullptr;
  Key flip_;
  Key hint_ = none;  // the block found last: key >> block_shift; none fits no key
  std::uint32_t hint_branch_ = 0;
  Shelf* leaves_;
  std::size_t leaves_held_ = 0;
  std::vector<Branch> branches_;  // the first is the root
  std::vector<std::uint32_t> free_branches_;
};

}  // namespace mainstay::exchange
