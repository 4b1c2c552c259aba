#include "apps/exchange/domain/order_index.hpp"

namespace mainstay::exchange {

OrderIndex::OrderIndex() {
  segments_.push_back(std::make_unique<Segment>());
  directory_.push_back(segments_.front().get());
}

std::size_t OrderIndex::bytes() const {
  return segments_.size() * sizeof(Segment) + directory_.capacity() * sizeof(Segment*);
}

// Most often one split makes it. None does when a segment's hashes agree in all upper bits.
bool OrderIndex::make_room(std::uint32_t hash) {
  while (segment_of(hash).used == segment_used_max) {
    if (segment_of(hash).depth == 32 - segment_bits) return false;
    split(hash);
  }
  return true;
}

void OrderIndex::split(std::uint32_t hash) {
  Segment& full = segment_of(hash);
  if (std::size_t{1} << full.depth == directory_.size()) {
    directory_.reserve(directory_.size() * 2);
    const std::size_t size = directory_.size();
    for (std::size_t i = 0; i < size; ++i) directory_.push_back(directory_[i]);
    mask_ = static_cast<std::uint32_t>(directory_.size() - 1);
  }
  Segment& other = *segments_.emplace_back(std::make_unique<Segment>());
  const std::uint32_t bit = 1U << full.depth;
  other.depth = ++full.depth;
  const std::uint32_t first = (hash >> segment_bits & (bit - 1)) | bit;
  for (std::size_t i = first; i < directory_.size(); i += std::size_t{bit} * 2) {
    directory_[i] = &other;
  }

  // An entry never lies before its place, but for those that went over the end: begin behind a gap,
  // and each is put back where it was or nearer to its place.
  std::uint32_t gap = 0;
  while (full.entries[gap].slot != no_slot) ++gap;
  full.used = 0;
  for (std::uint32_t i = 1; i <= segment_entries; ++i) {
    Entry& from = full.entries[(gap + i) % segment_entries];
    const Entry entry = from;
    if (entry.slot == no_slot) continue;
    from.slot = no_slot;
    put((entry.hash >> segment_bits & bit) != 0 ? other : full, entry);
  }
}

Slot OrderIndex::find_in_crowd(OrderId id) const {
  const auto found = crowd_.find(id);
  return found == crowd_.end() ? no_slot : found->second;
}

Slot OrderIndex::erase_in_crowd(OrderId id) {
  const Slot slot = find_in_crowd(id);
  if (slot != no_slot) {
    crowd_.erase(id);
    --size_;
  }
  return slot;
}

}  // namespace mainstay::exchange
