#include "apps/exchange/domain/order_index.hpp"

namespace mainstay::exchange {

OrderIndex::OrderIndex() {
  segments_.push_back(std::make_unique<Segment>());
  directory_.push_back(segments_.front().get());
}

std::size_t OrderIndex::bytes() const {
  return segments_.size() * sizeof(Segment) + directory_.capacity() * sizeof(Segment*);
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
  Segment& other = *segments_.emplace_back(std::make_unique<Segment>());
  const std::uint32_t bit = 1U << full.depth;
  other.depth = ++full.depth;
  const std::uint32_t first = (tag >> bucket_bits & (bit - 1)) | bit;
  for (std::size_t i = first; i < directory_.size(); i += std::size_t{bit} * 2) {
    directory_[i] = &other;
  }

  const std::array<Bucket, width> all = full.buckets;
  full.buckets = {};
  full.used = 0;
  for (const Bucket& from : all) {
    for (unsigned lane = 0; lane < lanes_max; ++lane) {
      const std::uint32_t one = from.tags[lane];
      if (one == 0) continue;
      put((one >> bucket_bits & bit) != 0 ? other : full, one, from.slots[lane]);
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
