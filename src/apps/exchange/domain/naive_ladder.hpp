#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <map>

#include "apps/exchange/domain/order_ladder.hpp"

namespace mainstay::exchange {

/// A ladder (order_ladder.hpp) that is easy to believe: a map of lists. What the fast one does is
/// compared with this.
class NaiveLadder {
 public:
  struct Shelf {};  // it takes nothing from one
  NaiveLadder(Side side, Shelf& /*shelf*/) : queues_(Before{side}) {}

  [[nodiscard]] bool empty() const { return queues_.empty(); }
  [[nodiscard]] Price best() const { return queues_.begin()->first; }
  [[nodiscard]] Slot front(const Nodes& /*nodes*/) const { return queues_.begin()->second.front(); }
  [[nodiscard]] Slot next(Slot slot, const Nodes& nodes) const {
    const std::list<Slot>& queue = queues_.at(nodes[slot].price);
    const auto behind = std::next(std::ranges::find(queue, slot));
    return behind == queue.end() ? no_slot : *behind;
  }

  void push_back(Slot slot, Nodes& nodes) {
    queues_[nodes[slot].price].push_back(slot);
    shown_[nodes[slot].price] += nodes[slot].shown;
  }
  void erase(Slot slot, Nodes& nodes) {
    const Price price = nodes[slot].price;
    std::list<Slot>& queue = queues_.at(price);
    queue.erase(std::ranges::find(queue, slot));
    shown_[price] -= nodes[slot].shown;
    if (!queue.empty()) return;
    queues_.erase(price);
    shown_.erase(price);
  }
  void reduce(Slot slot, std::uint32_t by, Nodes& nodes) {
    nodes[slot].shown -= by;
    shown_[nodes[slot].price] -= by;
  }
  void pop_front(Nodes& nodes) { erase(front(nodes), nodes); }
  void reduce_front(std::uint32_t by, Nodes& nodes) { reduce(front(nodes), by, nodes); }

  [[nodiscard]] std::uint64_t quantity(Price price) const {
    const auto found = shown_.find(price);
    return found == shown_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint32_t count(Price price) const {
    const auto found = queues_.find(price);
    return found == queues_.end() ? 0 : static_cast<std::uint32_t>(found->second.size());
  }
  [[nodiscard]] std::uint64_t best_quantity() const { return quantity(best()); }
  [[nodiscard]] std::uint32_t best_count() const { return count(best()); }
  [[nodiscard]] Price next_price(Price price) const {
    const auto found = queues_.upper_bound(price);
    return found == queues_.end() ? Price{} : found->first;
  }
  [[nodiscard]] Slot front_at(Price price, const Nodes& /*nodes*/) const {
    const auto found = queues_.find(price);
    return found == queues_.end() ? no_slot : found->second.front();
  }

 private:
  struct Before {
    Side side;
    bool operator()(Price a, Price b) const { return side == Side::buy ? a > b : a < b; }
  };
  std::map<Price, std::list<Slot>, Before> queues_;
  std::map<Price, std::uint64_t> shown_;
};

}  // namespace mainstay::exchange
