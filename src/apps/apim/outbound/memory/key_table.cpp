#include "apps/apim/outbound/memory/key_table.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::apim {
namespace {

constexpr std::size_t capacity_min = 16;
constexpr std::size_t overhang = 64;  // places behind the last: few marks lie that far from theirs

/// A fifth of it is free.
std::size_t roomy(std::size_t size) { return std::max(capacity_min, size + size / 4 + 1); }

}  // namespace

const KeyMark* KeyTable::find(const KeyMark& key) const {
  const std::size_t at = first_not_before(key);
  return at < slots_.size() && slots_[at].expires != 0 && slots_[at].matches(key) ? &slots_[at]
                                                                                  : nullptr;
}

void KeyTable::reserve_one() {
  if ((size_ + 1) * 8 > capacity_ * 7) rebuild(roomy(size_ + 1));
}

bool KeyTable::put(const KeyMark& mark) {
  reserve_one();
  const std::size_t at = first_not_before(mark);
  if (at < slots_.size() && slots_[at].expires != 0 && slots_[at].matches(mark)) {
    if (slots_[at].expires < mark.expires) slots_[at] = mark;
    return false;
  }
  if (first_free(at) == slots_.end()) slots_.resize(slots_.size() + overhang);
  const auto free = first_free(at);
  std::move_backward(slots_.begin() + static_cast<std::ptrdiff_t>(at), free, free + 1);
  slots_[at] = mark;
  ++size_;
  return true;
}

std::size_t KeyTable::forget(std::uint32_t minute) {
  const std::size_t before = size_;
  std::size_t next = 0;
  for (KeyMark& slot : slots_) {
    const KeyMark mark = std::exchange(slot, {});
    if (mark.expires == 0) continue;
    if (mark.expires <= minute) {
      --size_;
      continue;
    }
    next = std::max(place_of(mark), next);  // never behind where it was
    slots_[next++] = mark;
  }
  if (roomy(size_) < capacity_ / 2) rebuild(roomy(size_));
  return before - size_;
}

std::size_t KeyTable::place_of(const KeyMark& key) const {
  // The highest 8 bits choose among tables; of the others the upper 32 are enough to spread by.
  const std::uint64_t fraction = key.high << 8U >> 32U;
  return static_cast<std::size_t>(fraction * capacity_ >> 32U);
}

/// Where the mark of `key` is, or would have to be put.
std::size_t KeyTable::first_not_before(const KeyMark& key) const {
  std::size_t at = place_of(key);
  while (at < slots_.size() && slots_[at].expires != 0 && slots_[at].is_before(key)) ++at;
  return at;
}

std::vector<KeyMark>::iterator KeyTable::first_free(std::size_t from) {
  return std::find_if(slots_.begin() + static_cast<std::ptrdiff_t>(from), slots_.end(),
                      [](const KeyMark& mark) { return mark.expires == 0; });
}

void KeyTable::rebuild(std::size_t capacity) {
  std::vector<KeyMark> old(capacity + overhang);
  old.swap(slots_);
  capacity_ = capacity;
  std::size_t next = 0;
  for (const KeyMark& mark : old) {
    if (mark.expires == 0) continue;
    next = std::max(place_of(mark), next);
    if (next == slots_.size()) slots_.resize(next + overhang);  // crowded at its end: very rare
    slots_[next++] = mark;
  }
}

}  // namespace mainstay::apim
