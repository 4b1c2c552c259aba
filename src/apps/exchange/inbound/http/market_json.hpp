#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/exchange/domain/engine.hpp"
#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/domain/market_data.hpp"

namespace mainstay::exchange {

/// A book as it was behind the command `sequence`: the id of the depth's updates.
struct DepthView {
  Sequence sequence = 0;
  std::vector<DepthLevel> bids;  // best first
  std::vector<DepthLevel> asks;
  std::size_t levels_max = SIZE_MAX;  // how many of a side were wanted
};

/// What tickers say of a symbol.
struct TickerView {
  DayTicker ticker;
  DepthLevel bid;  // price 0: none
  DepthLevel ask;
  Time at{};
  Price last{};  // the last trade's; 0: none
};

// Market data as JSON, in the members of Binance's spot API. All append.

void append_depth(std::string& out, const DepthView& depth, const Listing& listing);
void append_levels(std::string& out, std::span<const DepthLevel> levels, const Listing& listing);
void append_trade(std::string& out, const TradeRecord& trade, const Listing& listing);
void append_candle(std::string& out, const Candle& candle, Interval interval,
                   const Listing& listing);
/// Of five minutes' candles, `now` the end.
void append_average_price(std::string& out, std::span<const Candle> rows, Time now,
                          const Listing& listing);
void append_price_ticker(std::string& out, Price last, const Listing& listing);
void append_book_ticker(std::string& out, const TickerView& view, const Listing& listing);
/// What an auction would trade now; `phase` is no call: nothing of it. Without `outcome` in a call
/// it is not known, and only the phase is said.
struct AuctionView {
  Phase phase{};
  std::optional<AuctionOutcome> outcome;
  Time at{};
};
AuctionView look_at_auction(const Engine& engine, SymbolId symbol, Time at);
void append_auction(std::string& out, const AuctionView& view, const Listing& listing);
/// With `mini` the short form.
void append_day_ticker(std::string& out, const TickerView& view, const Listing& listing, bool mini);
/// "-1.250" percent from `open` to `close`.
void append_change_percent(std::string& out, Price open, Price close);

/// Trades that one order made at one price, one after the other.
struct AggregateTrade {
  TradeId first{};
  TradeId last{};
  Price price{};
  std::uint64_t quantity = 0;
  Time at{};
  Side taker{};
};
/// Its id is that of its first trade. Busted ones are left out.
std::vector<AggregateTrade> aggregated(std::span<const TradeRecord> trades);
/// The newest, or from an id on; the oldest first.
struct TradeRange {
  SymbolId symbol{};
  std::uint64_t from_id = 0;
  Time from{};
  Time to{INT64_MAX};
  std::size_t max = 0;
  bool oldest = false;
};
/// Whole ones: an aggregate that began before the range is not in it, and none is cut.
std::vector<AggregateTrade> aggregated(std::span<const TradeRecord> trades,
                                       const TradeRange& range);
void append_aggregate(std::string& out, const AggregateTrade& trade, const Listing& listing);

}  // namespace mainstay::exchange
