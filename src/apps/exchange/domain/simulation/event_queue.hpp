#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mainstay::exchange::simulation {

/// What happens at a time to an agent (or to the venue); what exactly is the kernel's business.
struct Scheduled {
  std::int64_t at = 0;
  std::uint32_t target = 0;
  std::uint32_t what = 0;
};

/// Earliest first, and of one time in the order of push(): (time, sequence) without storing the
/// sequence. Never goes back: what is pushed may not lie before what was popped last.
///
/// A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path problem",
/// JACM 37, 1990): items lie in the bucket of the highest bit in which their time differs from the
/// last popped one, and move to lower buckets, in order, as that time comes closer. All of one time
/// are always in one bucket, so they keep their order. A push costs an append, an item moves a
/// handful of times; no comparisons of distant items, no allocation once the buckets have grown.
class EventQueue {
 public:
  /// Times are counted from `start`; nothing earlier is pushed.
  explicit EventQueue(std::int64_t start = 0) : last_(start) {}

  void push(const Scheduled& item) {
    const std::size_t bucket = bucket_of(item.at);
    buckets_[bucket].push_back(item);
    occupied_ |= bit_of(bucket);
    ++size_;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The time of what pop() gives; not to be asked of an empty queue.
  [[nodiscard]] std::int64_t next_time() {
    if (head_ == buckets_[0].size()) refill();
    return last_;
  }

  /// Not of an empty queue.
  Scheduled pop() {
    if (head_ == buckets_[0].size()) refill();
    --size_;
    return buckets_[0][head_++];
  }

 private:
  static constexpr std::size_t bucket_count = 64;  // times differ in one of 63 bits, or not at all

  static constexpr std::uint64_t bit_of(std::size_t bucket) { return std::uint64_t{1} << bucket; }
  [[nodiscard]] std::size_t bucket_of(std::int64_t at) const {
    return static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(at ^ last_)));
  }
  /// Moves on to the next time: bucket 0 becomes all that happens then.
  void refill();

  std::array<std::vector<Scheduled>, bucket_count> buckets_;
  std::uint64_t occupied_ = 0;  // a bit for every bucket but 0 that may hold something
  std::size_t head_ = 0;        // of bucket 0: what is before it was popped
  std::size_t size_ = 0;
  std::int64_t last_;
};

}  // namespace mainstay::exchange::simulation
