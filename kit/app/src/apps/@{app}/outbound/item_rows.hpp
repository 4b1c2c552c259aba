#pragma once

#include "apps/@{app}/domain/item.hpp"
#include "platform/store/store.hpp"

namespace @{name}::@{app} {

/// Items in the relational store.
class ItemRows {
 public:
  static constexpr int newest_max = 100;

  /// Outlives this.
  explicit ItemRows(mainstay::store::Store& store) : store_(store) {}

  // Any thread, never blocking; `done` runs on a thread of the store.
  using Stored = mainstay::UniqueFunction<void(mainstay::Result<>)>;
  using Found = mainstay::UniqueFunction<void(mainstay::Result<std::vector<Item>>)>;

  /// After success the item is on disk.
  void add(Item item, Stored done);
  /// The newest first, newest_max at most.
  void newest(Found done);
  /// One, or none.
  void find(std::string id, Found done);

 private:
  mainstay::store::Store& store_;
};

}  // namespace @{name}::@{app}
