#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

/// Before anything of a command trades: the dynamic band is around the last trade before it.
template <class Ladder>
void MatchingEngine<Ladder>::begin_trading(OneBook& book) {
  if (book.rules().dynamic_band_bp == 0) {
    book.band = {};
    return;
  }
  const Price middle = book.last == Price{} ? book.reference : book.last;
  book.band = around(middle, book.rules().dynamic_band_bp);
}

/// `filled`: the taker reaches somebody. Most do not.
template <class Ladder>
typename MatchingEngine<Ladder>::End MatchingEngine<Ladder>::look_at_best(OneBook& book,
                                                                          const Taker& taker) {
  const Ladder* const ladder = book.best(opposite(taker.side));
  if (ladder == nullptr) return End::nobody;
  return is_beyond(taker.side, ladder->best(), taker.limit) ? End::limit : End::filled;
}

template <class Ladder>
typename MatchingEngine<Ladder>::End MatchingEngine<Ladder>::match(OneBook& book, Taker& taker) {
  const Side other = opposite(taker.side);
  while (taker.left > 0) {
    Ladder* const ladder = book.best(other);
    if (ladder == nullptr) return taker.by_budget && taker.notional == 0 ? End::spent : End::nobody;
    const Price price = ladder->best();
    if (is_beyond(taker.side, price, taker.limit)) {
      const bool spent = taker.by_budget && is_spent(book, taker, ladder->front(orders_.nodes()));
      return spent ? End::spent : End::limit;
    }
    const Slot maker = ladder->front(orders_.nodes());
    if (orders_.is_expired(maker, now_)) [[unlikely]] {
      cancel(maker, CancelCause::expired);
      continue;
    }
    if (taker.by_budget && is_spent(book, taker, maker)) [[unlikely]]
      return End::spent;  // before what is done only because of a trade
    if (orders_[maker].owner == taker.owner && taker.self_trade != SelfTrade::allow) [[unlikely]] {
      if (!prevent(book, taker, *ladder, maker)) return End::self_trade;
      continue;
    }
    if (!book.band.has(price)) [[unlikely]] {  // behind both: what goes away would not have traded
      begin_volatility_call(book);
      return End::band;
    }
    if (const End end = trade(book, taker, *ladder, maker); end != End::filled) return end;
  }
  return End::filled;
}

/// How many of `wanted` lots the rest of a budget pays; in whole steps when it does not pay all.
template <class Ladder>
std::uint32_t MatchingEngine<Ladder>::affordable(const OneBook& book, const Taker& taker,
                                                 Price price, std::uint32_t wanted) const {
  const auto lots =
      static_cast<std::uint64_t>(taker.notional / (price.get() * book.rules().tick_quote));
  if (lots >= wanted) return wanted;
  return static_cast<std::uint32_t>(lots - lots % book.rules().quantity_step.get());
}

/// Whether the rest of a budget buys nothing of this one, be it beyond the limit or not.
template <class Ladder>
bool MatchingEngine<Ladder>::is_spent(const OneBook& book, const Taker& taker, Slot slot) const {
  const OrderNode& maker = orders_[slot];
  return affordable(book, taker, maker.price, std::min(taker.left, maker.shown)) == 0;
}

/// One trade with the maker, who is not too dear for a budget. `filled`: go on.
template <class Ladder>
typename MatchingEngine<Ladder>::End MatchingEngine<Ladder>::trade(OneBook& book, Taker& taker,
                                                                   Ladder& ladder, Slot slot) {
  const OrderNode& maker = orders_[slot];
  const SymbolRules& rules = book.rules();
  std::uint32_t lots = std::min(taker.left, maker.shown);
  if (taker.by_budget) lots = affordable(book, taker, maker.price, lots);
  const bool buys = taker.side == Side::buy;
  const Amount maker_value = known_notional(maker.price, lots, rules.tick_quote);
  Deal deal{.price = maker.price, .quantity = lots};
  if (buys) {
    deal.buyer = taker.owner;
    deal.seller = maker.owner;
    deal.buyer_notional = taker.notional;
    deal.buyer_step =
        taker.market ? maker_value : known_notional(taker.limit, lots, rules.tick_quote);
    if (deal.buyer_step > taker.notional) [[unlikely]]
      return End::funds;
  } else {
    deal.buyer = maker.owner;
    deal.seller = taker.owner;
    deal.buyer_notional = known_notional(maker.price, orders_.left(slot), rules.tick_quote);
    deal.buyer_step = maker_value;
  }
  deal.buyer_rate = buys ? rules.taker_fee : rules.maker_fee;
  deal.seller_rate = buys ? rules.maker_fee : rules.taker_fee;
  if (const Unable unable = settle(book, deal); unable != Unable::nobody) [[unlikely]] {
    if ((unable == Unable::buyer) == buys) return End::funds;
    cancel(slot, CancelCause::funds);
    return End::filled;
  }

  taker.left -= lots;
  taker.traded = true;
  if (buys) taker.notional -= deal.buyer_step;
  book.last = maker.price;
  const TradeId trade{++book.trades};
  Event& event = emit(EventKind::traded, book, taker.id, taker.owner, taker.side);
  event.other = maker.id;
  event.other_account = ledger_[maker.owner].id;
  event.trade = trade;
  event.price = maker.price;
  event.quantity = Quantity{lots};
  event.left = taker.by_budget ? Quantity{} : Quantity{taker.left};
  event.other_left = Quantity{orders_.left(slot) - lots};
  event.fee = buys ? deal.buyer_fee : deal.seller_fee;
  event.other_fee = buys ? deal.seller_fee : deal.buyer_fee;
  record(book, deal, event);
  shrink(book, ladder, slot, lots);
  return End::filled;
}

template <class Ladder>
void MatchingEngine<Ladder>::record(const OneBook& book, const Deal& deal, const Event& traded) {
  KeptTrade* const kept = trades_.add(book.definition.id, traded.trade);
  if (kept == nullptr) return;
  kept->taker = traded.order;
  kept->maker = traded.other;
  kept->taker_side = traded.side;
  kept->price = deal.price;
  kept->quantity = Quantity{deal.quantity};
  kept->buyer = deal.buyer;
  kept->seller = deal.seller;
  kept->buyer_fee = deal.buyer_fee;
  kept->seller_fee = deal.seller_fee;
}

/// Moves the money and the goods of one trade, or tells who cannot take more. Fees round up, but a
/// buyer pays at most what this part of its hold has for them; that is at least the fee rounded
/// down, and so the venue never pays for a trade.
template <class Ladder>
typename MatchingEngine<Ladder>::Unable MatchingEngine<Ladder>::settle(OneBook& book, Deal& deal) {
  const DefineSymbol& symbol = book.definition;
  const Amount quote = known_notional(deal.price, deal.quantity, symbol.rules.tick_quote);
  const Amount base = deal.quantity * symbol.rules.lot_base;
  const Amount released = deal.buyer_step + share(deal.buyer_notional, book.hold_rate) -
                          share(deal.buyer_notional - deal.buyer_step, book.hold_rate);
  deal.buyer_fee = std::min(share(quote, deal.buyer_rate), released - quote);
  deal.seller_fee = share(quote, deal.seller_rate);
  const Amount venue_fee = deal.buyer_fee + deal.seller_fee;
  Amount received = 0;
  const bool beyond = __builtin_sub_overflow(quote, deal.seller_fee, &received);

  // Who has an order has both.
  const Ledger::Both buyer = ledger_.both(deal.buyer, symbol.base, symbol.quote);
  const Ledger::Both seller = ledger_.both(deal.seller, symbol.base, symbol.quote);
  if (deal.buyer != deal.seller) {
    if (!buyer.base->has_room_for(base)) return Unable::buyer;
    if (beyond || !seller.quote->has_room_for(received)) return Unable::seller;
  }
  if (venue_fee != 0) {
    Holding& fees = ledger_.existing(Ledger::venue, symbol.quote);
    if (!fees.has_room_for(venue_fee)) return Unable::buyer;
    fees.free += venue_fee;
  }
  buyer.quote->held -= released;
  buyer.quote->free += released - quote - deal.buyer_fee;
  buyer.base->free += base;
  seller.base->held -= base;
  seller.quote->free += received;
  return Unable::nobody;
}

/// Who is first now may trade soon, and go.
template <class Ladder>
void MatchingEngine<Ladder>::look_at_front(const Ladder& ladder) const {
  const Slot front = ladder.front(orders_.nodes());
  orders_.prefetch_trade(front);
  ledger_.prefetch(orders_[front].owner);
}

/// Less of the first resting order: traded, or prevented. An iceberg whose slice is used up shows
/// the next one, at the back; an order that is used up is no more.
template <class Ladder>
void MatchingEngine<Ladder>::shrink(OneBook& book, Ladder& ladder, Slot slot, std::uint32_t by) {
  OrderNode& node = orders_[slot];
  if (by < node.shown) return ladder.reduce_front(by, orders_.nodes());
  ladder.pop_front(orders_.nodes());
  if constexpr (has_hints<Ladder>) {
    if (!ladder.empty()) look_at_front(ladder);
  }
  if ((node.flags & order_flag::iceberg) == 0) [[likely]]
    return forget(book, slot);
  OrderDetail& detail = orders_.detail(slot);
  if (detail.reserve == 0) return forget(book, slot);
  const std::uint32_t slice = std::min(detail.display.get(), detail.reserve);
  detail.reserve -= slice;
  book.change_reserve(node, -std::int64_t{slice});
  node.shown = slice;
  ladder.push_back(slot, orders_.nodes());
  emit(EventKind::refilled, slot).quantity = Quantity{slice};
}

/// An order of the taker's own account is next, not too dear for a budget. Whether the taker goes
/// on.
template <class Ladder>
bool MatchingEngine<Ladder>::prevent(OneBook& book, Taker& taker, Ladder& ladder, Slot slot) {
  if (taker.self_trade == SelfTrade::cancel_taker) return false;
  if (taker.self_trade != SelfTrade::decrement) {
    cancel(slot, CancelCause::self_trade);
    return taker.self_trade == SelfTrade::cancel_maker;
  }
  const SymbolRules& rules = book.rules();
  const OrderNode& maker = orders_[slot];
  std::uint32_t lots = std::min(taker.left, maker.shown);
  if (taker.by_budget) lots = affordable(book, taker, maker.price, lots);
  const std::uint32_t maker_left = orders_.left(slot) - lots;
  move_hold(book, maker.owner, static_cast<Side>(maker.side),
            held_for(book, slot, maker_left) - held_for(book, slot, maker_left + lots));
  const Taker before = taker;
  taker.left -= lots;
  taker.prevented += lots;
  if (taker.side == Side::buy && taker.market && !taker.by_budget) {
    // Holds for what others offer; its own orders were not among that.
  } else if (taker.side == Side::buy) {
    const Price price = taker.market ? maker.price : taker.limit;
    taker.notional -= known_notional(price, lots, rules.tick_quote);
    move_hold(book, taker.owner, Side::buy,
              *hold(taker.notional, book.hold_rate) - *hold(before.notional, book.hold_rate));
  } else {
    move_hold(book, taker.owner, Side::sell, -(lots * rules.lot_base));
  }
  orders_.detail(slot).quantity = Quantity{orders_.detail(slot).quantity.get() - lots};
  Event& own = emit(EventKind::decremented, book, taker.id, taker.owner, taker.side);
  own.price = maker.price;
  own.quantity = Quantity{lots};
  own.left = taker.by_budget ? Quantity{} : Quantity{taker.left};
  Event& other = emit(EventKind::decremented, slot);
  other.quantity = Quantity{lots};
  other.left = Quantity{maker_left};
  shrink(book, ladder, slot, lots);
  return true;
}

/// Walks what the taker would trade with, up to what it wants, its limit and whoever is beyond the
/// band and would trade, and changes nothing. What icebergs hide comes behind all that is shown at
/// their price.
template <class Ladder>
typename MatchingEngine<Ladder>::Reach MatchingEngine<Ladder>::reach(OneBook& book,
                                                                     const Taker& taker) {
  Reach out;
  const auto side = static_cast<std::size_t>(opposite(taker.side));
  const Ladder& shown = book.shown[side];
  const Ladder& hidden = book.hidden[side];
  Price price = book.best_price(opposite(taker.side));
  while (price != Price{} && out.lots < taker.left) {
    if (is_beyond(taker.side, price, taker.limit)) break;
    const bool within = book.band.has(price);
    std::uint64_t lots = 0;
    const std::uint64_t wanted = within ? taker.left - out.lots : 1;
    const bool goes_on = reach_queue(shown, price, taker, wanted, lots, out) &&
                         reach_queue(hidden, price, taker, wanted, lots, out);
    if (!within && lots > 0) break;
    lots = std::min(lots, wanted);
    out.lots += lots;
    out.notional += static_cast<WideAmount>(lots) * price.get() * book.rules().tick_quote;
    if (!goes_on) break;
    const Price next_shown = shown.next_price(price);
    const Price next_hidden = hidden.next_price(price);
    const bool shown_first =
        next_hidden == Price{} ||
        (next_shown != Price{} && !is_beyond(opposite(taker.side), next_shown, next_hidden));
    price = shown_first ? next_shown : next_hidden;
  }
  return out;
}

template <class Ladder>
bool MatchingEngine<Ladder>::reach_queue(const Ladder& ladder, Price price, const Taker& taker,
                                         std::uint64_t wanted, std::uint64_t& lots,
                                         Reach& out) const {
  std::uint64_t reserves = 0;
  for (Slot slot = ladder.front_at(price, orders_.nodes()); slot != no_slot && lots < wanted;
       slot = ladder.next(slot, orders_.nodes())) {
    if (orders_.is_expired(slot, now_)) continue;
    const OrderNode& node = orders_[slot];
    if (node.owner == taker.owner && taker.self_trade != SelfTrade::allow) {
      out.own = true;
      const bool passes =
          taker.self_trade == SelfTrade::cancel_maker || taker.self_trade == SelfTrade::decrement;
      if (!passes) return false;
      continue;
    }
    lots += node.shown;
    reserves += orders_.left(slot) - node.shown;
  }
  lots += reserves;
  return true;
}

/// Nothing: the rest of the order rests.
template <class Ladder>
std::optional<CancelCause> MatchingEngine<Ladder>::why_gone(const Taker& taker, End end,
                                                            TimeInForce tif) {
  const bool only_prevented = end == End::spent && taker.prevented > 0;
  if (end == End::self_trade || only_prevented) return CancelCause::self_trade;
  if (end == End::funds) return CancelCause::funds;
  const bool at_once = taker.market || tif == TimeInForce::ioc || tif == TimeInForce::fok;
  if (!at_once) return std::nullopt;
  if (end == End::band) return CancelCause::phase;
  return taker.market && end == End::limit ? CancelCause::collar : CancelCause::unfilled;
}

/// What the taker holds still.
template <class Ladder>
void MatchingEngine<Ladder>::give_back(OneBook& book, const Taker& taker) {
  const Amount held = taker.side == Side::buy ? *hold(taker.notional, book.hold_rate)
                                              : taker.left * book.rules().lot_base;
  if (held != 0) move_hold(book, taker.owner, taker.side, -held);
}

// --- resting orders
// ---------------------------------------------------------------------------------

template <class Ladder>
void MatchingEngine<Ladder>::rest(OneBook& book, Slot slot, std::uint32_t left) {
  OrderNode& node = orders_[slot];
  node.shown = left;
  if ((node.flags & order_flag::iceberg) != 0) {
    OrderDetail& detail = orders_.detail(slot);
    node.shown = std::min(left, detail.display.get());
    detail.reserve = left - node.shown;
    book.change_reserve(node, detail.reserve);
  }
  book.ladder(node).push_back(slot, orders_.nodes());
  touch(book);
}

template <class Ladder>
void MatchingEngine<Ladder>::leave_book(OneBook& book, Slot slot) {
  OrderNode& node = orders_[slot];
  if ((node.flags & order_flag::waits) != 0) return book.stops.erase(slot);
  book.ladder(node).erase(slot, orders_.nodes());
  if ((node.flags & order_flag::iceberg) != 0) {
    book.change_reserve(node, -std::int64_t{orders_.detail(slot).reserve});
  }
  touch(book);
}

template <class Ladder>
void MatchingEngine<Ladder>::cancel(Slot slot, CancelCause cause) {
  const OrderNode& node = orders_[slot];
  OneBook& book = book_of(node);
  const std::uint32_t left = orders_.left(slot);
  move_hold(book, node.owner, static_cast<Side>(node.side), -held_for(book, slot, left));
  leave_book(book, slot);
  Event& event = emit(EventKind::canceled, slot);
  event.left = Quantity{left};
  event.cause = cause;
  forget(book, slot);
}

template <class Ladder>
void MatchingEngine<Ladder>::forget(OneBook& book, Slot slot) {
  Account& account = ledger_[orders_[slot].owner];
  --account.live_orders;
  --book.live_orders;
  orders_.remove(slot, account.newest_order);
}

/// A stop that becomes a market order holds by its trigger's price while it waits.
template <class Ladder>
Price MatchingEngine<Ladder>::held_price(Slot slot) const {
  const Price price = orders_[slot].price;
  return price == Price{} ? orders_.detail(slot).trigger : price;
}

template <class Ladder>
Amount MatchingEngine<Ladder>::held_for(const OneBook& book, Slot slot, std::uint32_t left) const {
  const SymbolRules& rules = book.rules();
  if (static_cast<Side>(orders_[slot].side) == Side::sell) return left * rules.lot_base;
  const Amount value = known_notional(held_price(slot), left, rules.tick_quote);
  return value + share(value, book.hold_rate);
}

/// From free to held, or back.
template <class Ladder>
void MatchingEngine<Ladder>::move_hold(const OneBook& book, Owner owner, Side side, Amount change) {
  const DefineSymbol& symbol = book.definition;
  Holding& holding = ledger_.existing(owner, side == Side::buy ? symbol.quote : symbol.base);
  holding.free -= change;
  holding.held += change;
}

}  // namespace mainstay::exchange
