#include "apps/exchange/domain/market_data.hpp"

#include <algorithm>
#include <chrono>

#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/domain/saved_state.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::uint64_t version = 1;
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t minute_ns = 60 * second_ns;
constexpr std::int64_t hour_ns = 60 * minute_ns;
constexpr std::int64_t day_ns = 24 * hour_ns;
constexpr std::size_t minutes_of_a_day = 1'440;

struct IntervalRow {
  std::string_view text;
  std::int64_t length_ns;      // 0: a month
  std::int64_t offset_ns = 0;  // of the first begin behind 1970
};
// 1970-01-01 was a Thursday.
constexpr std::array<IntervalRow, interval_count> intervals{{{"1s", second_ns},
                                                             {"1m", minute_ns},
                                                             {"3m", 3 * minute_ns},
                                                             {"5m", 5 * minute_ns},
                                                             {"15m", 15 * minute_ns},
                                                             {"30m", 30 * minute_ns},
                                                             {"1h", hour_ns},
                                                             {"2h", 2 * hour_ns},
                                                             {"4h", 4 * hour_ns},
                                                             {"6h", 6 * hour_ns},
                                                             {"8h", 8 * hour_ns},
                                                             {"12h", 12 * hour_ns},
                                                             {"1d", day_ns},
                                                             {"3d", 3 * day_ns},
                                                             {"1w", 7 * day_ns, 4 * day_ns},
                                                             {"1M", 0}}};

const IntervalRow& row(Interval interval) { return intervals[static_cast<std::size_t>(interval)]; }

using Month = std::chrono::year_month;

Month month_of(Time at) {
  const std::chrono::sys_time<std::chrono::nanoseconds> when{std::chrono::nanoseconds{at.get()}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(when)};
  return {day.year(), day.month()};
}

Time begin_of(Month month) {
  const std::chrono::sys_days first{month / std::chrono::day{1}};
  return Time{std::chrono::nanoseconds{first.time_since_epoch()}.count()};
}

/// `later` did not begin before `into`.
void merge(Candle& into, const Candle& later) {
  if (into.trades == 0) {
    const Time begin = into.begin;
    into = later;
    into.begin = begin;
    return;
  }
  into.high = std::max(into.high, later.high);
  into.low = std::min(into.low, later.low);
  into.close = later.close;
  into.volume += later.volume;
  into.quote = sum(into.quote, later.quote);
  into.bought += later.bought;
  into.quote_bought = sum(into.quote_bought, later.quote_bought);
  into.trades += later.trades;
  into.last = later.last;
}

/// Of an interval in which nothing traded.
Candle flat(Time begin, Price close) {
  return {.begin = begin, .open = close, .high = close, .low = close, .close = close};
}

void save_trade(StateWriter& out, const TradeRecord& trade) {
  out.strong(trade.id);
  out.strong(trade.price);
  out.strong(trade.quantity);
  out.amount(trade.quote);
  out.strong(trade.at);
  out.choice(trade.taker);
  out.strong(trade.taker_order);
  out.flag(trade.auction);
  out.flag(trade.busted);
}

TradeRecord load_trade(StateReader& in) {
  TradeRecord trade;
  trade.id = in.strong<TradeId>();
  trade.price = in.strong<Price>();
  trade.quantity = in.strong<Quantity>();
  trade.quote = in.amount();
  trade.at = in.strong<Time>();
  trade.taker = in.choice(Side::sell);
  trade.taker_order = in.strong<OrderId>();
  trade.auction = in.flag();
  trade.busted = in.flag();
  return trade;
}

void save_candle(StateWriter& out, const Candle& candle) {
  out.strong(candle.begin);
  out.strong(candle.open);
  out.strong(candle.high);
  out.strong(candle.low);
  out.strong(candle.close);
  out.number(candle.volume);
  out.amount(candle.quote);
  out.number(candle.bought);
  out.amount(candle.quote_bought);
  out.number(candle.trades);
  out.strong(candle.first);
  out.strong(candle.last);
}

Candle load_candle(StateReader& in) {
  Candle candle;
  candle.begin = in.strong<Time>();
  candle.open = in.strong<Price>();
  candle.high = in.strong<Price>();
  candle.low = in.strong<Price>();
  candle.close = in.strong<Price>();
  candle.volume = in.number();
  candle.quote = in.amount();
  candle.bought = in.number();
  candle.quote_bought = in.amount();
  candle.trades = in.number();
  candle.first = in.strong<TradeId>();
  candle.last = in.strong<TradeId>();
  return candle;
}

}  // namespace

std::optional<Interval> parse_interval(std::string_view text) {
  const auto found = std::ranges::find(intervals, text, &IntervalRow::text);
  if (found == intervals.end()) return std::nullopt;
  return static_cast<Interval>(found - intervals.begin());
}

std::string_view to_text(Interval interval) { return row(interval).text; }

Time begin_of(Interval interval, Time at) {
  const IntervalRow& kind = row(interval);
  if (kind.length_ns == 0) return begin_of(month_of(at));
  const std::int64_t since = at.get() - kind.offset_ns;
  const std::int64_t past = since % kind.length_ns;
  return Time{at.get() - (past < 0 ? past + kind.length_ns : past)};
}

Time shifted(Interval interval, Time begin, std::int64_t by) {
  const IntervalRow& kind = row(interval);
  if (kind.length_ns == 0) return begin_of(month_of(begin) + std::chrono::months{by});
  return Time{begin.get() + by * kind.length_ns};
}

Time next_begin(Interval interval, Time begin) { return shifted(interval, begin, 1); }

MarketData::MarketData(MarketDataOptions options) : options_(options) {}

// --- what happened -------------------------------------------------------------------------------

void MarketData::on_command(const Command& command, std::span<const Event> events) {
  for (const Event& event : events) {
    if (event.kind == EventKind::traded) {
      on_traded(command, event);
    } else if (event.kind == EventKind::busted) {
      const auto found = markets_.find(event.symbol);
      if (found == markets_.end()) continue;
      for (TradeRecord& trade : found->second.trades) {
        if (trade.id == event.trade) trade.busted = true;
      }
    } else if (event.kind == EventKind::defined) {
      const auto* symbol = std::get_if<DefineSymbol>(&command.body);
      if (symbol != nullptr) markets_[symbol->id].tick_quote = symbol->rules.tick_quote;
    }
  }
}

void MarketData::on_traded(const Command& command, const Event& event) {
  Market& market = markets_[event.symbol];
  const Amount quote = quote_amount(event.price, event.quantity, market.tick_quote);
  market.trades.push_back({.id = event.trade,
                           .price = event.price,
                           .quantity = event.quantity,
                           .quote = quote,
                           .at = command.at,
                           .taker = event.side,
                           .taker_order = event.order,
                           .auction = event.auction});
  if (market.trades.size() > options_.trades_kept) market.trades.pop_front();
  const bool bought = event.side == Side::buy;
  const Candle trade{.begin = begin_of(Interval::second_1, command.at),
                     .open = event.price,
                     .high = event.price,
                     .low = event.price,
                     .close = event.price,
                     .volume = event.quantity.get(),
                     .quote = quote,
                     .bought = bought ? event.quantity.get() : 0,
                     .quote_bought = bought ? quote : 0,
                     .trades = 1,
                     .first = event.trade,
                     .last = event.trade};
  market.last = event.price;
  market.last_quantity = event.quantity;
  if (market.second && market.second->begin == trade.begin) return merge(*market.second, trade);
  close_second(market);
  market.second = trade;
}

void MarketData::close_second(Market& market) const {
  if (!market.second) return;
  for (std::size_t i = 0; i < interval_count; ++i) {
    const auto interval = static_cast<Interval>(i);
    auto& candles = market.candles[i];
    const Time begin = begin_of(interval, market.second->begin);
    if (candles.empty() || candles.back().begin != begin) {
      candles.push_back({.begin = begin});
      if (candles.size() > kept(interval)) candles.pop_front();
    }
    merge(candles.back(), *market.second);
  }
  market.second.reset();
}

std::size_t MarketData::kept(Interval interval) const {
  return interval == Interval::minute_1 ? std::max(options_.candles_kept, minutes_of_a_day + 1)
                                        : options_.candles_kept;
}

// --- looking -------------------------------------------------------------------------------------

const MarketData::Market* MarketData::market(SymbolId symbol) const {
  const auto found = markets_.find(symbol);
  return found == markets_.end() ? nullptr : &found->second;
}

const std::deque<TradeRecord>& MarketData::trades(SymbolId symbol) const {
  static const std::deque<TradeRecord> empty;
  const Market* known = market(symbol);
  return known == nullptr ? empty : known->trades;
}

Price MarketData::last(SymbolId symbol) const {
  const Market* known = market(symbol);
  return known == nullptr ? Price{} : known->last;
}

/// The kept ones that begin in [from, to], with the second that is not over, the newest last.
std::vector<Candle> MarketData::traded_candles(const Market& market, Interval interval, Time from,
                                               Time to) {
  const auto& kept = market.candles[static_cast<std::size_t>(interval)];
  const auto first = std::ranges::lower_bound(kept, from, {}, &Candle::begin);
  const auto last = std::ranges::upper_bound(kept, to, {}, &Candle::begin);
  std::vector<Candle> out;
  if (first < last) out.assign(first, last);
  if (!market.second) return out;
  const Time begin = begin_of(interval, market.second->begin);
  if (begin < from || begin > to) return out;
  if (out.empty() || out.back().begin != begin) out.push_back({.begin = begin});
  merge(out.back(), *market.second);
  return out;
}

void MarketData::candles(SymbolId symbol, const CandleQuery& query, Time now,
                         std::vector<Candle>& out) const {
  out.clear();
  const Market* known = market(symbol);
  if (known == nullptr || query.max == 0 || now < Time{0}) return;
  const Time to = std::min(query.to, now);
  Time from = begin_of(query.interval, std::clamp(query.from, Time{0}, now));
  if (from < query.from) from = next_begin(query.interval, from);
  const auto traded = traded_candles(*known, query.interval, Time{INT64_MIN}, to);
  if (traded.empty()) return;
  // Flat ones fill the gaps: first the range is found, then it is walked once.
  from = std::max(from, traded.front().begin);
  Time end = begin_of(query.interval, to);
  if (query.oldest) {
    end = std::min(end, shifted(query.interval, from, static_cast<std::int64_t>(query.max) - 1));
  } else {
    from = std::max(from, shifted(query.interval, end, 1 - static_cast<std::int64_t>(query.max)));
  }
  auto at = std::ranges::upper_bound(traded, from, {}, &Candle::begin);
  if (at != traded.begin()) --at;
  Price close = at->close;
  for (Time begin = from; begin <= end; begin = next_begin(query.interval, begin)) {
    while (at != traded.end() && at->begin < begin) close = (at++)->close;
    if (at != traded.end() && at->begin == begin) {
      out.push_back(*at);
      close = at->close;
    } else {
      out.push_back(flat(begin, close));
    }
  }
}

std::optional<Candle> MarketData::current_candle(SymbolId symbol, Interval interval,
                                                 Time now) const {
  std::vector<Candle> out;
  candles(symbol, {.interval = interval, .max = 1}, now, out);
  if (out.empty()) return std::nullopt;
  return out.back();
}

DayTicker MarketData::ticker(SymbolId symbol, Time now) const {
  DayTicker out;
  out.day.begin = Time{now.get() - day_ns};
  const Market* known = market(symbol);
  if (known == nullptr) return out;
  const Time from = next_begin(Interval::minute_1, begin_of(Interval::minute_1, out.day.begin));
  const auto& minutes = known->candles[static_cast<std::size_t>(Interval::minute_1)];
  const auto first = std::ranges::lower_bound(minutes, from, {}, &Candle::begin);
  for (auto at = first; at != minutes.end() && at->begin <= now; ++at) merge(out.day, *at);
  if (known->second && known->second->begin >= from) merge(out.day, *known->second);
  if (first != minutes.begin()) out.close_before = std::prev(first)->close;
  if (known->second && known->second->begin < from) out.close_before = known->last;
  if (out.day.trades == 0) out.day = flat(out.day.begin, known->last);
  out.last_quantity = known->last_quantity;
  return out;
}

// --- saving --------------------------------------------------------------------------------------

void MarketData::save(std::string& bytes) const {
  StateWriter out{bytes};
  out.number(version);
  out.number(markets_.size());
  for (const auto& [symbol, market] : markets_) {
    out.strong(symbol);
    out.amount(market.tick_quote);
    out.strong(market.last);
    out.strong(market.last_quantity);
    out.flag(market.second.has_value());
    if (market.second) save_candle(out, *market.second);
    out.number(market.trades.size());
    for (const TradeRecord& trade : market.trades) save_trade(out, trade);
    for (const auto& candles : market.candles) {
      out.number(candles.size());
      for (const Candle& candle : candles) save_candle(out, candle);
    }
  }
}

Result<MarketData> MarketData::load(Bytes saved, MarketDataOptions options) {
  MarketData data{options};
  StateReader in{saved};
  if (in.number() != version) in.fail();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto symbol = in.strong<SymbolId>();
    if (data.markets_.contains(symbol)) in.fail();
    data.load_market(in, data.markets_[symbol]);
  }
  if (!in.ok() || !in.at_end()) return Error{SavedStateErrc::damaged, "its market data"};
  return data;
}

void MarketData::load_market(StateReader& in, Market& market) const {
  market.tick_quote = in.amount();
  market.last = in.strong<Price>();
  market.last_quantity = in.strong<Quantity>();
  if (in.flag()) market.second = load_candle(in);
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    market.trades.push_back(load_trade(in));
    if (market.trades.size() > options_.trades_kept) market.trades.pop_front();
  }
  for (std::size_t i = 0; i < interval_count; ++i) {
    auto& candles = market.candles[i];
    for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
      const Candle candle = load_candle(in);
      if (!candles.empty() && candle.begin <= candles.back().begin) in.fail();
      candles.push_back(candle);
      if (candles.size() > kept(static_cast<Interval>(i))) candles.pop_front();
    }
  }
}

}  // namespace mainstay::exchange
