#include "apps/exchange/domain/fast_ladder.hpp"

namespace mainstay::exchange {

FastLadder::FastLadder(Side side, Shelf& shelf)
    : flip_(side == Side::buy ? 0xFFFFFFFFU : 0), leaves_(&shelf) {
  branches_.emplace_back();
}

// --- the tree ------------------------------------------------------------------------------------

void FastLadder::find_block(Key key) {
  std::uint32_t at = 0;
  for (unsigned height = heights - 1; height > 0; --height) {
    at = branches_[at].children[place(key, height)];
  }
  hint_ = key >> block_shift;
  hint_branch_ = at;
}

std::uint32_t FastLadder::make_leaf(Key key) {
  std::uint32_t at = 0;
  for (unsigned height = heights - 1; height > 0; --height) {
    const unsigned child = place(key, height);
    if (branches_[at].children[child] == none) {
      const std::uint32_t made = take_branch();
      branches_[at].children[child] = made;
      branches_[at].filled |= std::uint64_t{1} << child;
    }
    at = branches_[at].children[child];
  }
  hint_ = key >> block_shift;
  hint_branch_ = at;
  const unsigned child = place(key, 0);
  if (branches_[at].children[child] == none) {
    branches_[at].children[child] = leaves_->take();
    ++leaves_held_;
    branches_[at].filled |= std::uint64_t{1} << child;
  }
  return branches_[at].children[child];
}

// The leaf of the key holds no order any more: it goes, and each branch that becomes empty with it.
void FastLadder::drop_leaf(Key key) {
  Path path{};
  for (unsigned height = heights - 1; height > 0; --height) {
    path[height - 1] = branches_[path[height]].children[place(key, height)];
  }
  for (unsigned height = 0; height < heights; ++height) {
    Branch& branch = branches_[path[height]];
    const unsigned child = place(key, height);
    if (height == 0) {
      leaves_->give_back(branch.children[child]);
      --leaves_held_;
    } else {
      free_branches_.push_back(branch.children[child]);
    }
    branch.children[child] = none;
    branch.filled &= ~(std::uint64_t{1} << child);
    if (branch.filled != 0) break;
    if (height == 0) hint_ = none;
  }
  if (key != best_key_) return;
  best_key_ = first_from(best_key_);
  if (!empty()) best_leaf_ = &(*leaves_)[existing_leaf(static_cast<Key>(best_key_))];
}

// Free leaves and branches are as new: whoever gave them back emptied them.
std::uint32_t FastLadder::take_branch() {
  if (free_branches_.empty()) {
    branches_.emplace_back();
    return static_cast<std::uint32_t>(branches_.size() - 1);
  }
  const std::uint32_t taken = free_branches_.back();
  free_branches_.pop_back();
  return taken;
}

std::uint64_t FastLadder::first_from(std::uint64_t from) const {
  if (from == nothing) return nothing;
  const Key key = static_cast<Key>(from);
  Path path{};  // down to where the key is, or to the branch that has nothing there
  unsigned lowest = heights - 1;
  while (lowest > 0) {
    const std::uint32_t child = branches_[path[lowest]].children[place(key, lowest)];
    if (child == none) break;
    path[--lowest] = child;
  }
  if (lowest == 0) {
    const std::uint32_t at = branches_[path[0]].children[place(key, 0)];
    const std::uint64_t rest = at == none ? 0 : (*leaves_)[at].filled >> key % leaf_width;
    if (rest != 0) return key + static_cast<Key>(std::countr_zero(rest));
  }
  for (unsigned height = lowest; height < heights; ++height) {
    const unsigned here = place(key, height);
    const Branch& branch = branches_[path[height]];
    const std::uint64_t behind = branch.filled >> here >> 1U;
    if (behind == 0) continue;
    const unsigned child = here + 1 + static_cast<unsigned>(std::countr_zero(behind));
    const unsigned shift = leaf_bits + height * branch_bits;
    const std::uint64_t above = key >> shift >> branch_bits;  // what all below this branch share
    const auto prefix = static_cast<Key>((above << branch_bits | child) << shift);
    return lowest_below(branch.children[child], height, prefix);
  }
  return nothing;
}

// `child` is below a branch of that height, and holds orders.
FastLadder::Key FastLadder::lowest_below(std::uint32_t child, unsigned height, Key prefix) const {
  while (height > 0) {
    --height;
    const Branch& branch = branches_[child];
    const auto first = static_cast<unsigned>(std::countr_zero(branch.filled));
    prefix |= first << (leaf_bits + height * branch_bits);
    child = branch.children[first];
  }
  return prefix | first_of(0, (*leaves_)[child]);
}

// --- looking -------------------------------------------------------------------------------------

const FastLadder::Level* FastLadder::find_level(Key key) const {
  std::uint32_t at = 0;
  for (unsigned height = heights; height > 0; --height) {
    at = branches_[at].children[place(key, height - 1)];
    if (at == none) return nullptr;
  }
  return &(*leaves_)[at].levels[key % leaf_width];
}

std::uint64_t FastLadder::quantity(Price price) const {
  const Level* level = find_level(key_of(price));
  return level == nullptr ? 0 : level->quantity;
}

std::uint32_t FastLadder::count(Price price) const {
  const Level* level = find_level(key_of(price));
  return level == nullptr ? 0 : level->count;
}

Price FastLadder::next_price(Price price) const {
  const std::uint64_t next = first_from(std::uint64_t{key_of(price)} + 1);
  return next == nothing ? Price{} : price_of(static_cast<Key>(next));
}

Slot FastLadder::front_at(Price price, const Nodes& /*nodes*/) const {
  const Level* level = find_level(key_of(price));
  return level == nullptr ? no_slot : level->head;
}

std::size_t FastLadder::bytes() const {
  return leaves_held_ * sizeof(Leaf) + branches_.capacity() * sizeof(Branch);
}

}  // namespace mainstay::exchange
