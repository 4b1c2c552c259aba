#pragma once

#include <string>

#include "apps/exchange/domain/matching_engine.hpp"
#include "base/sip_hash.hpp"

namespace mainstay::exchange {

inline constexpr std::uint64_t engine_state_version = 2;  // 1 knew no orders of trades

/// Of what is saved, by pieces of 64 KiB and more: two states are equal when they would be saved
/// alike. What is saved names accounts and orders by their ids and is sorted, so it knows nothing
/// of slots and tables.
template <class Ladder>
std::uint64_t MatchingEngine<Ladder>::state_hash() const {
  constexpr std::size_t piece_bytes = 64U << 10U;
  std::uint64_t hash = 0;
  std::string piece;
  const auto add = [&] {
    hash = sip_hash({hash, piece.size()}, as_bytes(piece)).first;
    piece.clear();
  };
  write_state(piece, [&] {
    if (piece.size() >= piece_bytes) add();
  });
  add();
  return hash;
}

template <class Ladder>
void MatchingEngine<Ladder>::save(std::string& out) const {
  write_state(out, [] {});
  ByteWriter{out}.u64(state_hash());
}

template <class Ladder>
std::vector<typename MatchingEngine<Ladder>::Owner> MatchingEngine<Ladder>::owners_by_id() const {
  std::vector<Owner> out(ledger_.size());
  for (Owner i = 0; i < out.size(); ++i) out[i] = i;
  std::ranges::sort(out, {}, [&](Owner owner) { return ledger_[owner].id; });
  return out;
}

inline void write_definition(StateWriter& out, const DefineSymbol& symbol) {
  const SymbolRules& rules = symbol.rules;
  out.strong(symbol.id);
  out.text(symbol.name.text());
  out.strong(symbol.base);
  out.strong(symbol.quote);
  out.choice(symbol.phase);
  out.amount(rules.lot_base);
  out.amount(rules.tick_quote);
  out.number(rules.tick_steps);
  for (std::size_t i = 0; i < rules.tick_steps; ++i) {
    out.strong(rules.ticks[i].from);
    out.number(rules.ticks[i].tick);
  }
  out.strong(rules.quantity_min);
  out.strong(rules.quantity_max);
  out.strong(rules.quantity_step);
  out.amount(rules.notional_min);
  out.amount(rules.notional_max);
  out.amount(rules.maker_fee);
  out.amount(rules.taker_fee);
  out.number(rules.static_band_bp);
  out.number(rules.dynamic_band_bp);
  out.number(rules.market_collar_bp);
  out.amount(rules.volatility_call_ns);
}

inline DefineSymbol read_definition(StateReader& in) {
  DefineSymbol symbol;
  SymbolRules& rules = symbol.rules;
  const auto number = [&in] { return static_cast<std::uint32_t>(in.number(UINT32_MAX)); };
  const auto rate = [&in] {
    const Amount value = in.amount();
    if (value < -rate_one || value > rate_one) in.fail();
    return static_cast<std::int32_t>(in.ok() ? value : 0);
  };
  symbol.id = in.strong<SymbolId>();
  symbol.name = Name{in.text(Name::size_max)};
  symbol.base = in.strong<AssetId>();
  symbol.quote = in.strong<AssetId>();
  symbol.phase = in.choice(Phase::halted);
  rules.lot_base = in.amount();
  rules.tick_quote = in.amount();
  rules.tick_steps = static_cast<std::uint8_t>(in.number(SymbolRules::tick_steps_max));
  for (std::size_t i = 0; i < rules.tick_steps; ++i) {
    rules.ticks[i].from = in.strong<Price>();
    rules.ticks[i].tick = number();
  }
  rules.quantity_min = in.strong<Quantity>();
  rules.quantity_max = in.strong<Quantity>();
  rules.quantity_step = in.strong<Quantity>();
  rules.notional_min = in.amount();
  rules.notional_max = in.amount();
  rules.maker_fee = rate();
  rules.taker_fee = rate();
  rules.static_band_bp = number();
  rules.dynamic_band_bp = number();
  rules.market_collar_bp = number();
  rules.volatility_call_ns = in.amount();
  if (symbol.id.get() >= ids_max || !is_valid(rules)) in.fail();
  return symbol;
}

template <class Ladder>
template <class Drain>
void MatchingEngine<Ladder>::write_state(std::string& bytes, Drain drain) const {
  StateWriter out{bytes};
  out.number(engine_state_version);
  out.number(sequence_);
  out.amount(now_.get());
  out.number(assets_.size());
  for (const auto& [id, asset] : assets_) {
    out.strong(id);
    out.text(asset.name.text());
    out.number(asset.decimals);
  }
  out.number(ledger_.size());
  for (const Owner owner : owners_by_id()) {
    const Account& account = ledger_[owner];
    out.strong(account.id);
    out.flag(account.suspended);
    std::vector<Ledger::Held> free = ledger_.holdings(owner);
    std::erase_if(free, [](const Ledger::Held& one) { return one.holding.free == 0; });
    out.number(free.size());
    for (const Ledger::Held& one : free) {
      out.strong(one.asset);
      out.amount(one.holding.free);
    }
    drain();
  }
  const auto is_there = [](const auto& book) { return book != nullptr; };
  out.number(static_cast<std::uint64_t>(std::ranges::count_if(books_, is_there)));
  for (const auto& book : books_) {
    if (book) write_orders(out, *book, drain);
  }
  out.number(trades_.size());
  for (std::size_t i = 0; i < trades_.size(); ++i) {
    const KeptTrade& trade = trades_[i];
    out.number(trade.symbol);
    out.strong(trade.trade);
    out.strong(trade.taker);
    out.strong(trade.maker);
    out.choice(trade.taker_side);
    out.strong(trade.price);
    out.strong(trade.quantity);
    out.strong(ledger_[trade.buyer].id);
    out.strong(ledger_[trade.seller].id);
    out.amount(trade.buyer_fee);
    out.amount(trade.seller_fee);
    out.flag(trade.busted);
    drain();
  }
  out.number(references_.entries().size());
  for (const ReferenceLog::Entry& entry : references_.entries()) {
    out.strong(entry.account);
    out.number(entry.reference);
    drain();
  }
  out.number(untold_.size());
  for (const SymbolId id : untold_) out.strong(id);
}

/// A symbol, then its orders in the order in which they would trade: shown buys and sells, hidden
/// ones, and those that wait.
template <class Ladder>
template <class Drain>
void MatchingEngine<Ladder>::write_orders(StateWriter& out, const OneBook& book,
                                          Drain drain) const {
  write_definition(out, book.definition);
  out.strong(book.last);
  out.strong(book.reference);
  out.number(book.trades);
  out.amount(book.call_ends.get());
  for (const auto* ladders : {&book.shown, &book.hidden}) {
    for (const Ladder& ladder : *ladders) {
      Price price = ladder.empty() ? Price{} : ladder.best();
      for (; price != Price{}; price = ladder.next_price(price)) {
        for (Slot slot = ladder.front_at(price, orders_.nodes()); slot != no_slot;
             slot = ladder.next(slot, orders_.nodes())) {
          out.flag(true);
          write_order(out, slot);
          drain();
        }
      }
      out.flag(false);
    }
  }
  for (const Side side : {Side::buy, Side::sell}) {
    for (const StopList::Waiting& waiting : book.stops.waiting(side)) {
      out.flag(true);
      write_order(out, waiting.slot);
      drain();
    }
    out.flag(false);
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::write_order(StateWriter& out, Slot slot) const {
  const OrderNode& node = orders_[slot];
  const OrderDetail& detail = orders_.detail(slot);
  out.strong(node.id);
  out.strong(ledger_[node.owner].id);
  out.strong(node.price);
  out.number(node.shown);
  out.number(detail.reserve);
  out.strong(detail.quantity);
  out.strong(detail.display);
  out.strong(detail.trigger);
  out.amount(detail.at.get());
  out.amount(detail.expires.get());
  out.number(detail.session);
  out.choice(detail.type);
  out.choice(detail.tif);
  out.choice(detail.post_only);
  out.choice(detail.self_trade);
  out.flag((node.flags & order_flag::hidden) != 0);
  out.text(orders_.client(slot).text());
}

// --- loading
// ----------------------------------------------------------------------------------------

template <class Ladder>
Result<> MatchingEngine<Ladder>::load(Bytes saved) {
  if (saved.size() < sizeof(std::uint64_t)) return Error{SavedStateErrc::damaged, "too short"};
  const Bytes state = saved.first(saved.size() - sizeof(std::uint64_t));
  const std::uint64_t hash = ByteReader{saved.subspan(state.size())}.u64();
  StateReader in{state};
  if (const std::uint64_t written = in.number(); written != engine_state_version) {
    return Error{SavedStateErrc::version_other,
                 "its state is of version " + std::to_string(written) + ", this program reads " +
                     std::to_string(engine_state_version) +
                     ": run the program that wrote it, or begin anew in another data folder"};
  }
  read_state(in);
  if (!in.ok() || !in.at_end()) return Error{SavedStateErrc::damaged, "its engine"};
  if (state_hash() != hash) return Error{SavedStateErrc::damaged, "the engine's hash differs"};
  trades_.keep(options_.trades_kept);
  references_.keep(options_.references_kept);
  return {};
}

template <class Ladder>
void MatchingEngine<Ladder>::read_state(StateReader& in) {
  sequence_ = in.number();
  now_ = Time{in.amount()};
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    DefineAsset asset;
    asset.id = in.strong<AssetId>();
    asset.name = Name{in.text(Name::size_max)};
    asset.decimals = static_cast<std::uint8_t>(in.number(18));
    if (!assets_.emplace(asset.id, asset).second) in.fail();
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) read_account(in);
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) read_book(in);
  trades_.keep(SIZE_MAX);
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) read_trade(in);
  references_.keep(SIZE_MAX);
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto account = in.strong<AccountId>();
    references_.add({account, in.number()});
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto id = in.strong<SymbolId>();
    if (book_of(id) == nullptr) return in.fail();
    untold_.insert(id);
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::read_account(StateReader& in) {
  const auto id = in.strong<AccountId>();
  if (id != AccountId{} && ledger_.find(id) != Ledger::none) return in.fail();
  const Owner owner = ledger_.open(id);
  ledger_[owner].suspended = in.flag();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto asset = in.strong<AssetId>();
    const Amount free = in.amount();
    if (free < 0 || !assets_.contains(asset)) return in.fail();
    ledger_.holding(owner, asset).free = free;
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::read_book(StateReader& in) {
  const DefineSymbol definition = read_definition(in);
  const bool has_assets = assets_.contains(definition.base) && assets_.contains(definition.quote);
  if (!in.ok() || book_of(definition.id) != nullptr || !has_assets) return in.fail();
  if (books_.size() <= definition.id.get()) books_.resize(definition.id.get() + std::size_t{1});
  books_[definition.id.get()] = std::make_unique<OneBook>(definition, shelf_);
  OneBook& book = *books_[definition.id.get()];
  ledger_.holding(Ledger::venue, definition.quote);
  book.last = in.strong<Price>();
  book.reference = in.strong<Price>();
  book.trades = in.number();
  book.call_ends = Time{in.amount()};
  if (book.call_ends != Time{}) calls_.emplace(book.call_ends, definition.id);
  for (const bool hidden : {false, true}) {
    for (const Side side : {Side::buy, Side::sell}) {
      while (in.flag() && in.ok()) read_order(in, book, hidden, false, side);
    }
  }
  for (const Side side : {Side::buy, Side::sell}) {
    while (in.flag() && in.ok()) read_order(in, book, false, true, side);
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::read_order(StateReader& in, OneBook& book, bool hidden, bool waits,
                                        Side side) {
  PlaceOrder order{.symbol = book.definition.id, .side = side};
  order.id = in.strong<OrderId>();
  const Owner owner = ledger_.find(in.strong<AccountId>());
  order.price = in.strong<Price>();
  const auto shown = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  const auto reserve = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  order.quantity = in.strong<Quantity>();
  order.display = in.strong<Quantity>();
  order.trigger = in.strong<Price>();
  const Time at{in.amount()};
  order.expires = Time{in.amount()};
  order.session = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  order.type = in.choice(OrderType::stop_limit);
  order.tif = in.choice(TimeInForce::fok);
  order.post_only = in.choice(PostOnly::slide);
  order.self_trade = in.choice(SelfTrade::decrement);
  order.hidden = in.flag();
  order.client = ClientOrderId{in.text(ClientOrderId::size_max)};
  const std::uint64_t left = std::uint64_t{shown} + reserve;
  const Price held_at = order.price == Price{} ? order.trigger : order.price;
  const bool sound = in.ok() && (waits || order.hidden == hidden) && owner != Ledger::none &&
                     orders_.find(order.id) == no_slot &&
                     (order.client.empty() || orders_.find(owner, order.client) == no_slot) &&
                     held_at != Price{} && (waits || order.price != Price{}) && shown > 0 &&
                     left <= order.quantity.get() && (reserve == 0 || order.display != Quantity{});
  const SymbolRules& rules = book.rules();
  const bool fits = sound && notional(Price{1}, order.quantity, rules.lot_base) &&
                    notional(held_at, order.quantity, rules.tick_quote);
  if (!fits) return in.fail();
  const AssetId asset = side == Side::buy ? book.definition.quote : book.definition.base;
  ledger_.holding(owner, book.definition.base);
  ledger_.holding(owner, book.definition.quote);
  const Slot slot = add_order(book, order, owner, order.price, shown, order.quantity,
                              waits ? order_flag::waits : std::uint8_t{0});
  orders_.detail(slot).at = at;
  orders_.detail(slot).reserve = reserve;
  if (waits) {
    book.stops.add(side, order.trigger, orders_.size(), slot);
  } else {
    book.change_reserve(orders_[slot], reserve);
    book.ladder(orders_[slot]).push_back(slot, orders_.nodes());
  }
  const auto lots = static_cast<std::uint32_t>(left);
  const auto held = side == Side::sell
                        ? std::optional<Amount>{lots * rules.lot_base}
                        : hold(known_notional(held_at, lots, rules.tick_quote), book.hold_rate);
  Holding& holding = ledger_.holding(owner, asset);
  if (!held || !holding.has_room_for(*held)) return in.fail();
  holding.held += *held;
}

template <class Ladder>
void MatchingEngine<Ladder>::read_trade(StateReader& in) {
  KeptTrade trade;
  const auto symbol = in.strong<SymbolId>();
  trade.symbol = static_cast<std::uint16_t>(symbol.get());
  trade.trade = in.strong<TradeId>();
  trade.taker = in.strong<OrderId>();
  trade.maker = in.strong<OrderId>();
  trade.taker_side = in.choice(Side::sell);
  trade.price = in.strong<Price>();
  trade.quantity = in.strong<Quantity>();
  trade.buyer = ledger_.find(in.strong<AccountId>());
  trade.seller = ledger_.find(in.strong<AccountId>());
  trade.buyer_fee = in.amount();
  trade.seller_fee = in.amount();
  trade.busted = in.flag();
  const OneBook* const book = book_of(symbol);
  const bool sound = in.ok() && book != nullptr && trade.buyer != Ledger::none &&
                     trade.seller != Ledger::none &&
                     notional(trade.price, trade.quantity, book->rules().tick_quote) &&
                     notional(Price{1}, trade.quantity, book->rules().lot_base);
  if (!sound) return in.fail();
  trades_.put(trade);
}

}  // namespace mainstay::exchange
