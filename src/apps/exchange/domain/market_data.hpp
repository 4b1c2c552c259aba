#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/event.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

class StateReader;

struct TradeRecord {
  TradeId id{};
  Price price{};
  Quantity quantity{};
  Amount quote = 0;
  Time at{};
  Side taker{};  // in an auction the buyer
  OrderId taker_order{};
  bool auction = false;
  bool busted = false;
};

enum class Interval : std::uint8_t {
  second_1,
  minute_1,
  minute_3,
  minute_5,
  minute_15,
  minute_30,
  hour_1,
  hour_2,
  hour_4,
  hour_6,
  hour_8,
  hour_12,
  day_1,
  day_3,
  week_1,
  month_1
};
inline constexpr std::size_t interval_count = 16;

/// "1s", "1m" .. "1M"; nothing for others.
std::optional<Interval> parse_interval(std::string_view text);
std::string_view to_text(Interval interval);
/// The begin of the candle that `at` falls into: UTC, weeks from Monday, months of the calendar.
Time begin_of(Interval interval, Time at);
/// The begin of the candle that many behind (or before) the one that begins at `begin`.
Time shifted(Interval interval, Time begin, std::int64_t by);
/// The begin of the candle behind the one that begins at `begin`.
Time next_begin(Interval interval, Time begin);

struct Candle {
  Time begin{};
  Price open{};
  Price high{};
  Price low{};
  Price close{};
  std::uint64_t volume = 0;  // lots
  Amount quote = 0;
  std::uint64_t bought = 0;  // lots by takers who bought
  Amount quote_bought = 0;
  std::uint64_t trades = 0;
  TradeId first{};
  TradeId last{};
};

/// What happened in the 24 hours before a time, to the minute.
struct DayTicker {
  Candle day;            // begin: of the window; no trades: prices are the last known close, or 0
  Price close_before{};  // the last trade's price before the window; 0: none
  Quantity last_quantity{};
};

struct MarketDataOptions {
  std::size_t trades_kept = 1'000;   // of each symbol
  std::size_t candles_kept = 1'000;  // of each symbol and interval; of minutes at least a day
};

/// What was traded, of each symbol: the newest trades, candles, the last 24 hours. Candles of
/// intervals without trades are not kept; candles() fills the gaps. A busted trade is marked, and
/// stays in the candles it was in.
///
/// A projection: the same commands and events give the same data. On the venue's lane.
class MarketData {
 public:
  explicit MarketData(MarketDataOptions options = {});

  /// Commands in their order, each with all of its events.
  void on_command(const Command& command, std::span<const Event> events);

  /// The oldest first. Valid until the next command.
  [[nodiscard]] const std::deque<TradeRecord>& trades(SymbolId symbol) const;

  /// The price of the last trade, however long ago; 0: none.
  [[nodiscard]] Price last(SymbolId symbol) const;

  struct CandleQuery {
    Interval interval = Interval::minute_1;
    Time from{};                                        // of begins, inclusive
    Time to{std::numeric_limits<std::int64_t>::max()};  // inclusive
    std::size_t max = 500;
    bool oldest = false;  // beyond `max`: the oldest ones; else the newest
  };
  /// The oldest first, up to the newest that has begun at `now`: replaces what is in `out`.
  void candles(SymbolId symbol, const CandleQuery& query, Time now, std::vector<Candle>& out) const;
  /// The one that `now` falls into; nothing before the first trade.
  [[nodiscard]] std::optional<Candle> current_candle(SymbolId symbol, Interval interval,
                                                     Time now) const;
  [[nodiscard]] DayTicker ticker(SymbolId symbol, Time now) const;

  /// All of it, in a format of its own with a version.
  void save(std::string& out) const;
  static Result<MarketData> load(Bytes saved, MarketDataOptions options = {});

 private:
  /// Trades go into the candle of their second; when that is over, it goes into all others.
  struct Market {
    std::deque<TradeRecord> trades;
    std::array<std::deque<Candle>, interval_count> candles;
    std::optional<Candle> second;
    Amount tick_quote = 1;
    Price last{};
    Quantity last_quantity{};
  };

  void on_traded(const Command& command, const Event& event);
  void close_second(Market& market) const;
  [[nodiscard]] std::size_t kept(Interval interval) const;
  [[nodiscard]] const Market* market(SymbolId symbol) const;
  static std::vector<Candle> traded_candles(const Market& market, Interval interval, Time from,
                                            Time to);
  void load_market(StateReader& in, Market& market) const;

  MarketDataOptions options_;
  std::unordered_map<SymbolId, Market> markets_;
};

}  // namespace mainstay::exchange
