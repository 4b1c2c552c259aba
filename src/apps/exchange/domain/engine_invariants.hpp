#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/domain/amounts.hpp"
#include "apps/exchange/domain/engine.hpp"

namespace mainstay::exchange {

/// For tests: what must hold after every command, seen from outside.
class Invariants {
 public:
  /// Of all accounts that may have something; the venue's is one of them.
  explicit Invariants(std::vector<AccountId> accounts) : accounts_(std::move(accounts)) {}

  /// Call for every command; `events` are its own. What is wrong, or "".
  std::string check(const Engine& engine, std::span<const Event> events) {
    for (const Event& event : events) {
      if (event.kind == EventKind::balance_changed) deposited_[event.asset] += event.amount;
      if (event.kind == EventKind::rejected && events.size() != 1) return "rejected, and more";
    }
    for (const DefineAsset& asset : engine.assets()) {
      if (total(engine, asset.id) != deposited_[asset.id]) return "money came or went";
    }
    if (std::string wrong = check_holds(engine); !wrong.empty()) return wrong;
    for (const SymbolView& symbol : engine.symbols()) {
      if (symbol.definition.phase == Phase::continuous && is_crossed(symbol.definition.id)) {
        return "crossed book";
      }
    }
    return {};
  }

 private:
  static WideAmount total(const Engine& engine, AssetId asset) {
    const auto [high, low] = engine.total(asset);
    return static_cast<WideAmount>(high) * (static_cast<WideAmount>(1) << 64U) + low;
  }

  /// What is held is what live orders need, and nobody has less than nothing.
  std::string check_holds(const Engine& engine) {
    needed_.clear();
    best_.clear();
    for (const AccountId account : accounts_) {
      for (const OrderView& order : engine.orders(account, 1'000'000)) add(engine, order);
    }
    for (const AccountId account : accounts_) {
      for (const DefineAsset& asset : engine.assets()) {
        const Balance balance = engine.balance(account, asset.id);
        if (balance.free < 0 || balance.held < 0) return "negative balance";
        if (balance.held != needed_[{account, asset.id}]) return "held is not what orders need";
      }
    }
    return {};
  }

  void add(const Engine& engine, const OrderView& order) {
    const DefineSymbol symbol = engine.symbol(order.placed.symbol)->definition;
    const SymbolRules& rules = symbol.rules;
    const Price price = order.placed.price == Price{} ? order.placed.trigger : order.placed.price;
    const std::uint32_t left = order.left.get();
    if (order.placed.side == Side::sell) {
      needed_[{order.account, symbol.base}] += left * rules.lot_base;
    } else {
      const std::int32_t rate = std::max({rules.maker_fee, rules.taker_fee, 0});
      needed_[{order.account, symbol.quote}] +=
          *hold(known_notional(price, left, rules.tick_quote), rate);
    }
    if (order.waits) return;
    auto [at, is_new] = best_.try_emplace({symbol.id, order.placed.side}, price);
    const bool better = order.placed.side == Side::buy ? price > at->second : price < at->second;
    if (better) at->second = price;
  }

  [[nodiscard]] bool is_crossed(SymbolId symbol) const {
    const auto bid = best_.find({symbol, Side::buy});
    const auto ask = best_.find({symbol, Side::sell});
    return bid != best_.end() && ask != best_.end() && bid->second >= ask->second;
  }

  std::vector<AccountId> accounts_;
  std::map<AssetId, WideAmount> deposited_;
  std::map<std::pair<AccountId, AssetId>, Amount> needed_;
  std::map<std::pair<SymbolId, Side>, Price> best_;  // hidden ones too
};

}  // namespace mainstay::exchange
