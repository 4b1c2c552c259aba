#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"
#include "base/random.hpp"

namespace mainstay::exchange::fast_engine_test {
namespace {

/// A market with 10,000 resting orders, then some commands about them.
std::vector<Command> deep_market() {
  std::vector<Command> out;
  const auto add = [&out](std::uint64_t account, CommandBody body) {
    out.push_back({out.size() + 1, Time{1}, AccountId{account}, std::move(body)});
  };
  Random random{1};
  add(0, DefineAsset{AssetId{1}, Name{"USD"}, 2});
  add(0, DefineAsset{AssetId{2}, Name{"ART"}, 2});
  add(0,
      DefineSymbol{.id = SymbolId{1}, .name = Name{"S"}, .base = AssetId{2}, .quote = AssetId{1}});
  add(1, AdjustBalance{AssetId{1}, 1'000'000'000});
  for (std::uint64_t id = 1; id <= 10'000; ++id) {
    const Price price{1'000 + static_cast<std::uint32_t>(random.below(1'000))};
    add(1, PlaceOrder{
               .id = OrderId{id}, .symbol = SymbolId{1}, .price = price, .quantity = Quantity{2}});
  }
  for (int i = 0; i < 1'000; ++i) {
    const OrderId id{random.below(10'100)};
    switch (random.below(4)) {
      case 0:
        add(1 + random.below(2), CancelOrder{id});
        break;
      case 1:
        add(1, ReduceOrder{id, Quantity{1}});
        break;
      case 2:
        add(1, AmendOrder{.id = id, .price = Price{1'500}});
        break;
      default:
        add(random.below(3), PlaceOrder{.id = id, .symbol = SymbolId{7}, .price = Price{9}});
    }
  }
  return out;
}

/// What comes soon: the command itself, if it is one about an order.
Expected expected(const Command& command) {
  if (const auto* order = std::get_if<PlaceOrder>(&command.body)) {
    return {order->id, true, command.account, order->symbol, order->side, order->price};
  }
  Expected out;
  if (const auto* cancel = std::get_if<CancelOrder>(&command.body)) out.order = cancel->id;
  if (const auto* reduce = std::get_if<ReduceOrder>(&command.body)) out.order = reduce->id;
  if (const auto* amend = std::get_if<AmendOrder>(&command.body)) out.order = amend->id;
  return out;
}

}  // namespace

TEST_CASE("fast engine: an empty one is like an empty naive one") {
  const Engine fast{EngineOptions{}};
  EngineOptions options;
  options.book = BookKind::naive;
  CHECK(fast.state_hash() == Engine{options}.state_hash());
}

TEST_CASE("fast engine: saying what comes soon changes nothing") {
  const std::vector<Command> commands = deep_market();
  Engine with{{.orders_expected = 20'000}};
  Engine without{EngineOptions{}};
  Events with_events;
  Events without_events;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Command& later = commands[std::min(i + Engine::expected_ahead, commands.size() - 1)];
    with.expect(expected(later));
    with.apply(commands[i], with_events);
    without.apply(commands[i], without_events);
  }
  CHECK(with_events == without_events);
  CHECK(with.state_hash() == without.state_hash());
}

}  // namespace mainstay::exchange::fast_engine_test
