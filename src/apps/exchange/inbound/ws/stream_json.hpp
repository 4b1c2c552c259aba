#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/domain/order_log.hpp"
#include "apps/exchange/inbound/http/market_json.hpp"
#include "apps/exchange/inbound/ws/depth_diff.hpp"

namespace mainstay::exchange {

// Messages of streams, in the members of Binance's.

std::string depth_update(const DepthDiff& diff, Time at, const Listing& listing);
std::string best_levels(const DepthView& view, std::size_t levels, const Listing& listing);
std::string trade_message(const TradeRecord& trade, const Listing& listing);
std::string aggregate_message(const AggregateTrade& trade, const Listing& listing);
std::string book_ticker_message(const TickerView& view, Sequence sequence, const Listing& listing);
std::string kline_message(const Candle& candle, Interval interval, bool closed, Time at,
                          const Listing& listing);
std::string auction_message(const AuctionView& view, const Listing& listing);
std::string ticker_message(const TickerView& view, bool mini, const Listing& listing);

/// One thing that happened to an order, as its owner is told.
struct Execution {
  OrderRecord record;     // as it is behind it
  std::string_view type;  // "NEW", "TRADE" ...
  Time at{};
  Sequence sequence = 0;     // of the command
  Quantity last_quantity{};  // of a trade
  Price last_price{};
  Amount last_quote = 0;
  Amount fee = 0;
  TradeId trade{};  // 0: none
  bool maker = false;
};
std::string execution_report(const Execution& execution, const Listing& listing);

struct BalanceRow {
  std::string_view asset;
  unsigned decimals = 0;
  Amount free = 0;
  Amount held = 0;
};
std::string account_position(std::span<const BalanceRow> rows, Time at);
std::string balance_update(std::string_view asset, unsigned decimals, Amount by, Time at);

/// {"stream":"NAME","data":MESSAGE}
std::string combined(std::string_view stream, std::string_view message);

}  // namespace mainstay::exchange
