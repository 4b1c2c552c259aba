#include "apps/exchange/domain/order_index.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace mainstay::exchange {

OrderIndex::OrderIndex(std::size_t orders_expected) {
  // Of ids in a row some have gone: half of each line, as in a stream whose orders trade. Segments
  // are 47 % full as an average of those just split and those about to be.
  const std::size_t lines = orders_expected / (line_width / 2);
  const std::size_t expected = lines / (segment_used_max * 3 / 4) + 1;
  make_chunk(expected);
  // As many as can have a part of the hashes each, as if they had been split so far already.
  const auto depth = std::min(static_cast<unsigned>(std::bit_width(expected)) - 1, depth_max);
  for (std::size_t i = 0; i < std::size_t{1} << depth; ++i) {
    directory_.push_back(&take_segment());
    directory_.back()->depth = depth;
  }
  mask_ = static_cast<std::uint32_t>(directory_.size() - 1);
}

std::size_t OrderIndex::bytes() const {
  return segments_made_ * sizeof(Segment) + directory_.capacity() * sizeof(Segment*);
}

// --- lines ---------------------------------------------------------------------------------------

// False: there is no room for it. Ids go up most often: the next line is wanted soon.
bool OrderIndex::make_newest(std::uint64_t number) {
  prefetch_line(number + 1);
  prefetch_segment(number + 1);
  newest_ = find_line(number).line;
  if (newest_ == nullptr) {
    newest_number_ = no_number;
    const std::uint32_t hash = hash_of(number);
    if (segment_of(hash).used == segment_used_max && !make_room(hash)) return false;
    newest_ = &take_line(segment_of(hash), number);
  }
  newest_number_ = number;
  return true;
}

OrderIndex::Line& OrderIndex::take_line(Segment& segment, std::uint64_t number) {
  std::uint32_t at = hash_of(number);
  while (segment.lines[at % width].number != no_number) ++segment.lines[at++ % width].gone_on;
  segment.lines[at % width].number = number;
  ++segment.used;
  return segment.lines[at % width];
}

// All its slots are no_slot again.
void OrderIndex::remove(const Found& found) {
  Line& line = *found.line;
  if (newest_number_ == line.number) newest_number_ = no_number;
  come_back(*found.segment, hash_of(line.number), found.over);
  line.number = no_number;
  --found.segment->used;
}

void OrderIndex::come_back(Segment& segment, std::uint32_t hash, std::uint32_t over) {
  for (std::uint32_t i = 0; i < over; ++i) --segment.lines[(hash + i) % width].gone_on;
}

// --- segments ------------------------------------------------------------------------------------

void OrderIndex::make_chunk(std::size_t segments) {
  chunks_.emplace_back(segments);
  taken_ = 0;
  segments_made_ += segments;
}

OrderIndex::Segment& OrderIndex::take_segment() {
  if (taken_ == chunks_.back().size()) make_chunk(chunk_segments);
  return chunks_.back()[taken_++];
}

// Most often one split makes it. None does when a segment's hashes agree in all upper bits.
bool OrderIndex::make_room(std::uint32_t hash) {
  while (segment_of(hash).used == segment_used_max) {
    if (segment_of(hash).depth == depth_max) return false;
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
  Segment& other = take_segment();
  const std::uint32_t bit = 1U << full.depth;
  other.depth = ++full.depth;
  const std::uint32_t first = (hash >> width_bits & (bit - 1)) | bit;
  for (std::size_t i = first; i < directory_.size(); i += std::size_t{bit} * 2) {
    directory_[i] = &other;
  }

  for (std::uint32_t at = 0; at < width; ++at) {
    Line& from = full.lines[at];
    if (from.number == no_number) continue;
    const std::uint32_t moved = hash_of(from.number);
    if ((moved >> width_bits & bit) == 0) continue;
    Line& to = take_line(other, from.number);
    to.count = std::exchange(from.count, std::uint16_t{0});
    to.slots = from.slots;
    from.slots.fill(no_slot);
    from.number = no_number;
    come_back(full, moved, (at - moved) % width);
    --full.used;
  }
}

// --- the crowd -----------------------------------------------------------------------------------

Slot OrderIndex::search_crowd(OrderId id) const {
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
