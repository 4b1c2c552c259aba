#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>

#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange {

/// The references under which balances were adjusted, the newest `kept` of all accounts: one that
/// is older is forgotten, and would be taken again.
class ReferenceLog {
 public:
  struct Entry {
    AccountId account{};
    std::uint64_t reference = 0;
    auto operator<=>(const Entry&) const = default;
  };

  explicit ReferenceLog(std::size_t kept) : kept_(kept) {}

  [[nodiscard]] bool has(const Entry& entry) const { return known_.contains(entry); }
  /// False: it was there.
  bool add(const Entry& entry) {
    if (!known_.insert(entry).second) return false;
    in_order_.push_back(entry);
    keep(kept_);
    return true;
  }
  /// From now on so many; older ones are forgotten.
  void keep(std::size_t kept) {
    kept_ = kept;
    for (; in_order_.size() > kept_; in_order_.pop_front()) known_.erase(in_order_.front());
  }
  /// The oldest first.
  [[nodiscard]] const std::deque<Entry>& entries() const { return in_order_; }

 private:
  std::size_t kept_;
  std::deque<Entry> in_order_;
  std::set<Entry> known_;
};

}  // namespace mainstay::exchange
