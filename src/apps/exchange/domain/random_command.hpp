#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "apps/exchange/domain/command.hpp"
#include "base/random.hpp"

namespace mainstay::exchange {

/// A command of any kind with any values, sensible or not. For tests of what carries commands.
class RandomCommand {
 public:
  explicit RandomCommand(std::uint64_t seed) : random_(seed) {}

  Command operator()(Sequence sequence, Time at) {
    Command command;
    command.sequence = sequence;
    command.at = at;
    command.account = any<AccountId>();
    if (random_.below(4) == 0) command.origin = number();
    choose(command.body, random_.below(std::variant_size_v<CommandBody>),
           std::make_index_sequence<std::variant_size_v<CommandBody>>{});
    return command;
  }

 private:
  template <std::size_t... Kinds>
  void choose(CommandBody& body, std::size_t kind, std::index_sequence<Kinds...>) {
    ((kind == Kinds ? fill(body.emplace<Kinds>()) : void()), ...);
  }

  /// Small numbers as well as large ones.
  std::uint64_t number() { return random_.next() >> random_.below(64); }
  template <class StrongType>
  StrongType any() {
    return StrongType{static_cast<typename StrongType::rep>(number())};
  }
  template <class Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(random_.below(static_cast<std::uint64_t>(last) + 1));
  }
  template <class Text>
  Text text() {
    return Text{std::string(random_.below(Text::size_max + 1), 'x')};
  }

  void fill(PlaceOrder& order) {
    order.id = any<OrderId>();
    order.symbol = any<SymbolId>();
    order.side = one_of(Side::sell);
    order.type = one_of(OrderType::stop_limit);
    order.tif = one_of(TimeInForce::fok);
    order.post_only = one_of(PostOnly::slide);
    order.self_trade = one_of(SelfTrade::decrement);
    order.hidden = random_.below(2) == 1;
    order.price = any<Price>();
    order.quantity = any<Quantity>();
    if (random_.below(2) == 0) return;
    order.trigger = any<Price>();
    order.display = any<Quantity>();
    order.budget = static_cast<Amount>(random_.next());
    order.expires = any<Time>();
    order.session = static_cast<std::uint32_t>(number());
    order.client = text<ClientOrderId>();
  }
  void fill(CancelOrder& order) { order.id = any<OrderId>(); }
  void fill(ReduceOrder& order) { order = {any<OrderId>(), any<Quantity>()}; }
  void fill(AmendOrder& order) {
    order = {any<OrderId>(),  any<Price>(),          any<Price>(),
             any<Quantity>(), text<ClientOrderId>(), random_.below(2) == 0};
  }
  void fill(MassCancel& wanted) {
    wanted = {any<SymbolId>(), random_.below(2) == 0, random_.below(2) == 0, one_of(Side::sell),
              static_cast<std::uint32_t>(number())};
  }
  void fill(SetPhase& wanted) { wanted = {any<SymbolId>(), one_of(Phase::halted)}; }
  void fill(AdvanceTime&) {}
  void fill(AdjustBalance& change) {
    change = {any<AssetId>(), static_cast<Amount>(random_.next()), number()};
  }
  void fill(DefineAsset& asset) {
    asset = {any<AssetId>(), text<Name>(), static_cast<std::uint8_t>(number())};
  }
  void fill(SymbolRules& rules) {
    rules.lot_base = static_cast<Amount>(random_.next());
    rules.tick_quote = static_cast<Amount>(random_.next());
    rules.tick_steps = static_cast<std::uint8_t>(number());
    for (TickStep& step : rules.ticks) {
      step = {any<Price>(), static_cast<std::uint32_t>(random_.next())};
    }
    rules.quantity_max = any<Quantity>();
    rules.notional_max = static_cast<Amount>(random_.next());
    rules.maker_fee = static_cast<std::int32_t>(random_.next());
    rules.taker_fee = static_cast<std::int32_t>(random_.next());
    rules.volatility_call_ns = static_cast<std::int64_t>(random_.next());
  }
  void fill(DefineSymbol& symbol) {
    symbol = {any<SymbolId>(),
              text<Name>(),
              any<AssetId>(),
              any<AssetId>(),
              any<Price>(),
              one_of(Phase::halted),
              {}};
    fill(symbol.rules);
  }
  void fill(BustTrade& bust) { bust = {any<SymbolId>(), any<TradeId>()}; }
  void fill(SuspendAccount& wanted) { wanted.suspended = random_.below(2) == 0; }

  Random random_;
};

}  // namespace mainstay::exchange
