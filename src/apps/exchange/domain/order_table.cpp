#include "apps/exchange/domain/order_table.hpp"

namespace mainstay::exchange {

void OrderTable::reserve(std::size_t orders) {
  nodes_.resize(orders);
  links_.resize(orders);
  details_.resize(orders);
  index_ = OrderIndex{orders};
}

Slot OrderTable::make_slot() {
  nodes_.emplace_back();
  links_.emplace_back();
  details_.emplace_back();
  return unused_++;
}

void OrderTable::remove(Slot slot, Slot& newest) {
  OrderNode& node = nodes_[slot];
  constexpr unsigned found_elsewhere = order_flag::gtd | order_flag::client;
  if ((node.flags & found_elsewhere) != 0) [[unlikely]] {
    if ((node.flags & order_flag::gtd) != 0) expiries_.erase(expiry_of(slot));
    if ((node.flags & order_flag::client) != 0) by_client_.erase({node.owner, clients_[slot]});
  }
  const auto [older, newer] = links_[slot];
  (newer == no_slot ? newest : links_[newer].older) = older;
  if (older != no_slot) links_[older].newer = newer;
  index_.erase(node.id);
  node.next = free_;
  free_ = slot;
  --size_;
}

ClientOrderId OrderTable::client(Slot slot) const {
  return (nodes_[slot].flags & order_flag::client) != 0 ? clients_[slot] : ClientOrderId{};
}

void OrderTable::set_client(Slot slot, const ClientOrderId& client) {
  OrderNode& node = nodes_[slot];
  if ((node.flags & order_flag::client) != 0) by_client_.erase({node.owner, clients_[slot]});
  if (clients_.size() <= slot) clients_.resize(nodes_.capacity());
  clients_[slot] = client;
  by_client_.emplace(ClientKey{node.owner, client}, slot);
  node.flags |= order_flag::client;
}

Slot OrderTable::find(std::uint32_t owner, const ClientOrderId& client) const {
  const auto found = by_client_.find({owner, client});
  return found == by_client_.end() ? no_slot : found->second;
}

Slot OrderTable::due(Time now) const {
  return expiries_.empty() || expiries_.begin()->expires > now ? no_slot : expiries_.begin()->slot;
}

}  // namespace mainstay::exchange
