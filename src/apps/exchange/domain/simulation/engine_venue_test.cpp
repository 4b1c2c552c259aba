#include "apps/exchange/domain/simulation/engine_venue.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/domain/simulation/market_scenario.hpp"

namespace mainstay::exchange::simulation::engine_venue_test {
namespace {

constexpr std::int64_t second = 1'000'000'000;
const SymbolId symbol{0};

std::unique_ptr<EngineVenue> venue_of(const EngineVenueOptions& options) {
  return EngineVenue::make(options).value();
}

OrderMessage order(AgentNumber agent, std::uint32_t number, OrderAct act, Side side,
                   std::uint32_t price, std::uint32_t lots) {
  return {order_id(agent, number), symbol, Price{price}, Quantity{lots}, act, side};
}

MarketScenario small_market() {
  MarketScenario scenario;
  scenario.zero_intelligence = 40;
  scenario.parlour_traders = 10;
  scenario.momentum_traders = 5;
  scenario.arrivals_per_second = 3;
  return scenario;
}

}  // namespace

TEST_CASE("engine venue: orders trade, rest and go, and everybody hears of its own") {
  const auto venue = venue_of({.agents = 2});
  std::vector<Report> reports;
  venue->apply(order(0, 0, OrderAct::limit, Side::sell, 101, 5), 10, reports);
  CHECK(reports.empty());
  const Top& top = venue->apply(order(1, 0, OrderAct::immediate, Side::buy, 103, 7), 20, reports);
  REQUIRE(reports.size() == 3);
  CHECK(reports[0].id == order_id(1, 0));
  CHECK(reports[0].left == Quantity{2});
  CHECK(reports[0].price == Price{101});
  CHECK_FALSE(reports[0].maker);
  CHECK(reports[1].id == order_id(0, 0));
  CHECK(reports[1].side == Side::sell);
  CHECK(reports[1].quantity == Quantity{5});
  CHECK(reports[1].left == Quantity{0});
  CHECK(reports[1].maker);
  CHECK(reports[2].kind == ReportKind::gone);
  CHECK(reports[2].left == Quantity{2});
  CHECK(top.bought == 5U);
  CHECK(top.last == Price{101});

  reports.clear();
  venue->apply(order(0, 1, OrderAct::limit, Side::buy, 99, 4), 30, reports);
  CHECK(top.bid == Level{Price{99}, 4});
  venue->apply(order(1, 1, OrderAct::post_only, Side::sell, 99, 4), 40, reports);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].kind == ReportKind::refused);
  venue->apply(order(0, 1, OrderAct::cancel, Side::buy, 0, 0), 50, reports);
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].kind == ReportKind::gone);
  CHECK(reports[1].left == Quantity{4});
  CHECK(top.bid == Level{});
  venue->apply(order(0, 1, OrderAct::cancel, Side::buy, 0, 0), 60, reports);
  CHECK(reports[2].kind == ReportKind::refused);
}

TEST_CASE("engine venue: depth, best first") {
  const auto venue = venue_of({.agents = 1});
  std::vector<Report> reports;
  for (std::uint32_t i = 0; i < 5; ++i) {
    venue->apply(order(0, i, OrderAct::limit, Side::buy, 90 + i, 1 + i), 10, reports);
  }
  std::vector<Level> levels;
  venue->depth(symbol, Side::buy, 2, levels);
  CHECK(levels == std::vector<Level>{{Price{94}, 5}, {Price{93}, 4}});
  venue->depth(symbol, Side::sell, 2, levels);
  CHECK(levels.empty());
}

TEST_CASE("engine venue: the top is the first of the depth, after every message") {
  const auto venue = venue_of({.agents = 3});
  models::CounterRandom random{1, 1};
  std::vector<Report> reports;
  std::vector<Level> levels;
  for (std::uint32_t n = 0; n < 1'500; ++n) {
    const auto agent = static_cast<AgentNumber>(random.below(3));
    const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
    auto message =
        order(agent, n, OrderAct::limit, side, static_cast<std::uint32_t>(random.between(90, 110)),
              static_cast<std::uint32_t>(random.between(1, 9)));
    if (random.below(3) == 0) {
      message.act = static_cast<OrderAct>(random.between(1, 3));
      if (message.act == OrderAct::cancel) {
        message.id = order_id(agent, static_cast<std::uint32_t>(random.below(n + 1)));
      }
    }
    const Top& top = venue->apply(message, n, reports);
    venue->depth(symbol, Side::buy, 1, levels);
    CHECK(top.bid == (levels.empty() ? Level{} : levels[0]));
    venue->depth(symbol, Side::sell, 1, levels);
    CHECK(top.ask == (levels.empty() ? Level{} : levels[0]));
  }
  CHECK(reports.size() > 1'000);
}

TEST_CASE("engine venue: a market of all agents; money and units are neither made nor lost") {
  const auto scenario = small_market();
  const auto run = [&](std::uint64_t seed) {
    EngineVenueOptions options;
    options.agents = static_cast<std::uint32_t>(scenario.agents());
    options.rules.taker_fee = 200;
    const auto venue = venue_of(options);
    const auto before =
        std::pair{venue->engine().total(AssetId{0}), venue->engine().total(AssetId{1})};
    Kernel kernel{{.seed = seed}, *venue};
    REQUIRE(populate(kernel, scenario, seed).has_value());
    CHECK(kernel.run_until(20 * second));
    CHECK(kernel.counts().reports > 300U);
    CHECK(before.first == venue->engine().total(AssetId{0}));
    CHECK(before.second == venue->engine().total(AssetId{1}));
    CHECK(venue->engine().balance(AccountId{0}, AssetId{0}).free > 0);  // fees
    return kernel.digest() ^ venue->state_hash();
  };
  const auto first = run(1);
  CHECK(first == run(1));
  CHECK(first != run(2));
}

TEST_CASE("engine venue: who listened can replay the simulation into another engine") {
  std::vector<Command> heard;
  const auto venue = venue_of({.agents = 60});
  const auto scenario = small_market();
  venue->listen([&](const Command& command, const Events&) { heard.push_back(command); });
  Kernel kernel{{.seed = 4}, *venue};
  REQUIRE(populate(kernel, scenario, 4).has_value());
  CHECK(kernel.run_until(5 * second));
  const auto setup = venue_of({.agents = 60, .engine = {.book = BookKind::naive}});
  std::string saved;
  setup->engine().save(saved);
  auto replayed = Engine::load(mainstay::as_bytes(saved), {.book = BookKind::naive});
  REQUIRE(replayed.has_value());
  Events events;
  for (const Command& command : heard) {
    events.clear();
    replayed->apply(command, events);
  }
  CHECK(heard.size() > 100);
  CHECK(replayed->state_hash() == venue->state_hash());
}

TEST_CASE("engine venue: rules that the engine rejects are refused") {
  EngineVenueOptions options;
  options.rules.lot_base = 0;
  const auto made = EngineVenue::make(options);
  REQUIRE(made.has_error());
  CHECK(made.error().detail().find("definition_invalid") != std::string::npos);
}

}  // namespace mainstay::exchange::simulation::engine_venue_test
