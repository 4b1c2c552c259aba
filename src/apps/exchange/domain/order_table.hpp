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
class OrderTable {
 public:
  Nodes& nodes() { return nodes_; }
  [[nodiscard]] const Nodes& nodes() const { return nodes_; }
  OrderNode& operator[](Slot slot) { return nodes_[slot]; }
  const OrderNode& operator[](Slot slot) const { return nodes_[slot]; }
  OrderDetail& detail(Slot slot) { return rest_[slot].detail; }
  [[nodiscard]] const OrderDetail& detail(Slot slot) const { return rest_[slot].detail; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Or no_slot.
  [[nodiscard]] Slot find(OrderId id) const { return index_.find(id); }

  /// Hints to the processor; the second and third want the one before some commands earlier.
  [[gnu::always_inline]] void prefetch(OrderId id) const { index_.prefetch(id); }
  [[gnu::always_inline]] void prefetch_parts(OrderId id) const {
    const Slot slot = guess(id);
    __builtin_prefetch(nodes_.data() + slot, 1);
    __builtin_prefetch(rest_.data() + slot, 1);
  }
  [[gnu::always_inline]] void prefetch_around(Slot slot) const {
    const OrderNode& node = nodes_[slot];
    const Rest& rest = rest_[slot];
    __builtin_prefetch(nodes_.data() + (node.next == no_slot ? slot : node.next), 1);
    __builtin_prefetch(nodes_.data() + (node.previous == no_slot ? slot : node.previous), 1);
    __builtin_prefetch(&rest_[rest.older == no_slot ? slot : rest.older].newer, 1);
    __builtin_prefetch(&rest_[rest.newer == no_slot ? slot : rest.newer].older, 1);
  }
  [[gnu::always_inline]] void prefetch_links(Slot slot) const {
    __builtin_prefetch(&rest_[slot == no_slot ? 0 : slot].newer, 1);
  }
  /// The order's slot most probably, if it is there; else any that is or was in use, or 0.
  [[nodiscard]] Slot guess(OrderId id) const {
    const Slot slot = OrderIndex::guess(index_.prefetch(id));
    return slot < nodes_.size() ? slot : 0;
  }
  /// Takes the memory for so many orders.
  void reserve(std::size_t orders);

  /// In front of the account's orders, whose first is `newest`. Neither of the ids is taken.
  Slot add(const OrderNode& node, const OrderDetail& detail, const ClientOrderId& client,
           Slot& newest) {
    if (free_ == no_slot) make_room();
    const Slot slot = free_;
    free_ = nodes_[slot].next;
    nodes_[slot] = node;
    rest_[slot] = {detail, newest, no_slot};
    if (newest != no_slot) rest_[newest].newer = slot;
    newest = slot;
    index_.insert(node.id, slot);
    ++size_;
    if ((node.flags & order_flag::gtd) != 0) expiries_.insert({detail.expires, node.id, slot});
    if (!client.empty()) set_client(slot, client);
    return slot;
  }
  void remove(Slot slot, Slot& newest);

  /// What of an order is left: what it does not show, too.
  [[nodiscard]] std::uint32_t left(Slot slot) const {
    const OrderNode& node = nodes_[slot];
    return node.shown + ((node.flags & order_flag::iceberg) != 0 ? rest_[slot].detail.reserve : 0);
  }
  [[nodiscard]] bool is_expired(Slot slot, Time now) const {
    return (nodes_[slot].flags & order_flag::gtd) != 0 && rest_[slot].detail.expires <= now;
  }
  /// The next order of the same account, or no_slot.
  [[nodiscard]] Slot older(Slot slot) const { return rest_[slot].older; }

  [[nodiscard]] ClientOrderId client(Slot slot) const;
  void set_client(Slot slot, const ClientOrderId& client);
  [[nodiscard]] Slot find(std::uint32_t owner, const ClientOrderId& client) const;

  /// The order that expires first, when it does by `now`; or no_slot.
  [[nodiscard]] Slot due(Time now) const;

 private:
  struct Rest {
    OrderDetail detail;
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

  void make_room();

  Nodes nodes_;
  std::vector<Rest> rest_;
  Slot free_ = no_slot;  // the first of a list through the nodes
  std::size_t size_ = 0;
  OrderIndex index_;
  std::vector<ClientOrderId> clients_;  // by slot, as far as any had one
  std::map<ClientKey, Slot> by_client_;
  std::set<Expiry> expiries_;
};

}  // namespace mainstay::exchange
