// Saving, loading, hashing, and the views.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/command_codec.hpp"
#include "apps/exchange/domain/command_mix.hpp"
#include "apps/exchange/domain/engine_contract.hpp"
#include "apps/exchange/domain/saved_state.hpp"

namespace mainstay::exchange::engine_state_test {
namespace {

/// With something of everything.
std::string saved_state() {
  Scenario market;
  market.play(R"(
    ann buy 1 10@90 show=3 client=abc
    ann buy 2 5@90 hidden gtd=1000
    bob sell 3 5@110 day session=4
    bob buy 4 5 stop=120
    bob sell 5 5@85 stop=88 hidden
    cat sell 6 2@90 post
    cat sell 7 2@90
    ann deposit USD 5 ref=17
    cat suspend
    op phase volatility_call
  )");
  std::string out;
  market.engine().save(out);
  return out;
}

/// All of a definition, for comparing.
std::string encoded(const DefineSymbol& symbol) {
  CommandBatch batch;
  batch.begin(1, {});
  batch.add({.sequence = 1, .at = {}, .account = {}, .body = symbol});
  return std::string{as_text(batch.bytes())};
}

}  // namespace

TEST_CASE("state: what is loaded goes on as what was saved") {
  Scenario market;
  const std::string_view story = R"(
    ann buy 1 10@90 show=3
      accepted 1 10@90
    bob buy 2 4 stop=95
      accepted 2 4@0
    bob buy 3 4 stop=95
      accepted 3 4@0
    cat sell 4 2@99
      accepted 4 2@99
    )";
  check_story(market, story);
  market.save_and_load();
  check_story(market, R"(
    cat sell 5 4@90
      accepted 5 4@90
      traded 5 1 3@90 left 1/7
      refilled 1 3@90
      traded 5 1 1@90 left 0/6
    ann buy 6 1@99
      accepted 6 1@99
      traded 6 4 1@99 left 0/1
      triggered 2
      traded 2 4 1@99 left 3/0
      canceled 2 left 3 unfilled
      triggered 3
      canceled 3 left 4 unfilled
    op bust 1
      busted 1 of 5 1
    )");
}

TEST_CASE("state: every byte counts") {
  const std::string saved = saved_state();
  auto loaded = Engine::load(as_bytes(saved), {});
  REQUIRE(loaded.has_value());
  std::string again;
  loaded->save(again);
  CHECK(again == saved);

  for (std::size_t i = 0; i < saved.size(); ++i) {
    CAPTURE(i);
    std::string damaged = saved;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    REQUIRE_FALSE(Engine::load(as_bytes(damaged), {}).has_value());
    REQUIRE_FALSE(Engine::load(as_bytes(std::string_view{saved}.substr(0, i)), {}).has_value());
  }
  CHECK_FALSE(Engine::load(as_bytes(saved + "x"), {}).has_value());
}

TEST_CASE("state: another version is refused, and not as damage") {
  std::string saved = saved_state();
  saved.front() = 1;
  const auto loaded = Engine::load(as_bytes(saved), {});
  REQUIRE(loaded.has_error());
  CHECK(loaded.error().is(SavedStateErrc::version_other));
  CHECK(loaded.error().detail().find("of version 1, this program reads 2") != std::string::npos);
}

TEST_CASE("state: a symbol is shown the same behind a restart, with its reference of now") {
  Scenario market;
  SymbolRules rules;
  rules.tick_steps = 2;
  rules.ticks = {TickStep{Price{0}, 1}, TickStep{Price{100}, 5}};
  CHECK(market.define(rules, 2) == "      defined\n");
  const auto check_same = [&] {
    const std::vector<SymbolView> before = market.engine().symbols();
    market.save_and_load();
    const std::vector<SymbolView> after = market.engine().symbols();
    REQUIRE(after.size() == 2);
    for (std::size_t i = 0; i < after.size(); ++i) {
      CAPTURE(i);
      CHECK(encoded(after[i].definition) == encoded(before[i].definition));
      CHECK(after[i].last == before[i].last);
      CHECK(after[i].reference == before[i].reference);
      CHECK(after[i].live_orders == before[i].live_orders);
    }
  };
  check_same();
  CHECK(market.engine().symbol(SymbolId{2})->definition.reference == Price{100});
  market.play(R"(
    op phase opening_call
    ann sell 1 5@90
    bob buy 2 4@90
    op phase continuous
  )");
  CHECK(market.engine().symbol(SymbolId{1})->definition.reference == Price{90});
  check_same();
}

TEST_CASE("state: loading with smaller bounds forgets the oldest") {
  Scenario market;
  market.play(R"(
    ann sell 1 5@100
    bob buy 2 1@100
    bob buy 3 1@100
    ann deposit USD 1 ref=1
    ann deposit USD 1 ref=2
  )");
  std::string saved;
  market.engine().save(saved);
  auto engine = Engine::load(as_bytes(saved), {.trades_kept = 1, .references_kept = 1});
  REQUIRE(engine.has_value());
  Events events;
  Sequence sequence = engine->last_sequence();
  const auto first = [&](std::uint64_t account, CommandBody body) {
    events.clear();
    engine->apply({++sequence, Time{9}, AccountId{account}, std::move(body)}, events);
    return events.front();
  };
  CHECK(first(0, BustTrade{SymbolId{1}, TradeId{1}}).reason == Reject::trade_unknown);
  CHECK(first(0, BustTrade{SymbolId{1}, TradeId{2}}).kind == EventKind::busted);
  CHECK(first(1, AdjustBalance{AssetId{1}, 1, 2}).reason == Reject::reference_repeated);
  CHECK(first(1, AdjustBalance{AssetId{1}, 1, 1}).kind == EventKind::balance_changed);
}

TEST_CASE("state: the hash tells any two of these apart") {
  const auto hash_after = [](std::string_view story) {
    Scenario market;
    market.play("ann sell 1 5@100\nbob sell 2 5@100\nann buy 3 5@90 client=a");
    market.play(story);
    return market.engine().state_hash();
  };
  // Always one command more, so that the sequence is no difference.
  const std::vector<std::string_view> stories{"ann reduce 1 1",
                                              "ann amend 1 quantity=6",
                                              "ann amend 1 price=101",
                                              "ann cancel 1",
                                              "bob cancel 2",
                                              "ann amend 3 client=b",
                                              "cat buy 4 1@100",
                                              "ann cancel 9",
                                              "ann deposit USD 1",
                                              "ann deposit USD 1 ref=1",
                                              "op phase halted",
                                              "cat suspend",
                                              "cat buy 4 1@95",
                                              "cat buy 4 1@95 day",
                                              "cat buy 4 1@95 gtd=9",
                                              "cat buy 4 1@95 hidden",
                                              "cat buy 4 2@95 show=1",
                                              "cat buy 4 1@95 post",
                                              "cat buy 4 1@95 stp=both",
                                              "cat buy 4 1@95 stop=120",
                                              "cat buy 4 1@95 session=1",
                                              "cat buy 5 1@95"};
  std::vector<std::uint64_t> hashes;
  for (const std::string_view story : stories) hashes.push_back(hash_after(story));
  std::ranges::sort(hashes);
  CHECK(std::ranges::adjacent_find(hashes) == hashes.end());
}

TEST_CASE("views: orders, symbols, depth") {
  Scenario market;
  market.play(R"(
    ann buy 3 10@90 show=3 client=abc session=5
    ann sell 1 5@110 hidden
    ann buy 2 4@130 stop=120
    ann buy 4 2@91
  )");
  const Engine& engine = market.engine();
  const auto orders = engine.orders(AccountId{1}, 3);
  REQUIRE(orders.size() == 3);
  CHECK(orders[0].placed.id == OrderId{1});
  CHECK(orders[0].placed.hidden);
  CHECK(orders[1].waits);
  CHECK(orders[1].placed.type == OrderType::stop_limit);
  CHECK(orders[1].placed.trigger == Price{120});
  CHECK(orders[2].left == Quantity{10});
  CHECK(orders[2].placed.display == Quantity{3});
  CHECK(orders[2].placed.client.text() == "abc");
  CHECK(orders[2].placed.session == 5);
  CHECK(orders[2].at == Time{1});
  CHECK_FALSE(engine.order(OrderId{9}));
  CHECK(engine.order(OrderId{4})->account == AccountId{1});
  CHECK(engine.find(AccountId{1}, ClientOrderId{"abc"}) == OrderId{3});
  CHECK_FALSE(engine.find(AccountId{2}, ClientOrderId{"abc"}));
  CHECK(engine.symbol(SymbolId{1})->live_orders == 4);
  CHECK_FALSE(engine.symbol(SymbolId{2}));
  CHECK(engine.symbols().size() == 1);
  CHECK(engine.assets().size() == 2);
  std::vector<DepthLevel> levels(7);
  engine.depth(SymbolId{1}, Side::buy, 1, levels);
  REQUIRE(levels.size() == 1);
  CHECK(levels[0].price == Price{91});
  engine.depth(SymbolId{1}, Side::sell, 9, levels);
  CHECK(levels.empty());
}

}  // namespace mainstay::exchange::engine_state_test
