#include "apps/exchange/domain/market_data.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::market_data_test {
namespace {

const SymbolId art{1};
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t day = 86'400 * second;
constexpr std::int64_t start = 20'000 * day;  // 2024-10-04, a Friday

struct Tape {
  MarketData data;
  std::uint64_t trades = 0;

  explicit Tape(MarketDataOptions options = {}) : data(options) {
    DefineSymbol symbol;
    symbol.id = art;
    symbol.rules.tick_quote = 10;
    const std::vector<Event> events{{.kind = EventKind::defined, .symbol = art}};
    data.on_command({.sequence = 1, .at = Time{start}, .account = {}, .body = symbol}, events);
  }

  void trade(std::int64_t at, std::uint32_t price, std::uint32_t quantity = 1,
             Side side = Side::buy) {
    ++trades;
    const std::vector<Event> events{{.kind = EventKind::traded,
                                     .side = side,
                                     .symbol = art,
                                     .trade = TradeId{trades},
                                     .price = Price{price},
                                     .quantity = Quantity{quantity}}};
    data.on_command({.sequence = trades + 1, .at = Time{at}, .account = {}, .body = AdvanceTime{}},
                    events);
  }

  std::vector<Candle> candles(MarketData::CandleQuery query, std::int64_t now) {
    std::vector<Candle> out;
    data.candles(art, query, Time{now}, out);
    return out;
  }
};

TEST_CASE("market data: intervals begin where calendars say") {
  CHECK(parse_interval("1M") == Interval::month_1);
  CHECK(parse_interval("1m") == Interval::minute_1);
  CHECK(!parse_interval("7m").has_value());
  CHECK(to_text(Interval::hour_12) == "12h");
  const Time friday{start + 3'661 * second};
  CHECK(begin_of(Interval::second_1, friday) == friday);
  CHECK(begin_of(Interval::minute_1, friday).get() == start + 3'660 * second);
  CHECK(begin_of(Interval::day_1, friday).get() == start);
  CHECK(begin_of(Interval::week_1, friday).get() == start - 4 * day);   // Monday
  CHECK(begin_of(Interval::month_1, friday).get() == start - 3 * day);  // October 1st
  CHECK(next_begin(Interval::month_1, Time{start - 3 * day}).get() == start + 28 * day);
  CHECK(shifted(Interval::month_1, Time{start - 3 * day}, -1).get() == start - 33 * day);
}

TEST_CASE("market data: a candle has its trades, and the next begins with the next interval") {
  Tape tape;
  tape.trade(start + 1 * second, 100, 2);
  tape.trade(start + 1 * second, 120, 3, Side::sell);
  tape.trade(start + 59 * second, 90);
  tape.trade(start + 60 * second, 95);
  const auto minutes = tape.candles({.interval = Interval::minute_1}, start + 61 * second);
  REQUIRE(minutes.size() == 2);
  const Candle& first = minutes[0];
  CHECK(first.begin == Time{start});
  CHECK(first.open == Price{100});
  CHECK(first.high == Price{120});
  CHECK(first.low == Price{90});
  CHECK(first.close == Price{90});
  CHECK(first.volume == 6);
  CHECK(first.quote == 10 * (2 * 100 + 3 * 120 + 90));
  CHECK(first.bought == 3);
  CHECK(first.quote_bought == 10 * (2 * 100 + 90));
  CHECK(first.trades == 3);
  CHECK(first.first == TradeId{1});
  CHECK(first.last == TradeId{3});
  CHECK(minutes[1].open == Price{95});
  CHECK(tape.candles({.interval = Interval::day_1}, start + 61 * second)[0].trades == 4);
  CHECK(tape.data.current_candle(art, Interval::hour_1, Time{start + 61 * second})->trades == 4);
  CHECK(!tape.data.current_candle(SymbolId{2}, Interval::hour_1, Time{start}).has_value());
}

TEST_CASE("market data: intervals without trades are flat at the price before") {
  Tape tape;
  tape.trade(start, 100);
  tape.trade(start + 3 * minute, 110);
  const auto now = start + 5 * minute + second;
  const auto minutes = tape.candles({.interval = Interval::minute_1}, now);
  REQUIRE(minutes.size() == 6);
  CHECK(minutes[1].open == Price{100});
  CHECK(minutes[1].trades == 0);
  CHECK(minutes[3].close == Price{110});
  CHECK(minutes[5].begin == Time{start + 5 * minute});
  CHECK(minutes[5].close == Price{110});

  const auto newest = tape.candles({.interval = Interval::minute_1, .max = 2}, now);
  REQUIRE(newest.size() == 2);
  CHECK(newest[0].begin == Time{start + 4 * minute});
  const auto oldest = tape.candles(
      {.interval = Interval::minute_1, .from = Time{start + 1}, .max = 2, .oldest = true}, now);
  REQUIRE(oldest.size() == 2);
  CHECK(oldest[0].begin == Time{start + minute});
  const auto part = tape.candles({.interval = Interval::minute_1,
                                  .from = Time{start + minute},
                                  .to = Time{start + 3 * minute}},
                                 now);
  CHECK(part.size() == 3);
  CHECK(tape.candles({.from = Time{now + 1}}, now).empty());
  CHECK(tape.candles({.to = Time{start - 1}}, now).empty());
}

TEST_CASE("market data: the ticker is about the last 24 hours") {
  Tape tape;
  tape.trade(start, 50);
  tape.trade(start + day, 100, 2);
  tape.trade(start + day + minute, 80, 1);
  const DayTicker ticker = tape.data.ticker(art, Time{start + day + 2 * minute});
  CHECK(ticker.day.open == Price{100});
  CHECK(ticker.day.low == Price{80});
  CHECK(ticker.day.close == Price{80});
  CHECK(ticker.day.volume == 3);
  CHECK(ticker.day.trades == 2);
  CHECK(ticker.close_before == Price{50});
  CHECK(ticker.last_quantity == Quantity{1});
  const DayTicker later = tape.data.ticker(art, Time{start + 9 * day});
  CHECK(later.day.trades == 0);
  CHECK(later.day.close == Price{80});
  CHECK(later.close_before == Price{80});
  CHECK(tape.data.ticker(SymbolId{2}, Time{start}).day.close == Price{0});
}

TEST_CASE("market data: the last price is that of the ticker, however long ago") {
  Tape tape;
  CHECK(tape.data.last(art) == Price{0});
  CHECK(tape.data.last(SymbolId{2}) == Price{0});
  tape.trade(start, 50);
  tape.trade(start + minute, 80);
  for (const std::int64_t now : {start + 2 * minute, start + day, start + 9 * day}) {
    CAPTURE(now);
    CHECK(tape.data.last(art) == Price{80});
    CHECK(tape.data.ticker(art, Time{now}).day.close == Price{80});
  }
}

TEST_CASE("market data: bounds hold") {
  Tape tape{{.trades_kept = 3, .candles_kept = 3}};
  for (int i = 0; i < 10; ++i) tape.trade(start + i * minute, 100 + static_cast<unsigned>(i));
  CHECK(tape.data.trades(art).size() == 3);
  CHECK(tape.data.trades(art).front().id == TradeId{8});
  CHECK(tape.data.trades(SymbolId{9}).empty());
  const auto now = start + 9 * minute + second;
  CHECK(tape.candles({.interval = Interval::minute_1}, now).size() == 10);  // a day of them
  CHECK(tape.candles({.interval = Interval::minute_3}, now).size() == 4);   // with the current one
}

TEST_CASE("market data: a busted trade is marked") {
  Tape tape;
  tape.trade(start, 100);
  const std::vector<Event> events{{.kind = EventKind::busted, .symbol = art, .trade = TradeId{1}}};
  tape.data.on_command(
      {.sequence = 3, .at = Time{start}, .account = {}, .body = BustTrade{art, TradeId{1}}},
      events);
  CHECK(tape.data.trades(art)[0].busted);
}

TEST_CASE("market data: saved and loaded it is the same") {
  Tape tape;
  for (int i = 0; i < 5; ++i) tape.trade(start + i * minute, 100 + static_cast<unsigned>(i));
  std::string bytes;
  tape.data.save(bytes);
  auto loaded = MarketData::load(as_bytes(bytes));
  REQUIRE(loaded.has_value());
  std::string again;
  loaded->save(again);
  CHECK(again == bytes);
  CHECK(loaded->ticker(art, Time{start + 5 * minute}).day.trades == 5);
}

}  // namespace
}  // namespace mainstay::exchange::market_data_test
