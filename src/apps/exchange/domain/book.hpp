#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "apps/exchange/domain/auction.hpp"
#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/order_ladder.hpp"
#include "apps/exchange/domain/order_table.hpp"
#include "apps/exchange/domain/stop_list.hpp"
#include "apps/exchange/domain/symbol_rules.hpp"

namespace mainstay::exchange {

inline bool is_call(Phase phase) {
  constexpr auto bit = [](Phase of) { return 1U << static_cast<unsigned>(of); };
  constexpr unsigned calls =
      bit(Phase::opening_call) | bit(Phase::volatility_call) | bit(Phase::closing_call);
  return (bit(phase) & calls) != 0;
}

/// Whether an order of that side with that limit would not trade at the price.
inline bool is_beyond(Side side, Price price, Price limit) {
  return side == Side::buy ? price > limit : price < limit;
}

/// A symbol: its rules, its orders, and where its market stands.
template <class Ladder>
struct Book {
  using Shelf = typename Ladder::Shelf;
  Book(const DefineSymbol& wanted, Shelf& shelf)
      : definition(wanted),
        reference(wanted.reference),
        shown{Ladder{Side::buy, shelf}, Ladder{Side::sell, shelf}},
        hidden{Ladder{Side::buy, shelf}, Ladder{Side::sell, shelf}} {
    hold_rate = hold_rate_of(wanted.rules);
    set_rules(wanted.rules);
  }

  DefineSymbol definition;  // its phase is the current one
  std::int32_t hold_rate = 0;
  bool is_plain = false;  // every price and every step of quantity will do, and there are no bands
  Price last{};
  Price reference;
  PriceBand band;  // of the command that is being carried out: where it may trade
  std::uint64_t trades = 0;
  std::uint64_t live_orders = 0;
  Time call_ends{};  // of a volatility call; 0: by SetPhase
  std::array<Ladder, 2> shown;
  std::array<Ladder, 2> hidden;
  std::array<std::map<Price, std::uint64_t>, 2> reserves;  // what icebergs do not show
  StopList stops;

  [[nodiscard]] const SymbolRules& rules() const { return definition.rules; }
  [[nodiscard]] Phase phase() const { return definition.phase; }

  static std::int32_t hold_rate_of(const SymbolRules& rules) {
    return std::max({rules.maker_fee, rules.taker_fee, 0});
  }

  void set_rules(const SymbolRules& rules) {
    definition.rules = rules;
    is_plain = allows_all_prices(rules) && rules.quantity_step == Quantity{1} &&
               rules.static_band_bp == 0 && rules.dynamic_band_bp == 0;
  }

  Ladder& ladder(const OrderNode& node) {
    return ((node.flags & order_flag::hidden) != 0 ? hidden : shown)[node.side];
  }
  /// Where the next order to trade is: at one price the shown ones come first. Null: nowhere.
  Ladder* best(Side side) { return const_cast<Ladder*>(std::as_const(*this).best(side)); }
  [[nodiscard]] const Ladder* best(Side side) const {
    const Ladder& seen = shown[static_cast<std::size_t>(side)];
    const Ladder& unseen = hidden[static_cast<std::size_t>(side)];
    if (unseen.empty()) return seen.empty() ? nullptr : &seen;
    if (seen.empty() || is_beyond(side, unseen.best(), seen.best())) return &unseen;
    return &seen;
  }
  /// 0: there is none.
  [[nodiscard]] Price best_price(Side side) const {
    const Ladder* const ladder = best(side);
    return ladder == nullptr ? Price{} : ladder->best();
  }

  void change_reserve(const OrderNode& node, std::int64_t by) {
    if (by == 0) return;
    auto& of_side = reserves[node.side];
    const auto at = of_side.try_emplace(node.price, 0).first;
    at->second += static_cast<std::uint64_t>(by);
    if (at->second == 0) of_side.erase(at);
  }

  /// Levels that can trade with an order at `limit`, best first, with all that they hide. False
  /// when there are more than `levels_max`.
  bool gather(Side side, Price limit, std::size_t levels_max, std::vector<AuctionLevel>& out) const;
};

template <class Ladder>
bool Book<Ladder>::gather(Side side, Price limit, std::size_t levels_max,
                          std::vector<AuctionLevel>& out) const {
  out.clear();
  const Ladder& seen = shown[static_cast<std::size_t>(side)];
  const Ladder& unseen = hidden[static_cast<std::size_t>(side)];
  const auto& reserve = reserves[static_cast<std::size_t>(side)];
  Price next_seen = seen.empty() ? Price{} : seen.best();
  Price next_unseen = unseen.empty() ? Price{} : unseen.best();
  while (next_seen != Price{} || next_unseen != Price{}) {
    const bool seen_first = next_unseen == Price{} ||
                            (next_seen != Price{} && !is_beyond(side, next_unseen, next_seen));
    const Price price = seen_first ? next_seen : next_unseen;
    if (is_beyond(opposite(side), price, limit)) break;
    if (out.size() == levels_max) return false;
    AuctionLevel level{price, 0};
    if (price == next_seen) {
      level.quantity += seen.quantity(price);
      if (const auto found = reserve.find(price); found != reserve.end()) {
        level.quantity += found->second;
      }
      next_seen = seen.next_price(price);
    }
    if (price == next_unseen) {
      level.quantity += unseen.quantity(price);
      next_unseen = unseen.next_price(price);
    }
    out.push_back(level);
  }
  return true;
}

}  // namespace mainstay::exchange
