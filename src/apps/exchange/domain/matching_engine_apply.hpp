#pragma once

#include "apps/exchange/domain/matching_engine.hpp"

namespace mainstay::exchange {

template <class Ladder>
void MatchingEngine<Ladder>::apply(const Command& command, Events& events) {
  MS_CHECK(command.sequence == sequence_ + 1);
  sequence_ = command.sequence;
  now_ = std::max(now_, command.at);
  events_ = &events;
  const auto carry = [&](const auto& body) {
    const Reject reason = carry_out(command, body);
    if (reason != Reject::none) reject(command, body, reason);
  };
  if (const auto* placed = std::get_if<PlaceOrder>(&command.body)) {
    carry(*placed);
  } else if (const auto* canceled = std::get_if<CancelOrder>(&command.body)) {
    carry(*canceled);
  } else {
    std::visit(carry, command.body);
  }
  const bool time_advanced = std::holds_alternative<AdvanceTime>(command.body);
  if (time_advanced || !touched_.empty()) [[unlikely]]
    end_command(time_advanced);
}

template <class Ladder>
void MatchingEngine<Ladder>::expect(OrderId far, OrderId near, const Expected& next) const {
  if (orders_.nodes().empty()) return;
  orders_.prefetch(far);
  orders_.prefetch_parts(near);
  const OneBook* book = nullptr;
  Side side = next.side;
  Price price = next.price;
  if (next.places) {
    const Owner owner = ledger_.find(next.account);
    if (owner != Ledger::none) orders_.prefetch_links(ledger_[owner].newest_order);
    if (next.symbol.get() < books_.size()) book = books_[next.symbol.get()].get();
  } else {
    const Slot slot = orders_.guess(next.order);
    const OrderNode& node = orders_[slot];
    orders_.prefetch_around(slot);
    side = static_cast<Side>(node.side);
    price = node.price;
    if (node.symbol < books_.size()) book = books_[node.symbol].get();
  }
  if constexpr (has_hints<Ladder>) {
    if (book != nullptr) book->shown[static_cast<std::size_t>(side)].prefetch(price);
  }
}

template <class Ladder>
template <class Body>
void MatchingEngine<Ladder>::reject(const Command& command, const Body& body, Reject reason) {
  Event& event = emit(EventKind::rejected);
  event.reason = reason;
  event.account = command.account;
  if constexpr (requires {
                  body.side;
                  body.id;
                })
    event.side = body.side;
  if constexpr (requires { OrderId{body.id}; }) event.order = body.id;
  if constexpr (requires { SymbolId{body.symbol}; }) event.symbol = body.symbol;
  if constexpr (requires { AssetId{body.asset}; }) event.asset = body.asset;
  if constexpr (std::is_same_v<Body, BustTrade>) event.trade = body.trade;
}

/// What the calls that changed would give now, once for each.
template <class Ladder>
void MatchingEngine<Ladder>::end_command(bool time_advanced) {
  if (time_advanced && !untold_.empty()) {
    touched_.insert(touched_.end(), untold_.begin(), untold_.end());
    untold_.clear();
  }
  if (touched_.empty()) return;
  std::ranges::sort(touched_);
  const auto repeated = std::ranges::unique(touched_);
  touched_.erase(repeated.begin(), repeated.end());
  for (const SymbolId id : touched_) {
    OneBook& book = *books_[id.get()];
    if (!is_call(book.phase())) continue;
    const auto outcome = look_at_auction(book, time_advanced ? SIZE_MAX : indicative_levels_max);
    if (outcome) {
      tell_indicative(book, *outcome);
      untold_.erase(id);
    } else {
      untold_.insert(id);
    }
  }
  touched_.clear();
}

template <class Ladder>
Event& MatchingEngine<Ladder>::emit(EventKind kind, const OneBook& book, OrderId id, Owner owner,
                                    Side side) {
  Event& event = emit(kind);
  event.symbol = book.definition.id;
  event.order = id;
  event.account = ledger_[owner].id;
  event.side = side;
  return event;
}

template <class Ladder>
Event& MatchingEngine<Ladder>::emit(EventKind kind, Slot slot) {
  const OrderNode& node = orders_[slot];
  Event& event =
      emit(kind, *books_[node.symbol], node.id, node.owner, static_cast<Side>(node.side));
  event.price = node.price;
  return event;
}

template <class Ladder>
Reject MatchingEngine<Ladder>::check_account(AccountId id, Owner& owner) const {
  owner = ledger_.find(id);
  if (owner == Ledger::none) return Reject::account_unknown;
  return ledger_[owner].suspended ? Reject::account_suspended : Reject::none;
}

}  // namespace mainstay::exchange
