#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/order_ladder.hpp"
#include "base/random.hpp"

namespace mainstay::exchange {

/// What every ladder must do, run against each: TEST_CASE_TEMPLATE_INVOKE(ladder_contract, Ladder).
/// Holds one beside a model that is nothing but lists of slots by price.
template <class Ladder>
class LadderCheck {
 public:
  explicit LadderCheck(Side side) : side_(side), ladder_(side, shelf_) {}

  Slot push_back(std::uint32_t price, std::uint32_t shown) {
    const Slot slot = take_slot();
    nodes_[slot].id = OrderId{slot};
    nodes_[slot].price = Price{price};
    nodes_[slot].shown = shown;
    ladder_.push_back(slot, nodes_);
    model_[key(price)].push_back(slot);
    live_.push_back(slot);
    return slot;
  }
  void erase(std::size_t which) {
    const Slot slot = live_[which];
    ladder_.erase(slot, nodes_);
    forget(which);
  }
  /// The first of the best loses a part of what it shows, or all.
  void trade_front() {
    const Slot slot = ladder_.front(nodes_);
    if (nodes_[slot].shown % 2 == 0) return ladder_.reduce_front(nodes_[slot].shown / 2, nodes_);
    ladder_.pop_front(nodes_);
    forget(static_cast<std::size_t>(std::ranges::find(live_, slot) - live_.begin()));
  }
  /// Erased, and put in again elsewhere in the same slot.
  void move(std::size_t which, std::uint32_t price) {
    const std::uint32_t shown = nodes_[live_[which]].shown;
    erase(which);
    push_back(price, shown);
  }
  void reduce(std::size_t which) {
    const Slot slot = live_[which];
    if (nodes_[slot].shown > 1) ladder_.reduce(slot, nodes_[slot].shown / 2, nodes_);
  }
  [[nodiscard]] std::size_t live() const { return live_.size(); }

  /// The front alone: after every operation.
  void check_best() const {
    REQUIRE(ladder_.empty() == model_.empty());
    if (model_.empty()) return;
    const auto& [at, queue] = *model_.begin();
    REQUIRE(ladder_.best() == Price{key(at)});
    REQUIRE(ladder_.front(nodes_) == queue.front());
    REQUIRE(ladder_.best_count() == queue.size());
    REQUIRE(ladder_.best_quantity() == ladder_.quantity(ladder_.best()));
  }
  /// All levels and queues.
  void check_all() const {
    check_best();
    for (auto level = model_.begin(); level != model_.end(); ++level) {
      const Price price{key(level->first)};
      std::uint64_t quantity = 0;
      Slot slot = ladder_.front_at(price, nodes_);
      for (const Slot expected : level->second) {
        REQUIRE(slot == expected);
        quantity += nodes_[slot].shown;
        slot = ladder_.next(slot, nodes_);
      }
      REQUIRE(slot == no_slot);
      REQUIRE(ladder_.quantity(price) == quantity);
      REQUIRE(ladder_.count(price) == level->second.size());
      const auto next = std::next(level);
      REQUIRE(ladder_.next_price(price) ==
              (next == model_.end() ? Price{} : Price{key(next->first)}));
    }
  }
  void check_nothing_at(std::uint32_t price) const {
    if (model_.contains(key(price))) return;
    REQUIRE(ladder_.quantity(Price{price}) == 0);
    REQUIRE(ladder_.count(Price{price}) == 0);
    REQUIRE(ladder_.front_at(Price{price}, nodes_) == no_slot);
  }

  Ladder& ladder() { return ladder_; }

 private:
  /// Best first; its own inverse.
  [[nodiscard]] std::uint32_t key(std::uint32_t price) const {
    return side_ == Side::buy ? ~price : price;
  }
  void forget(std::size_t which) {
    const Slot slot = live_[which];
    live_[which] = live_.back();
    live_.pop_back();
    const std::uint32_t at = key(nodes_[slot].price.get());
    std::erase(model_[at], slot);
    if (model_[at].empty()) model_.erase(at);
    free_.push_back(slot);
  }
  Slot take_slot() {
    if (free_.empty()) {
      nodes_.emplace_back();
      return static_cast<Slot>(nodes_.size() - 1);
    }
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }

  Side side_;
  typename Ladder::Shelf shelf_;
  Ladder ladder_;
  Nodes nodes_;
  std::map<std::uint32_t, std::vector<Slot>> model_;
  std::vector<Slot> live_;
  std::vector<Slot> free_;
};

/// Prices as books have them: from `low` on, `width` of them, every `step`.
struct PriceRange {
  std::uint32_t low;
  std::uint32_t width;
  std::uint32_t step;
};

template <class Ladder>
void ladder_random_contract(Side side, const PriceRange& range, std::uint64_t seed) {
  LadderCheck<Ladder> check{side};
  Random random{seed};
  const auto price = [&] {
    return range.low + range.step * static_cast<std::uint32_t>(random.below(range.width));
  };
  for (int i = 0; i < 4'000; ++i) {
    // It grows for a thousand operations, then shrinks: also to nothing.
    const std::uint64_t inserts = i / 1'000 % 2 == 0 ? 60 : 10;
    const std::uint64_t dice = random.below(100);
    if (check.live() == 0 || dice < inserts) {
      check.push_back(price(), static_cast<std::uint32_t>(random.below(0xFFFFFFFF)) + 1);
    } else if (dice < 75) {
      check.erase(random.below(check.live()));
    } else if (dice < 80) {
      check.trade_front();
    } else if (dice < 90) {
      check.move(random.below(check.live()), price());
    } else {
      check.reduce(random.below(check.live()));
    }
    check.check_best();
    if (i % 250 == 0) {
      check.check_all();
      check.check_nothing_at(price());
    }
  }
  while (check.live() > 0) {
    check.erase(random.below(check.live()));
    check.check_best();
  }
  check.push_back(price(), 7);
  check.check_all();
}

TEST_CASE_TEMPLATE_DEFINE("ladder contract", Ladder, ladder_contract) {
  const PriceRange ranges[] = {
      {.low = 1, .width = 10, .step = 1},
      {.low = 1'000'000, .width = 750, .step = 1},
      {.low = 0xFFFFFFFFU - 299, .width = 300, .step = 1},
      {.low = 1, .width = 500, .step = 4'096},
      {.low = 1, .width = 2'000, .step = 2'147'483},
  };
  std::uint64_t seed = 1;
  for (const Side side : {Side::buy, Side::sell}) {
    for (const PriceRange& range : ranges) ladder_random_contract<Ladder>(side, range, ++seed);
  }

  // A queue's first, last and middle leave it.
  LadderCheck<Ladder> queue{Side::buy};
  for (std::uint32_t i = 1; i <= 5; ++i) queue.push_back(100, i);
  for (const std::size_t which : {2, 0, 0}) {
    queue.erase(which);
    queue.check_all();
  }
  CHECK(queue.ladder().next_price(Price{100}) == Price{});
}

}  // namespace mainstay::exchange
