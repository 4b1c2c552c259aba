#include "apps/exchange/inbound/http/placed_answer.hpp"

#include "apps/exchange/domain/quote_amount.hpp"

namespace mainstay::exchange {
namespace {

void add_match(PlacedAnswer& out, const Event& event, Amount tick_quote) {
  out.matches.push_back({event.price, event.quantity, event.fee, event.trade});
  out.executed += event.quantity.get();
  out.quote = sum(out.quote, quote_amount(event.price, event.quantity, tick_quote));
  out.status = event.left.get() == 0 ? OrderStatus::filled : OrderStatus::partially_filled;
}

void take_refusal(PlacedAnswer& out, Reject reason) {
  const auto expiry = expiry_cause(reason);
  out.reject = expiry ? Reject::none : reason;
  if (!expiry) return;
  out.status = OrderStatus::expired;
  out.cause = *expiry;
  out.working = true;
}

}  // namespace

PlacedAnswer placed_answer(const Command& command, std::span<const Event> events,
                           Amount tick_quote) {
  PlacedAnswer out;
  out.placed = std::get<PlaceOrder>(command.body);
  out.at = command.at;
  for (const Event& event : events) {
    if (event.order != out.placed.id) continue;
    if (event.kind == EventKind::rejected) {
      take_refusal(out, event.reason);
    } else if (event.kind == EventKind::accepted) {
      const bool waits =
          out.placed.type == OrderType::stop || out.placed.type == OrderType::stop_limit;
      out.status = waits ? OrderStatus::waiting : OrderStatus::open;
      out.working = !waits;
    } else if (event.kind == EventKind::triggered) {
      out.status = OrderStatus::open;
      out.working = true;
    } else if (event.kind == EventKind::traded) {
      add_match(out, event, tick_quote);
    } else if (event.kind == EventKind::slid) {
      out.placed.price = event.price;
    } else if (event.kind == EventKind::decremented) {
      out.prevented += event.quantity.get();
      if (event.left.get() != 0 || out.placed.is_by_budget()) continue;
      out.status = OrderStatus::expired;
      out.cause = CancelCause::self_trade;
    } else if (event.kind == EventKind::canceled) {
      out.cause = event.cause;
      out.status = OrderStatus::expired;
    }
  }
  return out;
}

}  // namespace mainstay::exchange
