#include "apps/exchange/live_venue.hpp"

#include <future>
#include <utility>

namespace mainstay::exchange {

using simulation::OrderAct;
using simulation::Report;
using simulation::ReportKind;
using simulation::Top;

namespace {

simulation::Level best(const Engine& engine, SymbolId symbol, Side side) {
  std::vector<DepthLevel> levels;
  engine.depth(symbol, side, 1, levels);
  if (levels.empty()) return {};
  return {levels.front().price, levels.front().quantity};
}

/// The part of the top that the engine knows.
Top top_of(const Engine& engine, SymbolId symbol) {
  Top top;
  top.bid = best(engine, symbol, Side::buy);
  top.ask = best(engine, symbol, Side::sell);
  if (const auto view = engine.symbol(symbol)) top.last = view->last;
  return top;
}

/// What `ask` makes of the views, on the lane; `otherwise` when the lane takes nothing now.
template <class T, class Ask>
T asked(exchange::Venue& venue, T otherwise, Ask ask) {
  std::promise<T> promise;
  auto answer = promise.get_future();
  const bool taken = venue.look([&](const Views& views) { promise.set_value(ask(views)); });
  return taken ? answer.get() : std::move(otherwise);
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
  std::promise<Top> promise;
  auto answer = promise.get_future();
  const bool taken =
      venue_.submit(account_of(message.id), command_of(message), [&](const Outcome& outcome) {
        promise.set_value(top_of(outcome.views.engine, message.symbol));
      });
  top_ = {};
  if (taken) {
    top_ = answer.get();
  } else {
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
  top_.bought = counted.bought;
  top_.sold = counted.sold;
  reports.insert(reports.end(), known->reports.begin(), known->reports.end());
  known->reports.clear();
  return top_;
}

void LiveVenue::depth(SymbolId symbol, Side side, std::size_t levels_max,
                      std::vector<simulation::Level>& out) const {
  using Levels = std::vector<DepthLevel>;
  const Levels levels = asked(venue_, Levels{}, [&](const Views& views) {
    Levels found;
    views.engine.depth(symbol, side, levels_max, found);
    return found;
  });
  out.clear();
  for (const DepthLevel& level : levels) out.push_back({level.price, level.quantity});
}

std::uint64_t LiveVenue::state_hash() const {
  return asked(venue_, std::uint64_t{0},
               [](const Views& views) { return views.engine.state_hash(); });
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
