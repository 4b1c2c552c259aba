#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

/// Account 0 may act on any order. An order whose time is over is no more.
template <class Ladder>
Reject MatchingEngine<Ladder>::find_own(const Command& command, OrderId id, bool cancels,
                                        Slot& slot) const {
  Owner owner = 0;
  const Reject wrong = check_account(command.account, owner);
  const bool may_cancel = wrong == Reject::account_suspended && cancels;
  if (wrong != Reject::none && !may_cancel) return wrong;
  slot = orders_.find(id);
  if (slot == no_slot) return Reject::order_unknown;
  if (orders_[slot].owner != owner && owner != Ledger::venue) return Reject::not_the_owner;
  return !cancels && orders_.is_expired(slot, now_) ? Reject::order_unknown : Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const CancelOrder& body) {
  Slot slot = no_slot;
  const Reject wrong = find_own(command, body.id, true, slot);
  if (wrong == Reject::none) cancel(slot, CancelCause::wanted);
  return wrong;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const ReduceOrder& body) {
  Slot slot = no_slot;
  if (const Reject wrong = find_own(command, body.id, true, slot); wrong != Reject::none) {
    return wrong;
  }
  if (body.by == Quantity{}) return Reject::quantity_zero;
  OneBook& book = book_of(orders_[slot]);
  if (body.by.get() >= orders_.left(slot)) {
    cancel(slot, CancelCause::wanted);
    return Reject::none;
  }
  if (body.by.get() % book.rules().quantity_step.get() != 0) return Reject::quantity_step_invalid;
  reduce(book, slot, body.by.get());
  return Reject::none;
}

/// By less than what is left. What an iceberg hides goes first.
template <class Ladder>
void MatchingEngine<Ladder>::reduce(OneBook& book, Slot slot, std::uint32_t by) {
  OrderNode& node = orders_[slot];
  OrderDetail& detail = orders_.detail(slot);
  const std::uint32_t left = orders_.left(slot) - by;
  move_hold(book, node.owner, static_cast<Side>(node.side),
            held_for(book, slot, left) - held_for(book, slot, left + by));
  detail.quantity = Quantity{detail.quantity.get() - by};
  std::uint32_t shown_by = by;
  if ((node.flags & order_flag::iceberg) != 0) {
    const std::uint32_t unseen = std::min(by, detail.reserve);
    detail.reserve -= unseen;
    shown_by -= unseen;
    if ((node.flags & order_flag::waits) == 0) book.change_reserve(node, -std::int64_t{unseen});
  }
  if ((node.flags & order_flag::waits) != 0) {
    node.shown -= shown_by;
  } else {
    if (shown_by > 0) book.ladder(node).reduce(slot, shown_by, orders_.nodes());
    touch(book);
  }
  Event& event = emit(EventKind::reduced, slot);
  event.quantity = detail.quantity;
  event.left = Quantity{left};
}

/// A reduction to what is wanted, by whatever that is by now.
template <class Ladder>
Reject MatchingEngine<Ladder>::make_smaller(const Command& command, const AmendOrder& body) {
  Slot slot = no_slot;
  if (const Reject wrong = find_own(command, body.id, true, slot); wrong != Reject::none) {
    return wrong;
  }
  if (body.price != Price{} || body.trigger != Price{} || !body.client.empty()) {
    return Reject::combination_unsupported;
  }
  const Quantity now = orders_.detail(slot).quantity;
  if (body.quantity == Quantity{} || body.quantity >= now) return Reject::nothing_to_change;
  const std::uint32_t traded = now.get() - orders_.left(slot);
  if (body.quantity.get() <= traded) return Reject::quantity_below_traded;
  OneBook& book = book_of(orders_[slot]);
  const std::uint32_t by = now.get() - body.quantity.get();
  if (by % book.rules().quantity_step.get() != 0) return Reject::quantity_step_invalid;
  reduce(book, slot, by);
  return Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const AmendOrder& body) {
  if (body.only_less) return make_smaller(command, body);
  Slot slot = no_slot;
  if (const Reject wrong = find_own(command, body.id, false, slot); wrong != Reject::none) {
    return wrong;
  }
  OneBook& book = book_of(orders_[slot]);
  if (const Reject wrong = check_open(book); wrong != Reject::none) return wrong;
  Amendment amendment;
  if (const Reject wrong = check_amendment(book, slot, body, amendment); wrong != Reject::none) {
    return wrong;
  }
  begin_trading(book);
  Amount more = 0;
  if (!amendment.keeps_place) {
    const Reject wrong = check_moved(book, slot, body, amendment, more);
    if (wrong != Reject::none) return wrong;
  }
  if (!body.client.empty()) orders_.set_client(slot, body.client);
  if (amendment.keeps_place) {
    reduce(book, slot, orders_.left(slot) - amendment.left);
    return Reject::none;
  }
  const OrderNode& node = orders_[slot];
  move_hold(book, node.owner, static_cast<Side>(node.side), more);
  move(book, slot, amendment);
  return Reject::none;
}

/// What the order is to be, and that it is something else than it was.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_amendment(OneBook& book, Slot slot, const AmendOrder& body,
                                               Amendment& out) const {
  const OrderNode& node = orders_[slot];
  const OrderDetail& detail = orders_.detail(slot);
  const bool waits = (node.flags & order_flag::waits) != 0;
  if (body.trigger != Price{} && !waits) return Reject::combination_unsupported;
  if (body.price != Price{} && node.price == Price{}) return Reject::combination_unsupported;
  out.price = body.price == Price{} ? node.price : body.price;
  out.trigger = body.trigger == Price{} ? detail.trigger : body.trigger;
  out.quantity = body.quantity == Quantity{} ? detail.quantity : body.quantity;
  const bool same_price = out.price == node.price && out.trigger == detail.trigger;
  const bool new_client = !body.client.empty() && !(body.client == orders_.client(slot));
  if (same_price && out.quantity == detail.quantity && !new_client) {
    return Reject::nothing_to_change;
  }
  const std::uint32_t traded = detail.quantity.get() - orders_.left(slot);
  if (out.quantity.get() <= traded) return Reject::quantity_below_traded;
  out.left = out.quantity.get() - traded;
  out.keeps_place = same_price && out.quantity <= detail.quantity;
  if (new_client && orders_.find(node.owner, body.client) != no_slot) {
    return Reject::client_order_id_taken;
  }
  if (out.quantity != detail.quantity) return check_quantity(book.rules(), out.quantity);
  return Reject::none;
}

/// That it may be so: the checks of new orders, in their order. `more`: to hold.
template <class Ladder>
Reject MatchingEngine<Ladder>::check_moved(OneBook& book, Slot slot, const AmendOrder& body,
                                           Amendment& amendment, Amount& more) const {
  const OrderNode& node = orders_[slot];
  const OrderDetail& detail = orders_.detail(slot);
  const auto side = static_cast<Side>(node.side);
  if (check_price(book, body.price) != Reject::none ||
      check_price(book, body.trigger) != Reject::none) {
    return Reject::tick_invalid;
  }
  const std::uint64_t display = detail.display.get();
  if (display != 0 && (amendment.left + display - 1) / display > iceberg_slices_max) {
    return Reject::combination_unsupported;
  }
  const bool by_trigger = amendment.price == Price{};
  const Price valued_at = by_trigger ? amendment.trigger : amendment.price;
  if (const Reject wrong = check_value(book, valued_at, amendment.quantity);
      wrong != Reject::none) {
    return wrong;
  }
  const SymbolRules& rules = book.rules();
  if (const Reject wrong = check_band(book, body.price); wrong != Reject::none) return wrong;
  if ((node.flags & order_flag::waits) != 0) {
    if (book.last != Price{} && StopList::is_reached(side, amendment.trigger, book.last)) {
      return Reject::trigger_passed;
    }
  } else if (const Reject wrong =
                 check_post_only(book, side, detail.post_only, amendment.quantity, amendment.price);
             wrong != Reject::none) {
    return wrong;
  }
  Amount needed = amendment.left * rules.lot_base;
  if (side == Side::buy) {
    const Price held_at = by_trigger ? amendment.trigger : amendment.price;
    const auto with_fee =
        hold(known_notional(held_at, amendment.left, rules.tick_quote), book.hold_rate);
    if (!with_fee) return Reject::overflow;
    needed = *with_fee;
  }
  more = needed - held_for(book, slot, orders_.left(slot));
  const AssetId asset = side == Side::buy ? book.definition.quote : book.definition.base;
  return ledger_.find(node.owner, asset)->free < more ? Reject::balance_insufficient : Reject::none;
}

/// To the back of its new queue, or through the other side. Its hold is changed already.
template <class Ladder>
void MatchingEngine<Ladder>::move(OneBook& book, Slot slot, const Amendment& amendment) {
  leave_book(book, slot);
  OrderNode& node = orders_[slot];
  OrderDetail& detail = orders_.detail(slot);
  node.price = amendment.price;
  detail.trigger = amendment.trigger;
  detail.quantity = amendment.quantity;
  detail.reserve = 0;
  node.shown = amendment.left;
  Event& event = emit(EventKind::amended, slot);
  event.quantity = amendment.quantity;
  event.left = Quantity{amendment.left};
  if ((node.flags & order_flag::waits) != 0) {
    return book.stops.add(static_cast<Side>(node.side), detail.trigger, sequence_, slot);
  }
  if (book.phase() != Phase::continuous) return rest(book, slot, amendment.left);
  Taker taker{.id = node.id,
              .owner = node.owner,
              .side = static_cast<Side>(node.side),
              .self_trade = detail.self_trade,
              .limit = node.price,
              .left = amendment.left};
  if (taker.side == Side::buy) {
    taker.notional = known_notional(node.price, taker.left, book.rules().tick_quote);
  }
  run_taker(book, slot, taker);
  run_stops(book);
}

/// An order that has a slot and is in no queue: trades, then rests or ends.
template <class Ladder>
void MatchingEngine<Ladder>::run_taker(OneBook& book, Slot slot, Taker& taker) {
  const End end = match(book, taker);
  OrderDetail& detail = orders_.detail(slot);
  detail.quantity = Quantity{detail.quantity.get() - taker.prevented};
  if (end == End::filled) {
    give_back(book, taker);
    return forget(book, slot);
  }
  if (const auto cause = why_gone(taker, end, detail.tif)) return drop(book, slot, taker, *cause);
  rest(book, slot, taker.left);
}

template <class Ladder>
void MatchingEngine<Ladder>::drop(OneBook& book, Slot slot, const Taker& taker, CancelCause cause) {
  give_back(book, taker);
  Event& event = emit(EventKind::canceled, slot);
  event.left = Quantity{taker.left};
  event.cause = cause;
  forget(book, slot);
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& command, const MassCancel& body) {
  const Owner owner = ledger_.find(command.account);
  if (owner == Ledger::none) return Reject::account_unknown;
  if (!body.any_symbol && book_of(body.symbol) == nullptr) return Reject::symbol_unknown;
  slots_.clear();
  if (owner == Ledger::venue) {
    for (const auto& book : books_) {
      if (book) collect(*book, slots_);
    }
  } else {
    for (Slot slot = ledger_[owner].newest_order; slot != no_slot; slot = orders_.older(slot)) {
      slots_.push_back(slot);
    }
  }
  std::erase_if(slots_, [&](Slot slot) {
    const OrderNode& node = orders_[slot];
    return (!body.any_symbol && node.symbol != body.symbol.get()) ||
           (!body.any_side && static_cast<Side>(node.side) != body.side) ||
           (body.session != 0 && orders_.detail(slot).session != body.session);
  });
  cancel_all(slots_, CancelCause::mass);
  return Reject::none;
}

/// All orders of the book, those that wait too.
template <class Ladder>
void MatchingEngine<Ladder>::collect(const OneBook& book, std::vector<Slot>& out) const {
  for (const auto* ladders : {&book.shown, &book.hidden}) {
    for (const Ladder& ladder : *ladders) {
      Price price = ladder.empty() ? Price{} : ladder.best();
      for (; price != Price{}; price = ladder.next_price(price)) {
        for (Slot slot = ladder.front_at(price, orders_.nodes()); slot != no_slot;
             slot = ladder.next(slot, orders_.nodes())) {
          out.push_back(slot);
        }
      }
    }
  }
  for (const Side side : {Side::buy, Side::sell}) {
    for (const StopList::Waiting& waiting : book.stops.waiting(side)) out.push_back(waiting.slot);
  }
}

/// In the order of their ids.
template <class Ladder>
void MatchingEngine<Ladder>::cancel_all(std::vector<Slot>& slots, CancelCause cause) {
  std::ranges::sort(slots, {}, [&](Slot slot) { return orders_[slot].id; });
  for (const Slot slot : slots) cancel(slot, cause);
}

}  // namespace mainstay::exchange
