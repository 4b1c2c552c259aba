#include "apps/exchange/domain/simulation/event_queue.hpp"

#include "base/check.hpp"

namespace mainstay::exchange::simulation {

void EventQueue::refill() {
  MS_CHECK(size_ > 0);
  buckets_[0].clear();
  head_ = 0;
  occupied_ &= ~bit_of(0);
  const auto lowest = static_cast<std::size_t>(std::countr_zero(occupied_));
  std::vector<Scheduled>& from = buckets_[lowest];
  occupied_ &= ~bit_of(lowest);
  if (from.size() == 1) {  // the most frequent case
    last_ = from[0].at;
    buckets_[0].push_back(from[0]);
    return from.clear();
  }
  std::int64_t earliest = from[0].at;
  for (const Scheduled& item : from) {
    if (item.at < earliest) earliest = item.at;
  }
  last_ = earliest;
  for (const Scheduled& item : from) {
    const std::size_t bucket = bucket_of(item.at);  // below `lowest`
    buckets_[bucket].push_back(item);
    occupied_ |= bit_of(bucket);
  }
  from.clear();
}

}  // namespace mainstay::exchange::simulation
