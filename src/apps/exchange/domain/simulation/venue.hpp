#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "apps/exchange/fundamental.hpp"

namespace mainstay::exchange::simulation {

/// An agent's place in its kernel, from 0.
using AgentNumber = std::uint32_t;

enum class OrderAct : std::uint8_t {
  limit,      // rests with what does not trade at once
  immediate,  // trades at the price or better, the rest is dropped
  post_only,  // rests, or is dropped if it would trade
  cancel
};

/// From an agent to the venue. An id carries its agent (order_id()), and is used once.
struct OrderMessage {
  OrderId id{};
  SymbolId symbol{};
  Price price{};
  Quantity quantity{};
  OrderAct act = OrderAct::limit;
  Side side = Side::buy;
};

inline OrderId order_id(AgentNumber agent, std::uint32_t number) {
  return OrderId{(std::uint64_t{agent} << 32U) | number};
}
inline AgentNumber agent_of(OrderId id) { return static_cast<AgentNumber>(id.get() >> 32U); }

enum class ReportKind : std::uint8_t {
  traded,  // price and quantity of this trade, left of the order
  gone,    // canceled, dropped or expired, what was left of it being `left`
  refused  // never took place
};

/// From the venue to the agent whose order it is.
struct Report {
  OrderId id{};
  SymbolId symbol{};
  Price price{};
  Quantity quantity{};
  Quantity left{};
  ReportKind kind = ReportKind::traded;
  Side side = Side::buy;  // of the order
  bool maker = false;     // of `traded`: it rested
};

struct Level {
  Price price{};  // 0: none
  std::uint64_t quantity = 0;
  bool operator==(const Level&) const = default;
};

/// The best prices, and what market orders have taken since the beginning.
struct Top {
  Level bid;
  Level ask;
  Price last{};              // of a trade; 0: none
  std::uint64_t bought = 0;  // lots taken from sellers
  std::uint64_t sold = 0;    // lots taken from buyers
  bool operator==(const Top&) const = default;
};

/// What the kernel needs of an exchange: the engine behind engine_venue.hpp, or a smaller one. One
/// call for a message, at its time; nothing may depend on anything else.
class Venue {
 public:
  virtual ~Venue() = default;

  /// Carries `message` out, appends what became of whose orders, and gives the symbol's top, which
  /// stays where it is and shows every later change.
  virtual const Top& apply(const OrderMessage& message, std::int64_t at_ns,
                           std::vector<Report>& reports) = 0;

  /// Best first, at most `levels_max`; replaces what is in `out`.
  virtual void depth(SymbolId symbol, Side side, std::size_t levels_max,
                     std::vector<Level>& out) const = 0;

  /// For reproducibility: of everything that later messages can tell apart.
  [[nodiscard]] virtual std::uint64_t state_hash() const = 0;
};

}  // namespace mainstay::exchange::simulation
