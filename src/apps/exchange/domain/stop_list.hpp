#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/order_ladder.hpp"

namespace mainstay::exchange {

/// A symbol's orders that wait for the last trade's price: of buys to reach their trigger from
/// below, of sells from above. Who is reached first comes first, at one trigger the oldest.
class StopList {
 public:
  struct Waiting {
    std::uint32_t key = 0;  // smaller is reached earlier
    std::uint64_t age = 0;  // the sequence of the command that put it here
    Slot slot = no_slot;
    Side side = Side::buy;
    auto operator<=>(const Waiting&) const = default;
  };

  void add(Side side, Price trigger, std::uint64_t age, Slot slot) {
    put({key(side, trigger), age, slot, side});
  }
  void put(const Waiting& waiting) {
    queue(waiting.side).insert(waiting);
    by_slot_[waiting.slot] = waiting;
  }
  void erase(Slot slot) {
    const auto found = by_slot_.find(slot);
    queue(found->second.side).erase(found->second);
    by_slot_.erase(found);
  }

  static bool is_reached(Side side, Price trigger, Price last) {
    return key(side, trigger) <= key(side, last);
  }
  /// Moves those that a trade at `last` reaches behind what is in `out`: buys, then sells.
  void take_reached(Price last, std::vector<Waiting>& out) {
    for (const Side side : {Side::buy, Side::sell}) {
      std::set<Waiting>& waiting = queue(side);
      while (!waiting.empty() && waiting.begin()->key <= key(side, last)) {
        out.push_back(*waiting.begin());
        by_slot_.erase(waiting.begin()->slot);
        waiting.erase(waiting.begin());
      }
    }
  }

  [[nodiscard]] bool empty() const { return by_slot_.empty(); }
  [[nodiscard]] const std::set<Waiting>& waiting(Side side) const {
    return side == Side::buy ? buys_ : sells_;
  }

 private:
  static std::uint32_t key(Side side, Price price) {
    return side == Side::buy ? price.get() : ~price.get();
  }
  std::set<Waiting>& queue(Side side) { return side == Side::buy ? buys_ : sells_; }

  std::set<Waiting> buys_;
  std::set<Waiting> sells_;
  std::unordered_map<Slot, Waiting> by_slot_;
};

}  // namespace mainstay::exchange
