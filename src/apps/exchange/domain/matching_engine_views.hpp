#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

template <class Ladder>
SymbolView MatchingEngine<Ladder>::view(const OneBook& book) {
  SymbolView out{book.definition, book.last, book.reference, book.live_orders};
  out.definition.reference = book.reference;  // what the symbol began with is not in a saved state
  return out;
}

template <class Ladder>
std::vector<SymbolView> MatchingEngine<Ladder>::symbols() const {
  std::vector<SymbolView> out;
  for (const auto& book : books_) {
    if (book) out.push_back(view(*book));
  }
  return out;
}

template <class Ladder>
std::optional<SymbolView> MatchingEngine<Ladder>::symbol(SymbolId id) const {
  if (id.get() >= books_.size() || books_[id.get()] == nullptr) return std::nullopt;
  return view(*books_[id.get()]);
}

template <class Ladder>
std::vector<DefineAsset> MatchingEngine<Ladder>::assets() const {
  std::vector<DefineAsset> out;
  for (const auto& [id, asset] : assets_) out.push_back(asset);
  return out;
}

template <class Ladder>
Balance MatchingEngine<Ladder>::balance(AccountId account, AssetId asset) const {
  const Owner owner = ledger_.find(account);
  const Holding* holding = owner == Ledger::none ? nullptr : ledger_.find(owner, asset);
  return holding == nullptr ? Balance{} : Balance{holding->free, holding->held};
}

template <class Ladder>
bool MatchingEngine<Ladder>::has_account(AccountId account) const {
  return ledger_.find(account) != Ledger::none;
}

template <class Ladder>
DepthLevel MatchingEngine<Ladder>::best(SymbolId symbol, Side side) const {
  if (symbol.get() >= books_.size() || books_[symbol.get()] == nullptr) return {};
  const Ladder& ladder = books_[symbol.get()]->shown[static_cast<std::size_t>(side)];
  if (ladder.empty()) return {};
  return {ladder.best(), ladder.best_quantity(), ladder.best_count()};
}

template <class Ladder>
void MatchingEngine<Ladder>::depth(SymbolId symbol, Side side, std::size_t levels_max,
                                   std::vector<DepthLevel>& out) const {
  out.clear();
  if (symbol.get() >= books_.size() || books_[symbol.get()] == nullptr) return;
  const Ladder& ladder = books_[symbol.get()]->shown[static_cast<std::size_t>(side)];
  Price price = ladder.empty() ? Price{} : ladder.best();
  for (; price != Price{} && out.size() < levels_max; price = ladder.next_price(price)) {
    out.push_back({price, ladder.quantity(price), ladder.count(price)});
  }
}

template <class Ladder>
std::optional<AuctionOutcome> MatchingEngine<Ladder>::indicative(SymbolId symbol) const {
  if (symbol.get() >= books_.size() || books_[symbol.get()] == nullptr) return std::nullopt;
  const OneBook& book = *books_[symbol.get()];
  if (!is_call(book.phase())) return std::nullopt;
  const Price any_buy{0};
  const Price any_sale{std::numeric_limits<std::uint32_t>::max()};
  std::vector<AuctionLevel> buys;
  std::vector<AuctionLevel> sells;
  (void)book.gather(Side::buy, any_buy, 1, buys);
  (void)book.gather(Side::sell, any_sale, 1, sells);
  if (buys.empty() || sells.empty()) return AuctionOutcome{};
  const Price bid = buys.front().price;
  const Price ask = sells.front().price;
  if (bid < ask) return AuctionOutcome{};
  if (!book.gather(Side::buy, ask, indicative_levels_max, buys) ||
      !book.gather(Side::sell, bid, indicative_levels_max, sells)) {
    return std::nullopt;
  }
  return find_auction(buys, sells, book.reference, book.rules());
}

template <class Ladder>
OrderView MatchingEngine<Ladder>::view(Slot slot) const {
  const OrderNode& node = orders_[slot];
  const OrderDetail& detail = orders_.detail(slot);
  OrderView out;
  out.placed = {.id = node.id,
                .symbol = SymbolId{node.symbol},
                .side = static_cast<Side>(node.side),
                .type = detail.type,
                .tif = detail.tif,
                .post_only = detail.post_only,
                .self_trade = detail.self_trade,
                .hidden = (node.flags & order_flag::hidden) != 0,
                .price = node.price,
                .trigger = detail.trigger,
                .quantity = detail.quantity,
                .display = detail.display,
                .expires = detail.expires,
                .session = detail.session,
                .client = orders_.client(slot)};
  out.account = ledger_[node.owner].id;
  out.left = Quantity{orders_.left(slot)};
  out.waits = (node.flags & order_flag::waits) != 0;
  out.at = detail.at;
  return out;
}

template <class Ladder>
std::optional<OrderView> MatchingEngine<Ladder>::order(OrderId id) const {
  const Slot slot = orders_.find(id);
  if (slot == no_slot) return std::nullopt;
  return view(slot);
}

template <class Ladder>
std::optional<OrderId> MatchingEngine<Ladder>::find(AccountId account,
                                                    const ClientOrderId& client) const {
  const Owner owner = ledger_.find(account);
  const Slot slot = owner == Ledger::none ? no_slot : orders_.find(owner, client);
  if (slot == no_slot) return std::nullopt;
  return orders_[slot].id;
}

template <class Ladder>
std::vector<OrderView> MatchingEngine<Ladder>::orders(AccountId account,
                                                      std::size_t orders_max) const {
  std::vector<OrderView> out;
  const Owner owner = ledger_.find(account);
  if (owner == Ledger::none) return out;
  std::vector<Slot> slots;
  for (Slot slot = ledger_[owner].newest_order; slot != no_slot; slot = orders_.older(slot)) {
    slots.push_back(slot);
  }
  const std::size_t count = std::min(orders_max, slots.size());
  const auto id = [&](Slot slot) { return orders_[slot].id; };
  std::ranges::partial_sort(slots, slots.begin() + static_cast<std::ptrdiff_t>(count), {}, id);
  for (std::size_t i = 0; i < count; ++i) out.push_back(view(slots[i]));
  return out;
}

template <class Ladder>
std::pair<std::int64_t, std::uint64_t> MatchingEngine<Ladder>::total(AssetId asset) const {
  const WideAmount sum = ledger_.total(asset);
  return {static_cast<std::int64_t>(sum >> 64U), static_cast<std::uint64_t>(sum)};
}

}  // namespace mainstay::exchange
