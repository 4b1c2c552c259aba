#include "apps/exchange/live_venue.hpp"

#include <utility>

#include "apps/exchange/venue_calls.hpp"

namespace mainstay::exchange {

using simulation::OrderAct;
using simulation::Report;
using simulation::ReportKind;
using simulation::Top;

namespace {

simulation::Level best(const Engine& engine, SymbolId symbol, Side side) {
  const DepthLevel level = engine.best(symbol, side);
  return {level.price, level.quantity};
}

/// The part of the top that the engine knows.
Top top_of(const Engine& engine, SymbolId symbol) {
  Top top;
  top.bid = best(engine, symbol, Side::buy);
  top.ask = best(engine, symbol, Side::sell);
  if (const auto view = engine.symbol(symbol)) top.last = view->last;
  return top;
}

}  // namespace

LiveVenue::LiveVenue(exchange::Venue& venue, AccountId first_account, std::uint32_t agents)
    : venue_(venue), first_(first_account), agents_(agents) {}

CommandBody LiveVenue::command_of(const simulation::OrderMessage& message) {
  if (message.act == OrderAct::cancel) {
    auto known = known_.lock();
    const auto found = known->real.find(message.id);
    return CancelOrder{found == known->real.end() ? OrderId{} : found->second};
  }
  PlaceOrder order;
  order.symbol = message.symbol;
  order.side = message.side;
  order.price = message.price;
  order.quantity = message.quantity;
  order.self_trade = SelfTrade::cancel_maker;
  if (message.act == OrderAct::immediate) order.tif = TimeInForce::ioc;
  if (message.act == OrderAct::post_only) order.post_only = PostOnly::reject;
  // By which on_outcome() knows the agent's id again.
  order.session = static_cast<std::uint32_t>(message.id.get());
  return order;
}

const Top& LiveVenue::apply(const simulation::OrderMessage& message, std::int64_t /*at_ns*/,
                            std::vector<Report>& reports) {
  const auto top = submit_and_wait(
      venue_, account_of(message.id), command_of(message),
      [&](const Outcome& outcome) { return top_of(outcome.views.engine, message.symbol); });
  Top& shown = tops_[message.symbol];
  if (top) shown = *top;
  if (!top) {
    reports.push_back({.id = message.id,
                       .symbol = message.symbol,
                       .price = {},
                       .quantity = {},
                       .left = message.quantity,
                       .kind = ReportKind::refused,
                       .side = message.side,
                       .maker = false});
  }
  auto known = known_.lock();
  const Top& counted = known->tops[message.symbol];
  shown.bought = counted.bought;
  shown.sold = counted.sold;
  reports.insert(reports.end(), known->reports.begin(), known->reports.end());
  known->reports.clear();
  return shown;
}

void LiveVenue::depth(SymbolId symbol, Side side, std::size_t levels_max,
                      std::vector<simulation::Level>& out) const {
  const auto levels = look_and_wait(venue_, [&](const Views& views) {
    std::vector<DepthLevel> found;
    views.engine.depth(symbol, side, levels_max, found);
    return found;
  });
  out.clear();
  if (!levels) return;
  for (const DepthLevel& level : *levels) out.push_back({level.price, level.quantity});
}

std::uint64_t LiveVenue::state_hash() const {
  const auto hash =
      look_and_wait(venue_, [](const Views& views) { return views.engine.state_hash(); });
  return hash.value_or(0);
}

void LiveVenue::on_outcome(const Outcome& outcome) {
  auto known = known_.lock();
  for (const Event& event : outcome.events) on_event(outcome.command, event, *known);
}

void LiveVenue::on_batch_end(const Views& /*views*/) {}

void LiveVenue::on_event(const Command& command, const Event& event, Known& known) {
  switch (event.kind) {
    case EventKind::accepted:
    case EventKind::rejected: {
      const auto* placed = std::get_if<PlaceOrder>(&command.body);
      if (placed == nullptr || !is_ours(command.account)) return;
      const auto agent = static_cast<simulation::AgentNumber>(command.account.get() - first_.get());
      const OrderId simulated = simulation::order_id(agent, placed->session);
      known.simulated.emplace(placed->id, simulated);
      known.real.emplace(simulated, placed->id);
      if (event.kind == EventKind::rejected) {
        finish(placed->id, event, ReportKind::refused, known);
      }
      return;
    }
    case EventKind::traded:
      return on_traded(event, known);
    case EventKind::canceled:
      return finish(event.order, event, ReportKind::gone, known);
    default:
      return;
  }
}

void LiveVenue::on_traded(const Event& event, Known& known) {
  Top& top = known.tops[event.symbol];
  (event.side == Side::buy ? top.bought : top.sold) += event.quantity.get();
  const auto tell = [&](OrderId real, Side side, Quantity left, bool maker) {
    const auto found = known.simulated.find(real);
    if (found == known.simulated.end()) return;
    known.reports.push_back({.id = found->second,
                             .symbol = event.symbol,
                             .price = event.price,
                             .quantity = event.quantity,
                             .left = left,
                             .kind = ReportKind::traded,
                             .side = side,
                             .maker = maker});
    if (left.get() != 0) return;
    known.real.erase(found->second);
    known.simulated.erase(found);
  };
  tell(event.order, event.side, event.left, false);
  tell(event.other, opposite(event.side), event.other_left, true);
}

void LiveVenue::finish(OrderId real, const Event& event, ReportKind kind, Known& known) {
  const auto found = known.simulated.find(real);
  if (found == known.simulated.end()) return;
  known.reports.push_back({.id = found->second,
                           .symbol = event.symbol,
                           .price = {},
                           .quantity = {},
                           .left = event.left,
                           .kind = kind,
                           .side = event.side,
                           .maker = false});
  known.real.erase(found->second);
  known.simulated.erase(found);
}

}  // namespace mainstay::exchange
