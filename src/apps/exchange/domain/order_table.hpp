#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/order_index.hpp"
#include "apps/exchange/domain/order_ladder.hpp"

namespace mainstay::exchange {

/// OrderNode::flags.
namespace order_flag {
inline constexpr std::uint8_t hidden = 1;
inline constexpr std::uint8_t iceberg = 2;
inline constexpr std::uint8_t waits = 4;  // for its trigger, in the symbol's StopList
inline constexpr std::uint8_t gtd = 8;
inline constexpr std::uint8_t day = 16;
inline constexpr std::uint8_t client = 32;  // has a client id
}  // namespace order_flag

/// What of an order only its own commands touch.
struct OrderDetail {
  Time at{};
  Time expires{};
  Quantity quantity{};        // in all
  Quantity display{};         // of an iceberg
  std::uint32_t reserve = 0;  // what an iceberg does not show
  Price trigger{};
  std::uint32_t session = 0;
  OrderType type = OrderType::limit;
  TimeInForce tif = TimeInForce::gtc;
  PostOnly post_only = PostOnly::no;
  SelfTrade self_trade = SelfTrade::allow;
};

/// All live orders and where they are found: by slot, by id, by client id, by account, by expiry.
/// Slots are used again, the last one given back first.
///
/// An order's parts are in arrays of their own, by how often they are wanted: what matching touches
/// (OrderNode), its neighbours among the account's orders, and the rest. Of an order that trades
/// the rest stays out of the caches.
class OrderTable {
 public:
  Nodes& nodes() { return nodes_; }
  [[nodiscard]] const Nodes& nodes() const { return nodes_; }
  OrderNode& operator[](Slot slot) { return nodes_[slot]; }
  const OrderNode& operator[](Slot slot) const { return nodes_[slot]; }
  OrderDetail& detail(Slot slot) { return details_[slot]; }
  [[nodiscard]] const OrderDetail& detail(Slot slot) const { return details_[slot]; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Or no_slot.
  [[nodiscard]] Slot find(OrderId id) const { return index_.find(id); }

  /// Hints to the processor; where they look at something, it should be there already.
  [[gnu::always_inline]] void prefetch(OrderId id) const { index_.prefetch(id); }
  [[gnu::always_inline]] void prefetch_node(Slot slot) const {
    __builtin_prefetch(nodes_.data() + (slot == no_slot ? 0 : slot), 1);
  }
  [[gnu::always_inline]] void prefetch_parts(Slot slot) const {
    __builtin_prefetch(nodes_.data() + slot, 1);
    __builtin_prefetch(links_.data() + slot, 1);
    __builtin_prefetch(details_.data() + slot, 1);
  }
  [[gnu::always_inline]] void prefetch_around(Slot slot) const {
    const OrderNode& node = nodes_[slot];
    const Links& links = links_[slot];
    __builtin_prefetch(nodes_.data() + (node.next == no_slot ? slot : node.next), 1);
    __builtin_prefetch(nodes_.data() + (node.previous == no_slot ? slot : node.previous), 1);
    prefetch_links(links.older);
    prefetch_links(links.newer);
  }
  [[gnu::always_inline]] void prefetch_links(Slot slot) const {
    __builtin_prefetch(links_.data() + (slot == no_slot ? 0 : slot), 1);
  }
  /// That the order, the first of its queue, may trade soon and go, and then the one behind it.
  [[gnu::always_inline]] void prefetch_trade(Slot slot) const {
    const OrderNode& node = nodes_[slot];
    index_.prefetch(node.id);
    __builtin_prefetch(links_.data() + slot, 1);
    if (node.next != no_slot) __builtin_prefetch(nodes_.data() + node.next, 1);
  }
  /// The order's slot most probably, if it is there; else any that is or was in use, or 0.
  [[nodiscard]] Slot guess(OrderId id) const {
    const Slot slot = OrderIndex::guess(index_.prefetch(id));
    return slot < nodes_.size() ? slot : 0;
  }
  /// Takes the memory for so many orders.
  void reserve(std::size_t orders);

  /// A slot for an order with that id, which is not taken, in front of the account's orders, whose
  /// first is `newest`. Node and detail are as their last order left them: the caller fills them,
  /// and then says so, if they need it, by set_expiry() and set_client().
  Slot add(OrderId id, Slot& newest) {
    const Slot slot = take_slot();
    links_[slot] = {newest, no_slot};
    if (newest != no_slot) links_[newest].newer = slot;
    newest = slot;
    index_.insert(id, slot);
    ++size_;
    return slot;
  }
  /// Its flag and time say when it expires.
  void set_expiry(Slot slot) { expiries_.insert(expiry_of(slot)); }
  void remove(Slot slot, Slot& newest);

  /// What of an order is left: what it does not show, too.
  [[nodiscard]] std::uint32_t left(Slot slot) const {
    const OrderNode& node = nodes_[slot];
    return node.shown + ((node.flags & order_flag::iceberg) != 0 ? details_[slot].reserve : 0);
  }
  [[nodiscard]] bool is_expired(Slot slot, Time now) const {
    return (nodes_[slot].flags & order_flag::gtd) != 0 && details_[slot].expires <= now;
  }
  /// The next order of the same account, or no_slot.
  [[nodiscard]] Slot older(Slot slot) const { return links_[slot].older; }

  [[nodiscard]] ClientOrderId client(Slot slot) const;
  void set_client(Slot slot, const ClientOrderId& client);
  [[nodiscard]] Slot find(std::uint32_t owner, const ClientOrderId& client) const;

  /// The order that expires first, when it does by `now`; or no_slot.
  [[nodiscard]] Slot due(Time now) const;

 private:
  struct Links {
    Slot older = no_slot;  // of the same account
    Slot newer = no_slot;
  };
  struct ClientKey {
    std::uint32_t owner;
    ClientOrderId client;
    bool operator<(const ClientKey& other) const {
      return owner != other.owner ? owner < other.owner : client.text() < other.client.text();
    }
  };
  struct Expiry {
    Time expires;
    OrderId id;
    Slot slot;
    auto operator<=>(const Expiry&) const = default;
  };

  Slot take_slot() {
    if (free_ == no_slot) return unused_ == nodes_.size() ? make_slot() : unused_++;
    const Slot slot = free_;
    free_ = nodes_[slot].next;
    return slot;
  }
  Slot make_slot();
  [[nodiscard]] Expiry expiry_of(Slot slot) const {
    return {details_[slot].expires, nodes_[slot].id, slot};
  }

  Nodes nodes_;
  std::vector<Links, PageAllocator<Links>> links_;
  std::vector<OrderDetail, PageAllocator<OrderDetail>> details_;
  Slot free_ = no_slot;  // the first of a list through the nodes
  Slot unused_ = 0;      // those from here on never held an order
  std::size_t size_ = 0;
  OrderIndex index_;
  std::vector<ClientOrderId> clients_;  // by slot, as far as any had one
  std::map<ClientKey, Slot> by_client_;
  std::set<Expiry> expiries_;
};

}  // namespace mainstay::exchange
