#include "apps/exchange/domain/order_index.hpp"

namespace mainstay::exchange {

OrderIndex::OrderIndex(std::size_t orders_expected) {
  // Segments are 47 % full as an average of those just split and those about to be.
  const std::size_t expected = orders_expected / (segment_used_max * 3 / 4) + 1;
  while (segments_made_ < expected) make_chunk();
  directory_.push_back(&take_segment());
}

std::size_t OrderIndex::bytes() const {
  return segments_made_ * sizeof(Segment) + directory_.capacity() * sizeof(Segment*);
}

void OrderIndex::make_chunk() {
  chunks_.push_back(std::make_unique<Segment[]>(chunk_segments));
  segments_made_ += chunk_segments;
}

OrderIndex::Segment& OrderIndex::take_segment() {
  if (segments_ == segments_made_) make_chunk();
  Segment& taken = chunks_[segments_ / chunk_segments][segments_ % chunk_segments];
  ++segments_;
  return taken;
}

// Most often one split makes it. None does when a segment's tags agree in all upper bits.
bool OrderIndex::make_room(std::uint32_t tag) {
  while (segment_of(tag).used == segment_used_max) {
    if (segment_of(tag).depth == depth_max) return false;
    split(tag);
  }
  return true;
}

void OrderIndex::split(std::uint32_t tag) {
  Segment& full = segment_of(tag);
  if (std::size_t{1} << full.depth == directory_.size()) {
    directory_.reserve(directory_.size() * 2);
    const std::size_t size = directory_.size();
    for (std::size_t i = 0; i < size; ++i) directory_.push_back(directory_[i]);
    mask_ = static_cast<std::uint32_t>(directory_.size() - 1);
  }
  Segment& other = take_segment();
  const std::uint32_t bit = 1U << full.depth;
  other.depth = ++full.depth;
  const std::uint32_t first = (tag >> bucket_bits & (bit - 1)) | bit;
  for (std::size_t i = first; i < directory_.size(); i += std::size_t{bit} * 2) {
    directory_[i] = &other;
  }

  for (std::uint32_t at = 0; at < width; ++at) {
    Bucket& from = full.buckets[at];
    unsigned lanes = 0;  // that move
    for (unsigned i = 0; i < lanes_max; ++i) {
      lanes |= unsigned{(from.tags[i] >> bucket_bits & bit) != 0} << i;
    }
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<unsigned>(std::countr_zero(lanes));
      const std::uint32_t moved = from.tags[lane];
      from.tags[lane] = 0;
      --full.used;
      come_back(full, moved, moved + (at - moved) % width);
      put(other, moved, from.slots[lane]);
    }
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
