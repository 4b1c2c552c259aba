#pragma once

#include <cstdint>
#include <vector>

#include "apps/exchange/fundamental.hpp"
#include "base/page_memory.hpp"

namespace mainstay::exchange {

/// Where an order is in the table of orders.
using Slot = std::uint32_t;
inline constexpr Slot no_slot = 0xFFFFFFFFU;

/// What of an order matching touches: half a cache line. All books share one table of them, by
/// slot.
struct OrderNode {
  OrderId id{};
  std::uint32_t shown = 0;  // lots in the queue now; of a hidden order all that is left
  Price price{};
  Slot next = no_slot;  // links of the fast ladder's queue
  Slot previous = no_slot;
  std::uint32_t owner = 0;   // dense index of the account
  std::uint8_t side = 0;     // Side
  std::uint8_t flags = 0;    // the engine's
  std::uint16_t symbol = 0;  // dense index of the symbol
};
static_assert(sizeof(OrderNode) == 32);

/// One side of a book: queues of orders by price, first come first served. A ladder is any class
/// with these members (template parameter `Ladder`); `nodes` is the table that slots index.
///
///     using Shelf = ...;                            // what ladders of an engine share
///     Ladder(Side side, Shelf&);
///     bool empty() const;
///     Price best() const;                           // not when empty
///     Slot front(const Nodes&) const;               // the first of best()
///     Slot next(Slot, const Nodes&) const;          // behind it in its queue, or no_slot
///     void push_back(Slot, Nodes&);                 // at nodes[slot].price
///     void erase(Slot, Nodes&);
///     void reduce(Slot, std::uint32_t by, Nodes&);  // keeps its place; not to zero
///     void pop_front(Nodes&);                       // as erase(front()); not when empty
///     void reduce_front(std::uint32_t by, Nodes&);  // as reduce(front())
///     std::uint64_t quantity(Price) const;          // shown lots there
///     std::uint32_t count(Price) const;             // orders there
///     std::uint64_t best_quantity() const;          // at best(); not when empty
///     std::uint32_t best_count() const;             // likewise
///     Price next_price(Price) const;                // the next worse one, or 0
///     Slot front_at(Price, const Nodes&) const;     // the first there, or no_slot
///
/// Price 0 does not occur. Hidden orders are in a ladder of their own, beside the shown one.
using Nodes = std::vector<OrderNode, PageAllocator<OrderNode>>;

}  // namespace mainstay::exchange
