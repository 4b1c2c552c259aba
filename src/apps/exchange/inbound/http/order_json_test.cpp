#include "apps/exchange/inbound/http/order_json.hpp"

#include <array>
#include <limits>
#include <span>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/http/exchange_info.hpp"
#include "apps/exchange/inbound/http/market_json.hpp"
#include "apps/exchange/inbound/http/test_listing.hpp"

namespace mainstay::exchange::order_json_test {
namespace {

PlaceOrder buy() {
  PlaceOrder placed;
  placed.id = OrderId{12};
  placed.symbol = SymbolId{7};
  placed.price = Price{10'025};
  placed.quantity = Quantity{15};
  return placed;
}

PlacedAnswer answer(const PlaceOrder& placed, std::vector<Event> events) {
  for (Event& event : events) event.order = placed.id;
  return placed_answer({.sequence = 12, .at = Time{5'000'000'000}, .account = {}, .body = placed},
                       events, 10);
}

std::string shown(const PlacedAnswer& answer, ResponseType type) {
  std::string out;
  append_placed(out, answer, test_listing(), type);
  return out;
}

Event trade(std::uint32_t price, std::uint32_t quantity, std::uint32_t left) {
  return {.kind = EventKind::traded,
          .trade = TradeId{3},
          .price = Price{price},
          .quantity = Quantity{quantity},
          .left = Quantity{left},
          .fee = 25};
}

TEST_CASE("order json: a new order's answer has three lengths") {
  const PlacedAnswer one =
      answer(buy(), {{.kind = EventKind::accepted, .left = Quantity{15}}, trade(10'000, 5, 10)});
  CHECK(shown(one, ResponseType::ack) ==
        R"({"symbol":"ARTUSD","orderId":12,"orderListId":-1,"clientOrderId":"ms_12",)"
        R"("transactTime":5000})");
  const std::string result = shown(one, ResponseType::result);
  CHECK(result.find(R"("price":"100.25","origQty":"1.5","executedQty":"0.5",)"
                    R"("origQuoteOrderQty":"0.0000","cummulativeQuoteQty":"50.0000",)"
                    R"("status":"PARTIALLY_FILLED","timeInForce":"GTC","type":"LIMIT",)"
                    R"("side":"BUY","selfTradePreventionMode":"NONE","workingTime":5000})") !=
        std::string::npos);
  CHECK(shown(one, ResponseType::full)
            .ends_with(R"("fills":[{"price":"100.00","qty":"0.5","commission":"0.0025",)"
                       R"("commissionAsset":"USD","tradeId":3}]})"));
}

TEST_CASE("order json: the status says what became of an order in its own command") {
  const Event accepted{.kind = EventKind::accepted, .left = Quantity{15}};
  CHECK(answer(buy(), {accepted}).status == OrderStatus::open);
  CHECK(answer(buy(), {accepted, trade(1, 15, 0)}).status == OrderStatus::filled);
  const Event unfilled{.kind = EventKind::canceled, .cause = CancelCause::unfilled};
  CHECK(answer(buy(), {accepted, trade(1, 5, 10), unfilled}).status == OrderStatus::expired);
  CHECK(answer(buy(), {{.kind = EventKind::rejected, .reason = Reject::would_take}}).reject ==
        Reject::would_take);
  for (const Reject nobody : {Reject::not_filled_wholly, Reject::no_liquidity}) {
    const PlacedAnswer expired = answer(buy(), {{.kind = EventKind::rejected, .reason = nobody}});
    CHECK(expired.reject == Reject::none);
    CHECK(status_name(expired.status, expired.cause) == "EXPIRED");
    CHECK(expired.working);
  }
  const PlacedAnswer own =
      answer(buy(), {{.kind = EventKind::rejected, .reason = Reject::self_trade}});
  CHECK(status_name(own.status, own.cause) == "EXPIRED_IN_MATCH");
  PlaceOrder budget = buy();
  budget.type = OrderType::market;
  budget.quantity = Quantity{0};
  budget.budget = 1'000;
  CHECK(answer(budget, {accepted, trade(1, 5, 0)}).status == OrderStatus::filled);
  const Event shrunk{.kind = EventKind::decremented, .quantity = Quantity{2}};
  CHECK(answer(budget, {accepted, trade(1, 5, 0), shrunk}).status == OrderStatus::filled);
  CHECK(answer(budget, {accepted, shrunk, trade(1, 5, 0)}).status == OrderStatus::filled);
  CHECK(answer(budget, {accepted, trade(1, 5, 0), unfilled}).status == OrderStatus::expired);
  CHECK(answer(budget, {accepted, unfilled}).status == OrderStatus::expired);
  PlaceOrder stop = buy();
  stop.type = OrderType::stop_limit;
  CHECK(answer(stop, {accepted}).status == OrderStatus::waiting);
  CHECK(!answer(stop, {accepted}).working);
  CHECK(answer(stop, {accepted, {.kind = EventKind::triggered}}).working);
  CHECK(status_name(OrderStatus::expired, CancelCause::self_trade) == "EXPIRED_IN_MATCH");
  CHECK(status_name(OrderStatus::waiting, {}) == "NEW");
}

TEST_CASE("order json: an order, its end and a fill") {
  OrderRecord record;
  record.placed = buy();
  record.placed.client = ClientOrderId{"my\"1"};
  record.placed.post_only = PostOnly::reject;
  record.status = OrderStatus::canceled;
  record.created = record.working = Time{1'000'000'000};
  record.updated = Time{2'000'000'000};
  std::string out;
  append_order(out, record, test_listing());
  CHECK(out.find(R"("clientOrderId":"my\"1","price":"100.25")") != std::string::npos);
  CHECK(out.find(R"("type":"LIMIT_MAKER")") != std::string::npos);
  CHECK(out.ends_with(R"("stopPrice":"0.00","icebergQty":"0.0","time":1000,"updateTime":2000,)"
                      R"("isWorking":true,"workingTime":1000})"));
  out.clear();
  append_canceled(out, record, test_listing(), "end");
  CHECK(out.find(R"("origClientOrderId":"my\"1","orderId":12,"orderListId":-1,)"
                 R"("clientOrderId":"end","transactTime":2000,)") != std::string::npos);
  out.clear();
  append_fill(out,
              {.trade = TradeId{3},
               .symbol = SymbolId{7},
               .order = OrderId{12},
               .side = Side::sell,
               .maker = true,
               .price = Price{100},
               .quantity = Quantity{5},
               .quote = 5'000,
               .fee = -25,
               .at = Time{1'000'000'000}},
              test_listing());
  CHECK(out == R"({"symbol":"ARTUSD","id":3,"orderId":12,"orderListId":-1,"price":"1.00",)"
               R"("qty":"0.5","quoteQty":"0.5000","commission":"-0.0025",)"
               R"("commissionAsset":"USD","time":1000,"isBuyer":false,"isMaker":true,)"
               R"("isBestMatch":true})");
  CHECK(made_up_id("ms_12") == OrderId{12});
  CHECK(made_up_id("ms_x") == OrderId{0});
  CHECK(made_up_id("12") == OrderId{0});
}

TEST_CASE("market json: the average price of candles, which stops at the largest amount") {
  const auto average = [](std::span<const Candle> rows) {
    std::string out;
    append_average_price(out, rows, Time{60'000'000'000}, test_listing());
    return out;
  };
  Candle candle{.close = Price{95}, .volume = 6, .quote = 6'000};
  const std::array both{candle, Candle{.close = Price{99}, .volume = 2, .quote = 2'400}};
  CHECK(average(both) == R"({"mins":5,"price":"1.05","closeTime":60000})");
  CHECK(average({}) == R"({"mins":5,"price":"0.00","closeTime":60000})");
  candle.quote = std::numeric_limits<Amount>::max();
  const std::array too_much{candle, candle};
  candle.volume = 12;
  CHECK(average(too_much) == average(std::span{&candle, 1}));
  candle.volume = 0;
  CHECK(average(std::span{&candle, 1}) == R"({"mins":5,"price":"0.95","closeTime":60000})");
}

TEST_CASE("market json: books, candles and tickers") {
  std::string out;
  append_depth(out, {7, {{Price{100}, 5, 1}, {Price{99}, 12, 2}}, {}}, test_listing());
  CHECK(out == R"({"lastUpdateId":7,"bids":[["1.00","0.5"],["0.99","1.2"]],"asks":[]})");
  const Candle candle{.begin = Time{60'000'000'000},
                      .open = Price{100},
                      .high = Price{120},
                      .low = Price{90},
                      .close = Price{95},
                      .volume = 6,
                      .quote = 6'000,
                      .bought = 1,
                      .quote_bought = 950,
                      .trades = 3,
                      .first = TradeId{4},
                      .last = TradeId{6}};
  out.clear();
  append_candle(out, candle, Interval::minute_1, test_listing());
  CHECK(out == R"([60000,"1.00","1.20","0.90","0.95","0.6",119999,"0.6000",3,"0.1","0.0950","0"])");
  TickerView view{{candle, Price{80}, Quantity{2}}, {Price{94}, 5, 1}, {}, Time{90'000'000'000}};
  out.clear();
  append_day_ticker(out, view, test_listing(), false);
  CHECK(out.find(R"("priceChange":"-0.05","priceChangePercent":"-5.000",)"
                 R"("weightedAvgPrice":"1.00","prevClosePrice":"0.80","lastQty":"0.2",)"
                 R"("bidPrice":"0.94","bidQty":"0.5","askPrice":"0.00","askQty":"0.0",)") !=
        std::string::npos);
  CHECK(out.ends_with(R"("firstId":4,"lastId":6,"count":3})"));
  out.clear();
  append_book_ticker(out, view, test_listing());
  CHECK(out.starts_with(R"({"symbol":"ARTUSD","bidPrice":"0.94")"));
  out.clear();
  const AuctionOutcome outcome{Price{97}, 12, 5, Side::sell};
  append_auction(out, {Phase::closing_call, outcome, Time{90'000'000'000}}, test_listing());
  CHECK(out == R"({"symbol":"ARTUSD","phase":"closing_call","price":"0.97","quantity":"1.2",)"
               R"("surplus":"0.5","surplusSide":"SELL","time":90000})");
  out.clear();
  append_auction(out, {Phase::halted, {}, Time{0}}, test_listing());
  CHECK(out == R"({"symbol":"ARTUSD","phase":"halted","time":0})");
}

TEST_CASE("market json: trades of one order at one price are one, busted ones none") {
  const auto made = [](std::uint64_t id, std::uint32_t price, std::uint64_t taker) {
    return TradeRecord{.id = TradeId{id},
                       .price = Price{price},
                       .quantity = Quantity{5},
                       .at = Time{1'000'000'000},
                       .taker = Side::sell,
                       .taker_order = OrderId{taker}};
  };
  std::vector<TradeRecord> trades{made(1, 100, 7), made(2, 100, 7), made(3, 99, 7), made(4, 99, 8)};
  trades.push_back(made(5, 99, 8));
  trades.back().busted = true;
  const auto whole = aggregated(trades);
  REQUIRE(whole.size() == 3);
  std::string out;
  append_aggregate(out, whole[0], test_listing());
  CHECK(out == R"({"a":1,"p":"1.00","q":"1.0","f":1,"l":2,"T":1000,"m":true,"M":true})");
  CHECK(whole[2].last == TradeId{4});
}

TEST_CASE("market json: a range of aggregates has whole ones, so paging counts none twice") {
  const auto made = [](std::uint64_t id, std::int64_t at, std::uint64_t taker) {
    return TradeRecord{.id = TradeId{id},
                       .price = Price{100},
                       .quantity = Quantity{5},
                       .at = Time{at},
                       .taker_order = OrderId{taker}};
  };
  const std::vector<TradeRecord> trades{made(1, 10, 7), made(2, 10, 7), made(3, 20, 8),
                                        made(4, 20, 8), made(5, 30, 9)};
  const auto first_ids = [&](const TradeRange& range) {
    std::vector<std::uint64_t> out;
    for (const AggregateTrade& row : aggregated(trades, range)) out.push_back(row.first.get());
    return out;
  };
  using Ids = std::vector<std::uint64_t>;
  CHECK(first_ids({.from_id = 1, .max = 9, .oldest = true}) == Ids{1, 3, 5});
  CHECK(first_ids({.from_id = 2, .max = 9, .oldest = true}) == Ids{3, 5});
  CHECK(first_ids({.from_id = 2, .max = 1, .oldest = true}) == Ids{3});
  CHECK(first_ids({.from = Time{11}, .to = Time{20}, .max = 9, .oldest = true}) == Ids{3});
  CHECK(first_ids({.max = 2}) == Ids{3, 5});
  CHECK(aggregated(trades, {.max = 2}).front().quantity == 10);
}

TEST_CASE("exchange info: filters say the symbol's rules") {
  Listing listing = test_listing();
  listing.definition.rules.notional_min = 50'000;
  listing.definition.rules.static_band_bp = 500;
  listing.definition.rules.ticks = {TickStep{Price{1}, 1}, TickStep{Price{1'000}, 5}};
  listing.definition.rules.tick_steps = 2;
  listing.definition.reference = Price{2'000};
  const Listing* const all[] = {&listing};
  std::string out;
  append_exchange_info(out, all, {.weight_per_minute = 6'000, .orders_live_max = 100}, 1'000);
  for (const char* part :
       {R"("rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE",)",
        R"("baseAsset":"ART","baseAssetPrecision":2,"quoteAsset":"USD")",
        R"({"filterType":"PRICE_FILTER","minPrice":"0.05","maxPrice":"42949672.95",)"
        R"("tickSize":"0.05"})",
        R"({"filterType":"LOT_SIZE","minQty":"0.1","maxQty":"429496729.5","stepSize":"0.1"})",
        R"({"filterType":"NOTIONAL","minNotional":"5.0000")",
        R"("multiplierUp":"1.0500","multiplierDown":"0.9500")",
        R"({"filterType":"ICEBERG_PARTS","limit":100})",
        R"({"filterType":"MAX_NUM_ORDERS","maxNumOrders":100})",
        R"("permissionSets":[["SPOT"]])"}) {
    CAPTURE(part);
    CHECK(out.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace mainstay::exchange::order_json_test
