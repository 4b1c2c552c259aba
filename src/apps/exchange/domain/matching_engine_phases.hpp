#pragma once

#include <limits>

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& /*command*/, const SetPhase& body) {
  OneBook* const book = book_of(body.symbol);
  if (book == nullptr) return Reject::symbol_unknown;
  if (book->phase() == body.phase) return Reject::nothing_to_change;
  enter(*book, body.phase);
  return Reject::none;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::carry_out(const Command& /*command*/, const AdvanceTime& /*body*/) {
  expire_due();
  while (!calls_.empty() && calls_.begin()->first <= now_) {
    enter(*books_[calls_.begin()->second.get()], Phase::continuous);
  }
  return Reject::none;
}

/// A call that ends in trading or in the close uncrosses the book; so does all that leads into
/// trading, since a halt may have kept a call's book.
template <class Ladder>
void MatchingEngine<Ladder>::enter(OneBook& book, Phase phase) {
  const Phase from = book.phase();
  const bool ends_call = is_call(from) && phase == Phase::closed;
  AuctionOutcome outcome;
  if (ends_call || phase == Phase::continuous) {
    expire_due();
    outcome = uncross(book);
  }
  if (book.call_ends != Time{}) {
    calls_.erase({book.call_ends, book.definition.id});
    book.call_ends = {};
  }
  book.definition.phase = phase;
  Event& event = emit(EventKind::phase_changed);
  event.symbol = book.definition.id;
  event.phase = phase;
  event.price = outcome.price;
  event.auction = outcome.volume > 0;
  event.quantity = Quantity{static_cast<std::uint32_t>(
      std::min<std::uint64_t>(outcome.volume, std::numeric_limits<std::uint32_t>::max()))};
  if (phase == Phase::volatility_call && book.rules().volatility_call_ns > 0) {
    std::int64_t ends = 0;
    const bool never = __builtin_add_overflow(now_.get(), book.rules().volatility_call_ns, &ends);
    book.call_ends = Time{never ? INT64_MAX : ends};
    calls_.emplace(book.call_ends, book.definition.id);
  }
  if (phase == Phase::closed) expire_day(book);
  if (phase == Phase::continuous) {
    begin_trading(book);
    run_stops(book);
  }
  touch(book);
}

/// A trade would leave the dynamic band: who brought it waits with all others.
template <class Ladder>
void MatchingEngine<Ladder>::begin_volatility_call(OneBook& book) {
  enter(book, Phase::volatility_call);
}

/// As often as the book is crossed: a second time only when somebody could not take what an auction
/// gave. The outcome has the last price and the volume of all.
template <class Ladder>
AuctionOutcome MatchingEngine<Ladder>::uncross(OneBook& book) {
  AuctionOutcome all;
  while (true) {
    const AuctionOutcome outcome = *look_at_auction(book, std::numeric_limits<std::size_t>::max());
    if (outcome.volume == 0) return all;
    const std::uint64_t traded = trade_auction(book, outcome);
    if (traded == 0) continue;
    all.price = book.last = book.reference = outcome.price;
    all.volume += traded;
  }
}

template <class Ladder>
std::optional<AuctionOutcome> MatchingEngine<Ladder>::look_at_auction(OneBook& book,
                                                                      std::size_t levels_max) {
  const Price bid = book.best_price(Side::buy);
  const Price ask = book.best_price(Side::sell);
  if (bid == Price{} || ask == Price{} || bid < ask) return AuctionOutcome{};
  if (!book.gather(Side::buy, ask, levels_max, buy_levels_) ||
      !book.gather(Side::sell, bid, levels_max, sell_levels_)) {
    return std::nullopt;
  }
  return find_auction(buy_levels_, sell_levels_, book.reference, book.rules());
}

template <class Ladder>
std::uint64_t MatchingEngine<Ladder>::trade_auction(OneBook& book, const AuctionOutcome& outcome) {
  std::uint64_t volume = outcome.volume;
  while (volume > 0) {
    const bool meet = !is_beyond(Side::buy, outcome.price, book.best_price(Side::buy)) &&
                      book.best(Side::sell) != nullptr &&
                      !is_beyond(Side::sell, outcome.price, book.best_price(Side::sell));
    if (!meet) break;
    auto left = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(volume, std::numeric_limits<std::uint32_t>::max()));
    const std::uint32_t before = left;
    if (!trade_pair(book, outcome.price, left)) continue;
    volume -= before - left;
  }
  return outcome.volume - volume;
}

/// One trade of the first buyer with the first seller, of at most `left` lots. In an auction nobody
/// takes: both pay the maker's fee, and where that is a rebate nothing. False: an order whose
/// account cannot take more went away.
template <class Ladder>
bool MatchingEngine<Ladder>::trade_pair(OneBook& book, Price price, std::uint32_t& left) {
  Ladder& buys = *book.best(Side::buy);
  Ladder& sells = *book.best(Side::sell);
  const Slot buy = buys.front(orders_.nodes());
  const Slot sell = sells.front(orders_.nodes());
  const OrderNode& buyer = orders_[buy];
  const OrderNode& seller = orders_[sell];
  const SymbolRules& rules = book.rules();
  const std::uint32_t lots = std::min({buyer.shown, seller.shown, left});
  const std::int32_t rate = std::max(rules.maker_fee, 0);
  const std::uint32_t buyer_left = orders_.left(buy);
  Deal deal{.price = price,
            .quantity = lots,
            .buyer = buyer.owner,
            .seller = seller.owner,
            .buyer_notional = known_notional(buyer.price, buyer_left, rules.tick_quote),
            .buyer_step = known_notional(buyer.price, lots, rules.tick_quote),
            .buyer_rate = rate,
            .seller_rate = rate};
  if (const Unable unable = settle(book, deal); unable != Unable::nobody) {
    cancel(unable == Unable::buyer ? buy : sell, CancelCause::funds);
    return false;
  }
  const TradeId trade{++book.trades};
  Event& event = emit(EventKind::traded, book, buyer.id, buyer.owner, Side::buy);
  event.auction = true;
  event.other = seller.id;
  event.other_account = ledger_[seller.owner].id;
  event.trade = trade;
  event.price = price;
  event.quantity = Quantity{lots};
  event.left = Quantity{buyer_left - lots};
  event.other_left = Quantity{orders_.left(sell) - lots};
  event.fee = deal.buyer_fee;
  event.other_fee = deal.seller_fee;
  record(book, deal, event);
  left -= lots;
  shrink(book, buys, buy, lots);
  shrink(book, sells, sell, lots);
  return true;
}

template <class Ladder>
void MatchingEngine<Ladder>::expire_due() {
  for (Slot slot = orders_.due(now_); slot != no_slot; slot = orders_.due(now_)) {
    cancel(slot, CancelCause::expired);
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::expire_day(OneBook& book) {
  slots_.clear();
  collect(book, slots_);
  std::erase_if(slots_, [&](Slot slot) { return (orders_[slot].flags & order_flag::day) == 0; });
  cancel_all(slots_, CancelCause::expired);
}

template <class Ladder>
void MatchingEngine<Ladder>::tell_indicative(OneBook& book, const AuctionOutcome& outcome) {
  const auto cut = [](std::uint64_t lots) {
    return Quantity{static_cast<std::uint32_t>(
        std::min<std::uint64_t>(lots, std::numeric_limits<std::uint32_t>::max()))};
  };
  Event& event = emit(EventKind::indicative);
  event.symbol = book.definition.id;
  event.phase = book.phase();
  event.auction = true;
  event.price = outcome.price;
  event.quantity = cut(outcome.volume);
  event.left = cut(outcome.surplus);
  event.side = outcome.surplus_side;
}

}  // namespace mainstay::exchange
