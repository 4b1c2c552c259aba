#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const AdjustBalance& body) {
  if (!assets_.contains(body.asset)) return Reject::asset_unknown;
  Owner owner = ledger_.find(command.account);
  if (owner == Ledger::none && body.amount < 0) return Reject::account_unknown;
  const ReferenceLog::Entry entry{command.account, body.reference};
  if (body.reference != 0 && references_.has(entry)) return Reject::reference_repeated;
  const Holding* known = owner == Ledger::none ? nullptr : ledger_.find(owner, body.asset);
  const Holding before = known == nullptr ? Holding{} : *known;
  if (body.amount < 0 && before.free + body.amount < 0) return Reject::balance_insufficient;
  if (body.amount > 0 && !before.has_room_for(body.amount)) return Reject::overflow;

  owner = ledger_.open(command.account);
  ledger_.holding(owner, body.asset).free += body.amount;
  if (body.reference != 0) references_.add(entry);
  Event& event = emit(EventKind::balance_changed);
  event.account = command.account;
  event.asset = body.asset;
  event.amount = body.amount;
  return Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const DefineAsset& body) {
  if (body.id.get() >= ids_max || body.name.text().empty() || body.decimals > 18) {
    return Reject::definition_invalid;
  }
  for (const auto& [id, asset] : assets_) {
    const bool same_name = asset.name.text() == body.name.text();
    if (id == body.id && !same_name) return Reject::id_taken;
    if (id == body.id ? asset.decimals != body.decimals : same_name) {
      return Reject::definition_invalid;
    }
  }
  assets_[body.id] = body;
  Event& event = emit(EventKind::defined);
  event.account = command.account;
  event.asset = body.id;
  return Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const DefineSymbol& body) {
  if (body.id.get() >= ids_max || body.name.text().empty() || body.base == body.quote ||
      !is_valid(body.rules)) {
    return Reject::definition_invalid;
  }
  if (!assets_.contains(body.base) || !assets_.contains(body.quote)) return Reject::asset_unknown;
  for (const auto& book : books_) {
    if (book && book->definition.id != body.id &&
        book->definition.name.text() == body.name.text()) {
      return Reject::definition_invalid;
    }
  }
  OneBook* const known = book_of(body.id);
  if (known != nullptr) {
    if (const Reject wrong = redefine(*known, body); wrong != Reject::none) return wrong;
  } else {
    // Who begins such a call says when it ends: the engine, or an operator by SetPhase.
    if (body.phase == Phase::volatility_call) return Reject::definition_invalid;
    if (books_.size() <= body.id.get()) books_.resize(body.id.get() + std::size_t{1});
    books_[body.id.get()] = std::make_unique<OneBook>(body, shelf_);
    ledger_.holding(Ledger::venue, body.quote);
  }
  Event& event = emit(EventKind::defined);
  event.account = command.account;
  event.symbol = body.id;
  event.phase = book_of(body.id)->phase();
  return Reject::none;
}

/// Rules may change, but not the name or what prices and quantities mean. Phase and reference stay.
template <class Ladder>
Reject MatchingEngine<Ladder>::redefine(OneBook& book, const DefineSymbol& body) {
  const DefineSymbol& now = book.definition;
  if (now.name.text() != body.name.text()) return Reject::id_taken;
  const bool same = now.base == body.base && now.quote == body.quote &&
                    now.rules.lot_base == body.rules.lot_base &&
                    now.rules.tick_quote == body.rules.tick_quote;
  if (!same) return Reject::definition_invalid;
  change_hold_rate(book, OneBook::hold_rate_of(body.rules));
  book.set_rules(body.rules);
  return Reject::none;
}

/// Live buys hold by the new fee from now on. Who has not enough for that loses the order.
template <class Ladder>
void MatchingEngine<Ladder>::change_hold_rate(OneBook& book, std::int32_t rate) {
  if (rate == book.hold_rate) return;
  slots_.clear();
  collect(book, slots_);
  std::ranges::sort(slots_, {}, [&](Slot slot) { return orders_[slot].id; });
  for (const Slot slot : slots_) {
    const OrderNode& node = orders_[slot];
    if (static_cast<Side>(node.side) == Side::sell) continue;
    const Amount value =
        known_notional(held_price(slot), orders_.left(slot), book.rules().tick_quote);
    const auto wanted = hold(value, rate);
    const Amount held = *hold(value, book.hold_rate);
    const Amount free = ledger_.existing(node.owner, book.definition.quote).free;
    if (wanted && *wanted - held <= free) {
      move_hold(book, node.owner, Side::buy, *wanted - held);
    } else {
      cancel(slot, CancelCause::funds);
    }
  }
  book.hold_rate = rate;
}

/// Both legs and fees go back. All of it must be free: nobody's balance becomes negative by a bust,
/// the operator first deposits what is missing.
template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& /*command*/, const BustTrade& body) {
  OneBook* const book = book_of(body.symbol);
  if (book == nullptr) return Reject::symbol_unknown;
  KeptTrade* const record = trades_.find(body.symbol, body.trade);
  if (record == nullptr || record->busted) return Reject::trade_unknown;
  const DefineSymbol& symbol = book->definition;
  const Amount quote =
      known_notional(record->price, record->quantity.get(), symbol.rules.tick_quote);
  const Amount base = record->quantity.get() * symbol.rules.lot_base;
  struct Change {
    Owner owner;
    AssetId asset;
    WideAmount by;
  };
  const WideAmount paid = static_cast<WideAmount>(quote) + record->buyer_fee;
  const WideAmount received = static_cast<WideAmount>(quote) - record->seller_fee;
  const WideAmount fees = static_cast<WideAmount>(record->buyer_fee) + record->seller_fee;
  const Change changes[] = {{record->buyer, symbol.base, -base},
                            {record->seller, symbol.quote, -received},
                            {Ledger::venue, symbol.quote, -fees},
                            {record->buyer, symbol.quote, paid},
                            {record->seller, symbol.base, base}};
  // Of the account's changes together: one may be on both sides, or the venue itself.
  for (const Change& change : changes) {
    const Holding& holding = ledger_.holding(change.owner, change.asset);
    WideAmount after = holding.free;
    for (const Change& other : changes) {
      if (other.owner == change.owner && other.asset == change.asset) after += other.by;
    }
    if (after < 0) return Reject::balance_insufficient;
    if (after + holding.held > amount_max) return Reject::overflow;
  }
  for (const Change& change : changes) {
    Holding& holding = ledger_.holding(change.owner, change.asset);
    holding.free = static_cast<Amount>(holding.free + change.by);
  }
  record->busted = true;
  tell_busted(*book, *record);
  return Reject::none;
}

template <class Ladder>
void MatchingEngine<Ladder>::tell_busted(const OneBook& book, const KeptTrade& trade) {
  const bool bought = trade.taker_side == Side::buy;
  Event& event = emit(EventKind::busted, book, trade.taker, bought ? trade.buyer : trade.seller,
                      trade.taker_side);
  event.other = trade.maker;
  event.other_account = ledger_[bought ? trade.seller : trade.buyer].id;
  event.trade = trade.trade;
  event.price = trade.price;
  event.quantity = trade.quantity;
  event.fee = bought ? trade.buyer_fee : trade.seller_fee;
  event.other_fee = bought ? trade.seller_fee : trade.buyer_fee;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const SuspendAccount& body) {
  const Owner owner = ledger_.find(command.account);
  if (owner == Ledger::none) return Reject::account_unknown;
  ledger_[owner].suspended = body.suspended;
  if (!body.suspended) return Reject::none;
  slots_.clear();
  for (Slot slot = ledger_[owner].newest_order; slot != no_slot; slot = orders_.older(slot)) {
    slots_.push_back(slot);
  }
  cancel_all(slots_, CancelCause::suspended);
  return Reject::none;
}

}  // namespace mainstay::exchange
