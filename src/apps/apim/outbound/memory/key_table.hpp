#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mainstay::apim {

/// What is kept of a call's key: 24 bytes, whatever its length.
struct KeyMark {
  std::uint64_t high = 0;  // of the key's hash under a secret
  std::uint64_t low = 0;
  std::uint32_t request = 0;  // hash of what the call says
  std::uint32_t expires = 0;  // minutes since 1970; 0: no mark

  /// The same key.
  [[nodiscard]] bool matches(const KeyMark& other) const {
    return high == other.high && low == other.low;
  }
  [[nodiscard]] bool is_before(const KeyMark& other) const {
    return high != other.high ? high < other.high : low < other.low;
  }
  friend bool operator==(const KeyMark&, const KeyMark&) = default;
};

/// Marks of keys, in an array that is sparse and in the order of their hashes: each lies at the
/// place that its hash says, or behind it where no place was free. So a mark that is not there is
/// missed early, and growing, shrinking and forgetting are one pass each, without any list of what
/// expires when. Marks must be spread evenly by the lower 56 bits of `high`. Between 27 and 31
/// bytes a mark when it has grown. Not for several threads at once.
class KeyTable {
 public:
  /// Null when it is not there. Valid until the next change.
  [[nodiscard]] const KeyMark* find(const KeyMark& key) const;
  /// Makes room for one more, so that the next put() allocates nothing in all likelihood.
  void reserve_one();
  /// Adds it, or replaces the mark of the same key when that expires earlier. True: it was added.
  bool put(const KeyMark& mark);
  /// Drops those that expire at `minute` or before. How many.
  std::size_t forget(std::uint32_t minute);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return slots_.capacity() * sizeof(KeyMark); }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const KeyMark& mark : slots_) {
      if (mark.expires != 0) visit(mark);
    }
  }

 private:
  [[nodiscard]] std::size_t place_of(const KeyMark& key) const;
  [[nodiscard]] std::size_t first_not_before(const KeyMark& key) const;
  std::vector<KeyMark>::iterator first_free(std::size_t from);
  void rebuild(std::size_t capacity);

  std::vector<KeyMark> slots_;  // capacity_, and some for those behind their place
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mainstay::apim
