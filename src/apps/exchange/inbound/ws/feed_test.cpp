#include "apps/exchange/inbound/ws/feed.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/market_data.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange::feed_test {
namespace {

const SymbolId art{1};
const AccountId ann{1'000};
const AccountId bob{1'001};

/// A venue's lane without a venue: carries out batches, then tells the feed.
struct Lane {
  Engine engine{EngineOptions{}};
  OrderLog orders;
  MarketData market;
  int woken = 0;
  Feed feed{[this] { ++woken; }};
  Events last_events;
  std::optional<Command> last;

  Lane() {
    DefineSymbol symbol;
    symbol.id = art;
    symbol.name = Name{"ARTUSD"};
    symbol.base = AssetId{1};
    symbol.quote = AssetId{2};
    const AdjustBalance money{AssetId{2}, 1'000'000};
    const AdjustBalance goods{AssetId{1}, 1'000};
    run({{{}, DefineAsset{AssetId{1}, Name{"ART"}, 0}},
         {{}, DefineAsset{AssetId{2}, Name{"USD"}, 2}},
         {{}, symbol},
         {ann, money},
         {ann, goods},
         {bob, money},
         {bob, goods}});
  }

  void run(const std::vector<std::pair<AccountId, CommandBody>>& batch) {
    std::vector<std::pair<Command, Events>> done;
    for (const auto& [account, body] : batch) {
      Command command{engine.last_sequence() + 1, Time{1'000'000'000}, account, body};
      if (auto* order = std::get_if<PlaceOrder>(&command.body)) {
        order->id = OrderId{command.sequence};
      }
      Events events;
      engine.apply(command, events);
      orders.on_command(command, events);
      market.on_command(command, events);
      done.emplace_back(std::move(command), std::move(events));
    }
    const Views views{engine, orders, market};
    for (const auto& [command, events] : done) feed.on_outcome({command, events, views});
    feed.on_batch_end(views);
    last = done.back().first;
    last_events = std::move(done.back().second);
  }

  static PlaceOrder order(Side side, std::uint32_t price, std::uint32_t quantity) {
    PlaceOrder out;
    out.symbol = art;
    out.side = side;
    out.price = Price{price};
    out.quantity = Quantity{quantity};
    return out;
  }
};

std::shared_ptr<Interest> everything() {
  auto out = std::make_shared<Interest>();
  out->trades = out->tops = out->touched = {art};
  out->accounts = {ann};
  return out;
}

TEST_CASE("feed: nobody listens, nothing is gathered") {
  Lane lane;
  lane.run({{ann, Lane::order(Side::sell, 100, 5)}, {bob, Lane::order(Side::buy, 100, 5)}});
  CHECK(lane.woken == 0);
  CHECK(lane.feed.take().trades.empty());
}

TEST_CASE("feed: trades each, the best prices once a batch, and one wake-up until it is taken") {
  Lane lane;
  lane.feed.want(everything(), 0);
  lane.run({{ann, Lane::order(Side::sell, 100, 5)},
            {ann, Lane::order(Side::sell, 101, 5)},
            {bob, Lane::order(Side::buy, 101, 7)}});
  lane.run({{bob, Lane::order(Side::buy, 99, 1)}});
  CHECK(lane.woken == 1);
  const Gathered got = lane.feed.take();
  REQUIRE(got.trades.size() == 2);
  CHECK(got.trades[0].second.price == Price{100});
  CHECK(got.trades[1].second.quantity == Quantity{2});
  CHECK(got.touched == std::set<SymbolId>{art});
  REQUIRE(got.tops.size() == 1);
  const Gathered::Top& top = got.tops.begin()->second;
  CHECK(top.view.bid.price == Price{99});
  CHECK(top.view.ask.price == Price{101});
  CHECK(top.view.ask.quantity == 3);
  CHECK(top.sequence == lane.engine.last_sequence());
  CHECK(!got.lost);
  lane.run({{bob, Lane::order(Side::buy, 98, 1)}});  // not the best: no new top
  CHECK(lane.woken == 2);
  CHECK(lane.feed.take().tops.empty());
}

TEST_CASE("feed: what begins on the lane is wanted at once, until it is among what is wanted") {
  Lane lane;
  Interest trades;
  trades.trades = {art};
  Interest news;
  news.accounts = {ann};
  CHECK(lane.feed.begin(trades) == 1);
  CHECK(lane.feed.begin(news) == 2);
  const auto trade = [&] {
    lane.run({{ann, Lane::order(Side::sell, 100, 1)}, {bob, Lane::order(Side::buy, 100, 1)}});
    return lane.feed.take();
  };
  Gathered got = trade();
  CHECK(got.trades.size() == 1);
  CHECK(got.accounts.size() == 1);
  lane.feed.want(std::make_shared<Interest>(trades), 1);  // the second one is on its way
  got = trade();
  CHECK(got.trades.size() == 1);
  CHECK(got.accounts.size() == 1);
  lane.feed.want(nullptr, 2);  // and both have gone again
  got = trade();
  CHECK(got.trades.empty());
  CHECK(got.accounts.empty());
}

TEST_CASE("feed: who begins to listen is told the next best price, whatever it was before") {
  Lane lane;
  Interest tops;
  tops.tops = {art};
  const auto cancel_all = [&] {
    lane.run({{bob, MassCancel{}}});
    return lane.feed.take().tops;
  };
  lane.run({{bob, Lane::order(Side::buy, 99, 1)}});
  auto begun = lane.feed.begin(tops);
  auto got = cancel_all();  // an empty book, which nobody was told before
  REQUIRE(got.size() == 1);
  CHECK(got.at(art).view.bid.quantity == 0);

  lane.run({{bob, Lane::order(Side::buy, 99, 1)}});
  CHECK(lane.feed.take().tops.at(art).view.bid.price == Price{99});
  lane.feed.want(nullptr, begun);
  lane.run({{bob, Lane::order(Side::buy, 100, 1)}});  // nobody listens
  begun = lane.feed.begin(tops);
  lane.run({{bob, MassCancel{}}, {bob, Lane::order(Side::buy, 99, 1)}});  // as it was told last
  got = lane.feed.take().tops;
  REQUIRE(got.size() == 1);
  CHECK(got.at(art).view.bid.price == Price{99});
  CHECK(got.at(art).view.bid.quantity == 1);
}

TEST_CASE("feed: an account is told each step of its orders, as far as they had come") {
  Lane lane;
  lane.feed.want(everything(), 0);
  lane.run({{ann, Lane::order(Side::sell, 100, 10)},
            {bob, Lane::order(Side::buy, 100, 4)},
            {bob, Lane::order(Side::buy, 100, 6)}});
  const Gathered got = lane.feed.take();
  REQUIRE(got.accounts.size() == 1);
  const Gathered::AccountNews& news = got.accounts.front();
  CHECK(news.account == ann);
  REQUIRE(news.executions.size() == 3);
  const auto& steps = news.executions;
  CHECK(steps[0].type == "NEW");
  CHECK(steps[0].record.status == OrderStatus::open);
  CHECK(steps[0].record.executed == 0);
  CHECK(steps[1].type == "TRADE");
  CHECK(steps[1].record.status == OrderStatus::partially_filled);
  CHECK(steps[1].record.executed == 4);
  CHECK(steps[1].record.quote == 400);
  CHECK(steps[1].maker);
  CHECK(steps[2].record.status == OrderStatus::filled);
  CHECK(steps[2].record.executed == 10);
  CHECK(steps[2].last_quantity == Quantity{6});
  REQUIRE(news.balances.size() == 2);
  CHECK(news.balances[0].second.free == 990);
  CHECK(news.balances[1].second.free == 1'001'000);

  lane.run({{ann, AdjustBalance{AssetId{2}, 5}}});
  const Gathered deposit = lane.feed.take();
  REQUIRE(deposit.accounts.size() == 1);
  CHECK(deposit.accounts[0].deposits.at(0).by == 5);
  CHECK(deposit.accounts[0].balances.at(0).second.free == 1'001'005);
}

TEST_CASE("feed: FOK and market orders that find nobody are new, then expired, as IOC is") {
  Lane lane;
  lane.feed.want(everything(), 0);
  PlaceOrder fok = Lane::order(Side::buy, 100, 5);
  PlaceOrder ioc = fok;
  PlaceOrder market = Lane::order(Side::buy, 0, 5);
  fok.tif = TimeInForce::fok;
  ioc.tif = TimeInForce::ioc;
  market.type = OrderType::market;
  for (const PlaceOrder& order : {ioc, fok, market}) {
    lane.run({{ann, order}});
    const Gathered got = lane.feed.take();
    REQUIRE(got.accounts.size() == 1);
    const auto& steps = got.accounts.front().executions;
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].type == "NEW");
    CHECK(steps[0].record.status == OrderStatus::open);
    CHECK(steps[1].type == "EXPIRED");
    CHECK(steps[1].record.status == OrderStatus::expired);
    CHECK(steps[1].record.placed.id == OrderId{lane.engine.last_sequence()});
    CHECK(got.accounts.front().balances.size() == 2);
  }
  lane.run({{ann, Lane::order(Side::buy, 0, 5)}});  // no price: refused
  CHECK(lane.feed.take().accounts.empty());
}

TEST_CASE("feed: a budget's order is filled by its last trade, in part by those before") {
  Lane lane;
  lane.feed.want(everything(), 0);
  lane.run({{bob, AdjustBalance{AssetId{1}, 100}},
            {bob, Lane::order(Side::sell, 100, 2)},
            {bob, Lane::order(Side::sell, 101, 2)}});
  PlaceOrder buy = Lane::order(Side::buy, 0, 0);
  buy.type = OrderType::market;
  buy.budget = 301;
  lane.run({{ann, buy}});
  const Gathered got = lane.feed.take();
  REQUIRE(got.accounts.size() == 1);
  const auto& steps = got.accounts.front().executions;
  REQUIRE(steps.size() == 3);
  CHECK(steps[0].record.status == OrderStatus::open);
  CHECK(steps[1].record.status == OrderStatus::partially_filled);
  CHECK(steps[1].record.executed == 2);
  CHECK(steps[2].record.status == OrderStatus::filled);
  CHECK(steps[2].record.executed == 3);
}

TEST_CASE("feed: what self-trade prevention takes away wholly is over") {
  Lane lane;
  lane.feed.want(everything(), 0);
  PlaceOrder buy = Lane::order(Side::buy, 100, 3);
  buy.self_trade = SelfTrade::decrement;
  lane.run({{ann, Lane::order(Side::sell, 100, 5)}, {ann, buy}});
  const Gathered got = lane.feed.take();
  REQUIRE(got.accounts.size() == 1);
  const auto& steps = got.accounts.front().executions;
  REQUIRE(steps.size() == 4);
  CHECK(steps[2].type == "TRADE_PREVENTION");
  CHECK(steps[2].record.placed.side == Side::buy);
  CHECK(steps[2].record.status == OrderStatus::expired);
  CHECK(steps[2].record.cause == CancelCause::self_trade);
  CHECK(steps[3].record.status == OrderStatus::open);  // two are left
}

TEST_CASE("feed: what an order trades later in the batch is not in what it is told before") {
  Lane lane;
  lane.feed.want(everything(), 0);
  lane.run({{ann, Lane::order(Side::sell, 100, 10)}});
  (void)lane.feed.take();
  const OrderId sale{lane.engine.last_sequence()};
  lane.run(
      {{ann, ReduceOrder{.id = sale, .by = Quantity{3}}}, {bob, Lane::order(Side::buy, 100, 4)}});
  const Gathered got = lane.feed.take();
  REQUIRE(got.accounts.size() == 1);
  const auto& steps = got.accounts.front().executions;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].type == "REPLACED");
  CHECK(steps[0].record.status == OrderStatus::open);
  CHECK(steps[1].record.status == OrderStatus::partially_filled);
}

TEST_CASE("feed: a bust tells what both accounts have, however many fills came behind the trade") {
  Lane lane;
  lane.orders = OrderLog{OrderLogOptions{.fills_per_account_max = 1}};
  const auto wanted = everything();
  wanted->accounts.insert(bob);
  lane.feed.want(wanted, 0);
  lane.run({{ann, Lane::order(Side::sell, 100, 3)},
            {bob, Lane::order(Side::buy, 100, 1)},
            {bob, Lane::order(Side::buy, 100, 2)}});
  (void)lane.feed.take();
  lane.run({{{}, BustTrade{art, TradeId{1}}}});
  const Gathered got = lane.feed.take();
  REQUIRE(got.accounts.size() == 2);
  for (const auto& one : got.accounts) CHECK(one.balances.size() == 2);
}

TEST_CASE("feed: what waits too long is dropped, and that is said") {
  Lane lane;
  lane.feed.want(everything(), 0);
  lane.run({{ann, Lane::order(Side::sell, 100, 5)}});
  lane.run({{bob, Lane::order(Side::buy, 100, 1)}});
  const Views views{lane.engine, lane.orders, lane.market};
  for (std::size_t i = 0; i <= Limits::stream_backlog_max; ++i) {
    lane.feed.on_outcome({*lane.last, lane.last_events, views});
    lane.feed.on_batch_end(views);
  }
  const Gathered got = lane.feed.take();
  CHECK(got.lost);
  CHECK(got.trades.size() <= Limits::stream_backlog_max);
  CHECK(!lane.feed.take().lost);
}

}  // namespace
}  // namespace mainstay::exchange::feed_test
