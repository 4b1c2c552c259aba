#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

/// After trades: stops that the last price reaches become active, one after the other, and what
/// they set off in turn comes behind. Each stop at most once in a command, so this ends. Only while
/// trading is continuous: else they wait for the price at which it goes on.
template <class Ladder>
void MatchingEngine<Ladder>::run_stops(OneBook& book) {
  if (book.stops.empty() || book.last == Price{}) return;
  reached_.clear();
  std::size_t next = 0;
  while (book.phase() == Phase::continuous) {
    book.stops.take_reached(book.last, reached_);
    if (next == reached_.size()) return;
    activate(book, reached_[next++].slot);
  }
  for (; next < reached_.size(); ++next) book.stops.put(reached_[next]);
}

template <class Ladder>
void MatchingEngine<Ladder>::activate(OneBook& book, Slot slot) {
  OrderNode& node = orders_[slot];
  const OrderDetail& detail = orders_.detail(slot);
  const auto side = static_cast<Side>(node.side);
  Event& event = emit(EventKind::triggered, slot);
  event.left = Quantity{node.shown};
  event.quantity = detail.quantity;
  Taker taker{.id = node.id,
              .owner = node.owner,
              .side = side,
              .self_trade = detail.self_trade,
              .market = detail.type == OrderType::stop,
              .limit = node.price,
              .left = node.shown};
  if (side == Side::buy) {
    taker.notional = known_notional(held_price(slot), taker.left, book.rules().tick_quote);
  }
  if (orders_.is_expired(slot, now_)) return drop(book, slot, taker, CancelCause::expired);
  node.flags = static_cast<std::uint8_t>(node.flags & ~order_flag::waits);
  if (taker.market) {
    if (book.best_price(opposite(side)) == Price{}) {
      return drop(book, slot, taker, CancelCause::unfilled);
    }
    taker.limit = collar(book, side);
    if (side == Side::buy) {
      // Held by its trigger until now: from here on by what it will trade at.
      Taker wanted = taker;
      Amount amount = 0;
      give_back(book, taker);
      const Reject wrong = prepare_hold(book, wanted, Price{}, 0, amount);
      if (wrong != Reject::none) {
        taker.notional = 0;
        return drop(book, slot, taker, CancelCause::funds);
      }
      move_hold(book, taker.owner, side, amount);
      taker = wanted;
    }
  }
  if (detail.tif == TimeInForce::fok && check_whole(book, taker) != Reject::none) {
    return drop(book, slot, taker, CancelCause::unfilled);
  }
  run_taker(book, slot, taker);
}

}  // namespace mainstay::exchange
