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

/// What a command touches is found step by step, each at an address that the step before has
/// brought in; between two steps of one command lie those of the others. Without branches where it
/// can be: which kind of command comes cannot be foretold, and is guessed wrong only once, where it
/// is carried out.
template <class Ladder>
void MatchingEngine<Ladder>::expect(const Expected& coming) {
  if constexpr (has_hints<Ladder>) {
    if (orders_.nodes().empty() || books_.empty()) return;
    const auto before = [this](std::size_t by) -> Coming& {
      return coming_[(coming_next_ - by) % coming_.size()];
    };
    Coming& newest = before(0);
    newest.order = coming.order;
    newest.account = coming.account;
    newest.symbol = coming.symbol.get();
    newest.price = coming.price;
    newest.side = static_cast<std::uint32_t>(coming.side);
    newest.placed = coming.places ? ~0U : 0U;
    orders_.prefetch(coming.order);
    ledger_.prefetch_entry(coming.account);
    find_order(before(3));
    find_ladder(before(6));
    const Coming& third = before(9);
    if (third.ladder != nullptr) third.ladder->prefetch_leaf(third.price);
    const Coming& second = before(12);
    if (second.ladder != nullptr) second.ladder->prefetch(second.price);
    const Coming& first = before(14);
    if (first.ladder != nullptr) orders_.prefetch_node(first.ladder->guess_last(first.price));
    ++coming_next_;
  }
}

template <class Ladder>
void MatchingEngine<Ladder>::find_order(Coming& coming) const {
  coming.slot = orders_.guess(coming.order);
  orders_.prefetch_parts(coming.slot);
  const Owner owner = ledger_.guess(coming.account);
  ledger_.prefetch(owner == Ledger::none ? 0 : owner);
}

template <class Ladder>
void MatchingEngine<Ladder>::find_ladder(Coming& coming) const {
  const OrderNode& node = orders_[coming.slot];
  const auto either = [&](std::uint32_t if_placed, std::uint32_t if_not) {
    return (if_placed & coming.placed) | (if_not & ~coming.placed);
  };
  const std::uint32_t symbol = either(coming.symbol, node.symbol);
  const std::uint32_t side = either(coming.side, node.side);
  coming.price = Price{either(coming.price.get(), node.price.get())};
  const OneBook* const book = books_[symbol < books_.size() ? symbol : 0].get();
  coming.ladder = book == nullptr ? nullptr : &book->shown[side];
  if (book != nullptr) coming.ladder->prefetch_self();
  orders_.prefetch_around(coming.slot);
  ledger_.prefetch(node.owner);
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
