#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

inline bool is_stop(OrderType type) {
  return type == OrderType::stop || type == OrderType::stop_limit;
}
inline bool is_immediate(TimeInForce tif) {
  return tif == TimeInForce::ioc || tif == TimeInForce::fok;
}

/// The most frequent kind: a limit order, good till canceled or immediate, without anything else.
inline bool is_plain(const PlaceOrder& order) {
  const auto parts = static_cast<std::uint64_t>(order.budget) |
                     static_cast<std::uint64_t>(order.expires.get()) | order.trigger.get() |
                     order.display.get() | static_cast<unsigned>(order.type) |
                     static_cast<unsigned>(order.post_only) | static_cast<unsigned>(order.hidden);
  return parts == 0 && (order.tif == TimeInForce::gtc || order.tif == TimeInForce::ioc);
}

/// The order of the checks is part of the contract: engine.hpp.
template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const PlaceOrder& order) {
  Owner owner = 0;
  if (const Reject wrong = check_account(command.account, owner); wrong != Reject::none) {
    return wrong;
  }
  OneBook* const book = book_of(order.symbol);
  if (book == nullptr) return Reject::symbol_unknown;
  Price valued_at = order.price;
  const bool plain = is_plain(order) && book->is_plain && book->phase() == Phase::continuous;
  const Reject unfit = plain ? check_plain(*book, order) : check_any(*book, order, valued_at);
  if (unfit != Reject::none) return unfit;
  if (const Reject wrong = check_identity(order, owner); wrong != Reject::none) return wrong;

  begin_trading(*book);
  const bool market = order.type == OrderType::market;
  Taker taker{.id = order.id,
              .owner = owner,
              .side = order.side,
              .self_trade = order.self_trade,
              .market = market,
              .by_budget = order.is_by_budget(),
              .limit = order.price,
              .left = order.is_by_budget() ? 0xFFFFFFFFU : order.quantity.get()};
  Amount amount = 0;
  if (plain) {
    Holding* pays = nullptr;
    const Reject wrong = prepare_plain_hold(*book, taker, amount, pays);
    if (wrong != Reject::none) return wrong;
    announce(*book, order, owner, taker.limit);
    pays->free -= amount;
    pays->held += amount;
    place_active(*book, order, taker);
    return Reject::none;
  }
  if (const Reject wrong = check_matching(*book, order, taker); wrong != Reject::none) {
    return wrong;
  }
  const Price price = market || order.price == Price{} ? valued_at : taker.limit;
  if (const Reject wrong = prepare_hold(*book, taker, price, order.budget, amount);
      wrong != Reject::none) {
    return wrong;
  }
  announce(*book, order, owner, taker.limit);
  move_hold(*book, owner, order.side, amount);
  if (is_stop(order.type)) {
    place_waiting(*book, order, owner);
  } else {
    place_active(*book, order, taker);
  }
  return Reject::none;
}

/// Shape, phase and rules. `valued_at`: the price that its value goes by.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_any(const OneBook& book, const PlaceOrder& order,
                                         Price& valued_at) const {
  if (const Reject wrong = check_shape(order, now_); wrong != Reject::none) return wrong;
  if (const Reject wrong = check_phase(book, order); wrong != Reject::none) return wrong;
  if (is_stop(order.type) && order.price == Price{}) valued_at = order.trigger;
  if (order.type == OrderType::market) {
    valued_at = book.best_price(opposite(order.side));
    if (valued_at == Price{}) return Reject::no_liquidity;
  }
  return check_rules(book, order, valued_at);
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check(const PlaceOrder& order) const {
  const OneBook* const book = book_of(order.symbol);
  if (book == nullptr) return Reject::symbol_unknown;
  Price valued_at = order.price;
  return check_any(*book, order, valued_at);
}

/// The same of a plain order in a plain book whose trading is continuous: what is left of it.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_plain(const OneBook& book, const PlaceOrder& order) {
  if (order.quantity == Quantity{}) return Reject::quantity_zero;
  if (order.price == Price{}) return Reject::price_missing;
  if (order.quantity < book.rules().quantity_min) return Reject::quantity_below_min;
  if (order.quantity > book.rules().quantity_max) return Reject::quantity_above_max;
  return check_value(book, order.price, order.quantity);
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_shape(const PlaceOrder& order, Time now) {
  const bool has_limit = order.type == OrderType::limit || order.type == OrderType::stop_limit;
  if (order.quantity == Quantity{} && order.budget == 0) return Reject::quantity_zero;
  if (has_limit && order.price == Price{}) return Reject::price_missing;
  if (is_stop(order.type) && order.trigger == Price{}) return Reject::trigger_missing;
  if (const Reject wrong = check_combination(order); wrong != Reject::none) return wrong;
  const bool expired = order.tif == TimeInForce::gtd && order.expires <= now;
  return expired ? Reject::expiry_in_the_past : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_combination(const PlaceOrder& order) {
  constexpr auto wrong = Reject::combination_unsupported;
  const bool has_limit = order.type == OrderType::limit || order.type == OrderType::stop_limit;
  if (!has_limit && order.price != Price{}) return wrong;
  if (!is_stop(order.type) && order.trigger != Price{}) return wrong;
  if (order.tif != TimeInForce::gtd && order.expires != Time{}) return wrong;
  const bool rests = has_limit && !is_immediate(order.tif);
  if (order.hidden && (!rests || order.display != Quantity{})) return wrong;
  if (order.display != Quantity{}) {
    const std::uint64_t slices =
        (std::uint64_t{order.quantity.get()} + order.display.get() - 1) / order.display.get();
    if (!rests || order.display > order.quantity || slices > iceberg_slices_max) return wrong;
  }
  if (order.post_only != PostOnly::no && (!rests || order.type != OrderType::limit)) return wrong;
  if (order.budget != 0) {
    const bool buys = order.type == OrderType::market && order.side == Side::buy;
    const bool alone = order.quantity == Quantity{} && order.tif != TimeInForce::fok;
    if (!buys || !alone || order.budget < 0) return wrong;
  }
  return Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_open(const OneBook& book) {
  if (book.phase() == Phase::closed) return Reject::symbol_closed;
  return book.phase() == Phase::halted ? Reject::symbol_halted : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_phase(const OneBook& book, const PlaceOrder& order) {
  if (book.phase() == Phase::continuous) [[likely]]
    return Reject::none;
  if (const Reject wrong = check_open(book); wrong != Reject::none) return wrong;
  const bool waits = is_stop(order.type);
  const bool at_once = order.type == OrderType::market || is_immediate(order.tif);
  return (at_once || order.hidden) && !waits ? Reject::not_in_a_call : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_price(const OneBook& book, Price price) {
  const SymbolRules& rules = book.rules();
  return allows_all_prices(rules) || is_on_tick(rules, price) ? Reject::none : Reject::tick_invalid;
}

/// Price times quantity, and the quantity alone, fit amounts and the symbol's limits.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_value(const OneBook& book, Price price, Quantity quantity) {
  const SymbolRules& rules = book.rules();
  const auto value = notional(price, quantity, rules.tick_quote);
  if (!value || !notional(Price{1}, quantity, rules.lot_base)) return Reject::overflow;
  if (*value < rules.notional_min) return Reject::notional_below_min;
  const bool above = rules.notional_max != 0 && *value > rules.notional_max;
  return above ? Reject::notional_above_max : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_rules(const OneBook& book, const PlaceOrder& order,
                                           Price valued_at) {
  const SymbolRules& rules = book.rules();
  if (const Reject wrong = check_price(book, order.price); wrong != Reject::none) return wrong;
  if (const Reject wrong = check_price(book, order.trigger); wrong != Reject::none) return wrong;
  if (order.budget != 0) {
    if (order.budget < rules.notional_min) return Reject::notional_below_min;
    const bool above = rules.notional_max != 0 && order.budget > rules.notional_max;
    return above ? Reject::notional_above_max : Reject::none;
  }
  if (const Reject wrong = check_quantity(rules, order.quantity); wrong != Reject::none) {
    return wrong;
  }
  if (order.display != Quantity{} && order.display.get() % rules.quantity_step.get() != 0) {
    return Reject::quantity_step_invalid;
  }
  if (const Reject wrong = check_value(book, valued_at, order.quantity); wrong != Reject::none) {
    return wrong;
  }
  return check_band(book, order.price);
}

/// The static one.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_band(const OneBook& book, Price price) {
  const std::uint32_t width = book.rules().static_band_bp;
  if (width == 0 || price == Price{}) return Reject::none;
  return around(book.reference, width).has(price) ? Reject::none : Reject::price_outside_band;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_identity(const PlaceOrder& order, Owner owner) const {
  if (orders_.find(order.id) != no_slot) return Reject::order_id_taken;
  if (!order.client.empty() && orders_.find(owner, order.client) != no_slot) {
    return Reject::client_order_id_taken;
  }
  const bool too_many = orders_.size() >= options_.orders_max ||
                        ledger_[owner].live_orders >= options_.orders_per_account_max;
  return too_many ? Reject::orders_too_many : Reject::none;
}

/// May move the price, which then keeps the rules as the given one did; in a call nobody takes, so
/// there is nothing to check.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_post_only(OneBook& book, Side side, PostOnly mode,
                                               Quantity quantity, Price& price) const {
  if (mode == PostOnly::no || book.phase() != Phase::continuous) return Reject::none;
  const Price best = book.best_price(opposite(side));
  if (best == Price{} || is_beyond(side, best, price)) return Reject::none;
  if (mode == PostOnly::reject) return Reject::would_take;
  const SymbolRules& rules = book.rules();
  if (side == Side::buy) {
    price = allowed_until(rules, Price{best.get() - 1});
  } else {
    price = best.get() == 0xFFFFFFFFU ? Price{} : allowed_from(rules, Price{best.get() + 1});
  }
  if (price == Price{}) return Reject::would_take;
  const Reject wrong = check_value(book, price, quantity);
  return wrong == Reject::none ? check_band(book, price) : wrong;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_matching(OneBook& book, const PlaceOrder& order,
                                              Taker& taker) {
  if (is_stop(order.type)) {
    const bool reached =
        book.last != Price{} && StopList::is_reached(order.side, order.trigger, book.last);
    return reached ? Reject::trigger_passed : Reject::none;
  }
  if (const Reject wrong =
          check_post_only(book, order.side, order.post_only, order.quantity, taker.limit);
      wrong != Reject::none) {
    return wrong;
  }
  if (taker.market) taker.limit = collar(book, order.side);
  return order.tif == TimeInForce::fok ? check_whole(book, taker) : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_whole(OneBook& book, const Taker& taker) {
  const Reach found = reach(book, taker);
  // Decremented by an order of its own it would not trade wholly.
  const bool decrements = taker.self_trade == SelfTrade::decrement && found.own;
  if (found.lots >= taker.left && !decrements) return Reject::none;
  return found.own ? Reject::self_trade : Reject::not_filled_wholly;
}

/// How far a market order goes.
template <class Ladder>
Price MatchingEngine<Ladder>::collar(OneBook& book, Side side) {
  const PriceBand band = around(book.best_price(opposite(side)), book.rules().market_collar_bp);
  return side == Side::buy ? band.high : band.low;
}

/// What the taker must hold, and whether its account has it. `price`: of what does not trade by its
/// limit.
template <class Ladder>
Reject MatchingEngine<Ladder>::prepare_hold(OneBook& book, Taker& taker, Price price, Amount budget,
                                            Amount& amount) {
  const DefineSymbol& symbol = book.definition;
  if (taker.side == Side::sell) {
    amount = taker.left * symbol.rules.lot_base;
    const Holding* base = ledger_.find(taker.owner, symbol.base);
    if (base == nullptr || base->free < amount) return Reject::balance_insufficient;
    ledger_.holding(taker.owner, symbol.quote);
    return Reject::none;
  }
  if (taker.by_budget) {
    taker.notional = notional_within(budget, book.hold_rate);
  } else if (taker.market) {
    const Reach found = reach(book, taker);
    if (found.notional > amount_max) return Reject::overflow;
    taker.notional = static_cast<Amount>(found.notional);
  } else {
    taker.notional = known_notional(price, taker.left, symbol.rules.tick_quote);
  }
  const auto needed = hold(taker.notional, book.hold_rate);
  if (!needed) return Reject::overflow;
  amount = *needed;
  const Holding* quote = ledger_.find(taker.owner, symbol.quote);
  if (quote == nullptr || quote->free < amount) return Reject::balance_insufficient;
  ledger_.holding(taker.owner, symbol.base);
  return Reject::none;
}

/// The same of what has a limit and a quantity. `pays`: the holding it comes from.
template <class Ladder>
Reject MatchingEngine<Ladder>::prepare_plain_hold(const OneBook& book, Taker& taker, Amount& amount,
                                                  Holding*& pays) {
  const DefineSymbol& symbol = book.definition;
  const bool buys = taker.side == Side::buy;
  if (buys) {
    taker.notional = known_notional(taker.limit, taker.left, symbol.rules.tick_quote);
    const auto needed = hold(taker.notional, book.hold_rate);
    if (!needed) return Reject::overflow;
    amount = *needed;
  } else {
    amount = taker.left * symbol.rules.lot_base;
  }
  const Ledger::Both held = ledger_.both(taker.owner, symbol.base, symbol.quote);
  pays = buys ? held.quote : held.base;
  if (pays == nullptr || pays->free < amount) return Reject::balance_insufficient;
  if (held.base == nullptr || held.quote == nullptr) [[unlikely]] {
    ledger_.holding(taker.owner, buys ? symbol.base : symbol.quote);
    pays = &ledger_.existing(taker.owner, buys ? symbol.quote : symbol.base);
  }
  return Reject::none;
}

template <class Ladder>
void MatchingEngine<Ladder>::announce(const OneBook& book, const PlaceOrder& order, Owner owner,
                                      Price price) {
  Event& accepted = emit(EventKind::accepted, book, order.id, owner, order.side);
  accepted.price = order.price;
  accepted.quantity = order.quantity;
  accepted.left = order.quantity;
  if (order.post_only != PostOnly::slide || price == order.price) return;
  emit(EventKind::slid, book, order.id, owner, order.side).price = price;
}

template <class Ladder>
Slot MatchingEngine<Ladder>::add_order(OneBook& book, const PlaceOrder& order, Owner owner,
                                       Price price, std::uint32_t left, Quantity quantity,
                                       std::uint8_t flags) {
  if (order.hidden) flags |= order_flag::hidden;
  if (order.display != Quantity{}) flags |= order_flag::iceberg;
  if (order.tif == TimeInForce::gtd) flags |= order_flag::gtd;
  if (order.tif == TimeInForce::day) flags |= order_flag::day;
  Account& account = ledger_[owner];
  ++account.live_orders;
  ++book.live_orders;
  // One by one, where they are to be: a copy of a whole that was just written in parts waits for
  // all of them.
  const Slot slot = orders_.add(order.id, account.newest_order);
  OrderNode& node = orders_[slot];
  node.id = order.id;
  node.shown = left;
  node.price = price;
  node.owner = owner;
  node.side = static_cast<std::uint8_t>(order.side);
  node.flags = flags;
  node.symbol = static_cast<std::uint16_t>(order.symbol.get());
  OrderDetail& detail = orders_.detail(slot);
  detail.at = now_;
  detail.expires = order.expires;
  detail.quantity = quantity;
  detail.display = order.display;
  detail.reserve = 0;
  detail.trigger = order.trigger;
  detail.session = order.session;
  detail.type = order.type;
  detail.tif = order.tif;
  detail.post_only = order.post_only;
  detail.self_trade = order.self_trade;
  if (order.tif == TimeInForce::gtd) [[unlikely]]
    orders_.set_expiry(slot);
  if (!order.client.empty()) [[unlikely]]
    orders_.set_client(slot, order.client);
  return slot;
}

template <class Ladder>
void MatchingEngine<Ladder>::place_waiting(OneBook& book, const PlaceOrder& order, Owner owner) {
  const Slot slot = add_order(book, order, owner, order.price, order.quantity.get(), order.quantity,
                              order_flag::waits);
  book.stops.add(order.side, order.trigger, sequence_, slot);
}

template <class Ladder>
void MatchingEngine<Ladder>::place_active(OneBook& book, const PlaceOrder& order, Taker& taker) {
  End end = End::nobody;
  if (book.phase() == Phase::continuous) end = look_at_best(book, taker);
  if (end == End::filled) end = match(book, taker);
  if (end != End::filled) {
    const auto cause = why_gone(taker, end, order.tif);
    if (!cause) {
      const Quantity quantity{order.quantity.get() - taker.prevented};
      rest(book, add_order(book, order, taker.owner, taker.limit, taker.left, quantity, 0),
           taker.left);
    } else {
      give_back(book, taker);
      if (end != End::spent || !taker.traded) {
        Event& canceled = emit(EventKind::canceled, book, order.id, taker.owner, order.side);
        canceled.price = order.price;
        canceled.left = taker.by_budget ? Quantity{} : Quantity{taker.left};
        canceled.cause = *cause;
      }
    }
  } else {
    give_back(book, taker);
  }
  run_stops(book);
}

}  // namespace mainstay::exchange
