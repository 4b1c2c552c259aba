#include "apps/exchange/domain/simulation/engine_venue.hpp"

#include <string>
#include <utility>

#include "apps/exchange/domain/models/model_errc.hpp"
#include "apps/exchange/domain/reject.hpp"
#include "base/check.hpp"

namespace mainstay::exchange::simulation {
namespace {

const AssetId quote_asset{0};
AssetId base_asset(std::uint32_t symbol) { return AssetId{symbol + 1}; }

Level level_of(const DepthLevel& level) { return {level.price, level.quantity}; }

}  // namespace

EngineVenue::EngineVenue(const EngineVenueOptions& options)
    : engine_(options.engine), tops_(options.symbols) {
  place_.body = PlaceOrder{};
  cancel_.body = CancelOrder{};
}

Result<std::unique_ptr<EngineVenue>> EngineVenue::make(const EngineVenueOptions& options) {
  std::unique_ptr<EngineVenue> venue{new EngineVenue{options}};  // tidy: the constructor is private
  MS_TRY_VOID(venue->set_up(options));
  return venue;
}

Result<> EngineVenue::set_up(const EngineVenueOptions& options) {
  const AccountId nobody{0};
  MS_TRY_VOID(must(nobody, DefineAsset{quote_asset, Name{"CASH"}, 2}));
  for (std::uint32_t symbol = 0; symbol < options.symbols; ++symbol) {
    const std::string name = "UNIT" + std::to_string(symbol);
    MS_TRY_VOID(must(nobody, DefineAsset{base_asset(symbol), Name{name}, 0}));
    DefineSymbol definition;
    definition.id = SymbolId{symbol};
    definition.name = Name{name + "CASH"};
    definition.base = base_asset(symbol);
    definition.quote = quote_asset;
    definition.reference = options.reference;
    definition.rules = options.rules;
    MS_TRY_VOID(must(nobody, definition));
  }
  for (AgentNumber agent = 0; agent < options.agents; ++agent) {
    MS_TRY_VOID(must(account_of(agent), AdjustBalance{quote_asset, options.quote_each}));
    for (std::uint32_t symbol = 0; symbol < options.symbols; ++symbol) {
      MS_TRY_VOID(must(account_of(agent), AdjustBalance{base_asset(symbol), options.base_each}));
    }
  }
  return {};
}

Result<> EngineVenue::must(AccountId account, CommandBody body) {
  Command command{0, engine_.last_time(), account, std::move(body)};
  carry_out(command);
  for (const Event& event : events_) {
    if (event.kind != EventKind::rejected) continue;
    return Error{models::ModelErrc::parameters_invalid,
                 "the engine rejects the market: " + std::string{name(event.reason)}};
  }
  return {};
}

void EngineVenue::carry_out(Command& command) {
  command.sequence = ++sequence_;
  events_.clear();
  engine_.apply(command, events_);
  if (listener_) listener_(command, events_);
}

const Top& EngineVenue::apply(const OrderMessage& message, std::int64_t at_ns,
                              std::vector<Report>& reports) {
  MS_CHECK(message.symbol.get() < tops_.size());
  Command& command = message.act == OrderAct::cancel ? cancel_ : place_;
  command.at = Time{at_ns};
  command.account = account_of(agent_of(message.id));
  if (auto* placed = std::get_if<PlaceOrder>(&command.body)) {
    placed->id = message.id;
    placed->symbol = message.symbol;
    placed->side = message.side;
    placed->tif = message.act == OrderAct::immediate ? TimeInForce::ioc : TimeInForce::gtc;
    placed->post_only = message.act == OrderAct::post_only ? PostOnly::reject : PostOnly::no;
    placed->price = message.price;
    placed->quantity = message.quantity;
  } else {
    std::get<CancelOrder>(command.body).id = message.id;
  }
  carry_out(command);
  bid_touched_ = ask_touched_ = false;
  for (const Event& event : events_) report(event, reports);
  look_at_top(message.symbol);
  return tops_[message.symbol.get()];
}

void EngineVenue::report(const Event& event, std::vector<Report>& reports) {
  Report out;
  out.id = event.order;
  out.symbol = event.symbol;
  out.price = event.price;
  out.left = event.left;
  out.side = event.side;
  switch (event.kind) {
    case EventKind::traded: {
      out.quantity = event.quantity;
      reports.push_back(out);
      out.id = event.other;
      out.left = event.other_left;
      out.side = opposite(event.side);
      out.maker = true;
      reports.push_back(out);
      Top& top = tops_[event.symbol.get()];
      (event.side == Side::buy ? top.bought : top.sold) += event.quantity.get();
      top.last = event.price;
      return touch(event.symbol, out.side, event.price);
    }
    case EventKind::canceled:
      out.kind = ReportKind::gone;
      reports.push_back(out);
      return touch(event.symbol, event.side, event.price);
    case EventKind::accepted:
      return touch(event.symbol, event.side, event.price);
    case EventKind::rejected:
      out.kind = ReportKind::refused;
      return reports.push_back(out);
    default:  // what agents do not ask for; the rare ones change whatever they change
      bid_touched_ = ask_touched_ = true;
      return;
  }
}

/// Something at `price` has changed: the top has, unless it is better than that.
void EngineVenue::touch(SymbolId symbol, Side side, Price price) {
  const Top& top = tops_[symbol.get()];
  if (side == Side::buy) {
    bid_touched_ |= price >= top.bid.price || price.get() == 0;
  } else {
    ask_touched_ |= price <= top.ask.price || top.ask.price.get() == 0;
  }
}

void EngineVenue::look_at_top(SymbolId symbol) {
  Top& top = tops_[symbol.get()];
  if (bid_touched_) top.bid = level_of(engine_.best(symbol, Side::buy));
  if (ask_touched_) top.ask = level_of(engine_.best(symbol, Side::sell));
}

void EngineVenue::depth(SymbolId symbol, Side side, std::size_t levels_max,
                        std::vector<Level>& out) const {
  engine_.depth(symbol, side, levels_max, levels_);
  out.clear();
  for (const DepthLevel& level : levels_) out.push_back({level.price, level.quantity});
}

}  // namespace mainstay::exchange::simulation
