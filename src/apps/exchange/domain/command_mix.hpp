#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "base/random.hpp"

namespace mainstay::exchange {

/// A seeded stream of commands of every kind, as a wild market would have them: three symbols of
/// different rules, twenty accounts, all types and properties of orders, phases, bands, money that
/// comes and goes, and now and then nonsense. The same seed gives the same commands; it knows
/// nothing of what becomes of them. For tests and benches.
class CommandMix {
 public:
  static constexpr std::uint32_t symbols = 3;
  static constexpr std::uint64_t accounts = 20;
  static constexpr std::uint32_t assets = 1 + symbols;  // the first is what all are paid in

  explicit CommandMix(std::uint64_t seed) : random_(seed) { mids_.fill(200); }

  /// The first ones define the market; sequences go on from 1.
  Command next() {
    Command command{.sequence = ++sequence_, .body = CancelOrder{}};
    now_ += static_cast<std::int64_t>(random_.below(2'000'000));
    command.at = Time{now_};
    if (!define(command)) choose(command);
    return command;
  }

 private:
  struct Placed {
    OrderId id{};
    AccountId account{};
    SymbolId symbol{};
  };

  bool one_in(std::uint64_t chances) { return random_.below(chances) == 0; }
  std::uint32_t up_to(std::uint32_t most) {
    return 1 + static_cast<std::uint32_t>(random_.below(most));
  }
  SymbolId any_symbol() { return SymbolId{up_to(symbols)}; }
  AccountId any_account() { return AccountId{1 + random_.below(accounts)}; }

  bool define(Command& command) {
    const Sequence step = sequence_ - 1;
    if (step < assets) {
      const auto id = static_cast<std::uint32_t>(step) + 1;
      command.body = DefineAsset{AssetId{id}, Name{"A" + std::to_string(id)}, 2};
    } else if (step < assets + symbols) {
      command.body = definition(static_cast<std::uint32_t>(step - assets) + 1);
    } else if (step < assets + symbols + accounts * assets) {
      const std::uint64_t which = step - assets - symbols;
      command.account = AccountId{1 + which / assets};
      const AssetId asset{1 + static_cast<std::uint32_t>(which % assets)};
      command.body = AdjustBalance{asset, asset.get() == 1 ? 400'000 : 3'000};
    } else {
      return false;
    }
    return true;
  }

  DefineSymbol definition(std::uint32_t id) {
    DefineSymbol symbol{.id = SymbolId{id},
                        .name = Name{"S" + std::to_string(id)},
                        .base = AssetId{id + 1},
                        .quote = AssetId{1},
                        .reference = Price{200}};
    SymbolRules& rules = symbol.rules;
    if (id == 2) {
      rules.maker_fee = -150 + static_cast<std::int32_t>(random_.below(100));
      rules.taker_fee = 400 + static_cast<std::int32_t>(random_.below(4'000));
      rules.dynamic_band_bp = 400;
      rules.market_collar_bp = 200;
      rules.volatility_call_ns = 20'000'000;
    }
    if (id == 3) {
      rules.lot_base = 2;
      rules.tick_quote = 3;
      rules.ticks[1] = {Price{200}, 2};
      rules.tick_steps = 2;
      rules.quantity_step = Quantity{2};
      rules.quantity_max = Quantity{200};
      rules.notional_min = 500;
      rules.notional_max = 100'000;
      rules.maker_fee = static_cast<std::int32_t>(random_.below(3'000));
      rules.taker_fee = 700;
      rules.static_band_bp = 2'500;
    }
    return symbol;
  }

  void choose(Command& command) {
    const std::uint64_t dice = random_.below(10'000);
    command.account = any_account();
    if (dice < 5'500) return place(command);
    if (dice < 9'000) return change(command, dice);
    if (dice < 9'500) {
      command.body = AdvanceTime{};
    } else if (dice < 9'800) {
      command.body = adjustment();
    } else {
      operate(command, dice);
    }
  }

  void place(Command& command) {
    const SymbolId symbol = one_in(2'000) ? SymbolId{9} : any_symbol();
    std::uint32_t& mid = mids_[symbol.get() % mids_.size()];
    mid =
        std::clamp<std::uint32_t>(mid + static_cast<std::uint32_t>(random_.below(3)) - 1, 120, 300);
    PlaceOrder order{.id = OrderId{command.sequence}, .symbol = symbol};
    order.side = one_in(2) ? Side::buy : Side::sell;
    order.quantity = Quantity{2 * up_to(one_in(20) ? 90 : 15)};
    if (one_in(50)) order.quantity = Quantity{up_to(30)};
    shape(order, mid);
    if (one_in(20)) order.client = ClientOrderId{"c" + std::to_string(random_.below(200))};
    if (one_in(4)) order.session = up_to(4);
    if (one_in(500)) nonsense(order);
    if (one_in(500)) order.id = placed_.empty() ? order.id : any_placed().id;
    command.body = order;
    const Placed placed{order.id, command.account, symbol};
    const bool rests = order.type != OrderType::market && order.tif != TimeInForce::ioc &&
                       order.tif != TimeInForce::fok;
    if (!rests && !one_in(20)) return;
    if (placed_.size() < remembered) {
      placed_.push_back(placed);
    } else {
      placed_[random_.below(remembered)] = placed;
    }
  }

  /// Type, prices, time in force and properties.
  void shape(PlaceOrder& order, std::uint32_t mid) {
    const bool buys = order.side == Side::buy;
    const std::uint32_t away = static_cast<std::uint32_t>(random_.below(one_in(8) ? 40 : 8));
    const bool aggressive = one_in(6);
    order.price = Price{(buys != aggressive ? mid - away : mid + away) & ~1U};
    constexpr std::array modes{SelfTrade::cancel_taker, SelfTrade::cancel_maker,
                               SelfTrade::cancel_both, SelfTrade::decrement};
    if (one_in(2)) order.self_trade = modes[random_.below(modes.size())];
    const std::uint64_t dice = random_.below(100);
    if (dice < 8) {
      order.type = OrderType::market;
      order.price = {};
      if (buys && one_in(3)) {
        order.quantity = {};
        order.budget = 100 + static_cast<Amount>(random_.below(20'000));
      }
    } else if (dice < 18) {
      order.type = dice < 13 ? OrderType::stop : OrderType::stop_limit;
      order.trigger = Price{(buys ? mid + away : mid - away) & ~1U};
      if (dice < 13) order.price = {};
    }
    tif(order);
    if (order.type == OrderType::stop || order.type == OrderType::market) return;
    if (one_in(12)) order.hidden = true;
    if (one_in(8) && !order.hidden) {
      order.display = Quantity{2 * up_to(std::max(order.quantity.get() / 4, 1U))};
    }
    if (one_in(10)) order.post_only = one_in(2) ? PostOnly::reject : PostOnly::slide;
  }

  void tif(PlaceOrder& order) {
    const std::uint64_t dice = random_.below(100);
    if (dice < 12) {
      order.tif = dice < 7 ? TimeInForce::ioc : TimeInForce::fok;
    } else if (dice < 26) {
      order.tif = dice < 18 ? TimeInForce::day : TimeInForce::gtd;
      if (dice >= 18)
        order.expires = Time{now_ + static_cast<std::int64_t>(random_.below(400'000'000))};
    }
  }

  void nonsense(PlaceOrder& order) {
    switch (random_.below(6)) {
      case 0:
        order.quantity = {};
        break;
      case 1:
        order.price = {};
        break;
      case 2:
        order.trigger = Price{up_to(400)};
        break;
      case 3:
        order.quantity = Quantity{0xFFFFFFFF};
        order.price = Price{0xFFFFFFFE};
        break;
      case 4:
        order.price = Price{up_to(0xFFFFFFFE)};
        break;
      default:
        order.display = order.quantity;
        order.hidden = true;
    }
  }

  const Placed& any_placed() { return placed_[random_.below(placed_.size())]; }

  void change(Command& command, std::uint64_t dice) {
    if (placed_.empty()) {
      command.body = AdvanceTime{};
      return;
    }
    Placed& chosen = placed_[random_.below(placed_.size())];
    const Placed placed = chosen;
    if (!one_in(50)) command.account = placed.account;
    if (dice < 7'000) {
      command.body = CancelOrder{placed.id};
      if (one_in(20)) return;  // and again
      forget(chosen);
    } else if (dice < 7'400) {
      command.body = ReduceOrder{placed.id, Quantity{2 * up_to(10) - (one_in(10) ? 1 : 0)}};
    } else {
      AmendOrder amend{.id = placed.id};
      const std::uint32_t mid = mids_[placed.symbol.get() % mids_.size()];
      if (one_in(2)) amend.price = Price{(mid - 12 + up_to(24)) & ~1U};
      if (one_in(10)) amend.trigger = Price{(mid - 20 + up_to(40)) & ~1U};
      if (one_in(3)) amend.quantity = Quantity{2 * up_to(20)};
      if (one_in(20)) amend.client = ClientOrderId{"c" + std::to_string(random_.below(200))};
      command.body = amend;
      if (one_in(3)) forget(chosen);
    }
  }
  void forget(Placed& placed) {
    placed = placed_.back();
    placed_.pop_back();
  }

  AdjustBalance adjustment() {
    AdjustBalance out{.asset = AssetId{up_to(assets + (one_in(100) ? 1 : 0))}};
    out.amount = static_cast<Amount>(random_.below(out.asset.get() == 1 ? 20'000 : 200));
    if (one_in(3)) out.amount = -out.amount;
    if (one_in(500)) out.amount = INT64_MAX;
    if (one_in(4)) out.reference = up_to(50);
    return out;
  }

  void operate(Command& command, std::uint64_t dice) {
    if (dice < 9'815) {
      MassCancel mass{.symbol = any_symbol(), .any_symbol = one_in(2), .any_side = one_in(2)};
      if (one_in(2)) mass.session = up_to(4);
      if (mass.session != 0 && one_in(20)) command.account = {};
      command.body = mass;
    } else if (dice < 9'930) {
      const bool trades = !one_in(4);
      const auto phase = trades ? Phase::continuous : static_cast<Phase>(random_.below(6));
      command.body = SetPhase{any_symbol(), phase};
    } else if (dice < 9'960) {
      const std::uint64_t trades = 1 + sequence_ / 8;
      command.body = BustTrade{any_symbol(), TradeId{1 + random_.below(trades)}};
    } else if (dice < 9'985) {
      // Mostly the last account, so that not all of them come to a stop.
      const bool any = one_in(2);
      if (!any) command.account = AccountId{accounts};
      command.body = SuspendAccount{one_in(any ? 20 : 2)};
    } else if (dice < 9'995) {
      DefineSymbol symbol = definition(up_to(symbols));
      if (one_in(5)) symbol.rules.lot_base = 7;
      command.body = symbol;
    } else {
      command.body = DefineAsset{AssetId{up_to(assets)}, Name{"A1"}, 2};
    }
  }

  static constexpr std::size_t remembered = 300;

  Random random_;
  Sequence sequence_ = 0;
  std::int64_t now_ = 1'700'000'000'000'000'000;
  std::array<std::uint32_t, symbols + 1> mids_{};
  std::vector<Placed> placed_;
};

}  // namespace mainstay::exchange
