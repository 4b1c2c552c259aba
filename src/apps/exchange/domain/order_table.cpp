#include "apps/exchange/domain/order_table.hpp"

#include "apps/exchange/domain/taken_memory.hpp"

namespace mainstay::exchange {

void OrderTable::reserve(std::size_t orders) {
  take_memory(nodes_, orders);
  take_memory(details_, orders);
  take_memory(links_, orders);
  take_memory(free_, orders);
  index_ = OrderIndex{orders};
}

Slot OrderTable::take() {
  if (!free_.empty()) {
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  nodes_.emplace_back();
  details_.emplace_back();
  links_.emplace_back();
  if (free_.capacity() < nodes_.size()) free_.reserve(nodes_.capacity());
  return static_cast<Slot>(nodes_.size() - 1);
}

Slot OrderTable::add(const OrderNode& node, const OrderDetail& detail, const ClientOrderId& client,
                     Slot& newest) {
  const Slot slot = take();
  nodes_[slot] = node;
  details_[slot] = detail;
  links_[slot] = {newest, no_slot};
  if (newest != no_slot) links_[newest].newer = slot;
  newest = slot;
  index_.insert(node.id, slot);
  ++size_;
  if ((node.flags & order_flag::gtd) != 0) expiries_.insert({detail.expires, node.id, slot});
  if (!client.empty()) set_client(slot, client);
  return slot;
}

void OrderTable::remove(Slot slot, Slot& newest) {
  const OrderNode& node = nodes_[slot];
  if ((node.flags & order_flag::gtd) != 0) {
    expiries_.erase({details_[slot].expires, node.id, slot});
  }
  if ((node.flags & order_flag::client) != 0) by_client_.erase({node.owner, clients_[slot]});
  const Links links = links_[slot];
  (links.newer == no_slot ? newest : links_[links.newer].older) = links.older;
  if (links.older != no_slot) links_[links.older].newer = links.newer;
  index_.erase(node.id, nodes_);
  free_.push_back(slot);
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
