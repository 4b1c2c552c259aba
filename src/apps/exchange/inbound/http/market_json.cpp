#include "apps/exchange/inbound/http/market_json.hpp"

#include "apps/exchange/domain/quote_amount.hpp"
#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/operation_input.hpp"
#include "apps/exchange/inbound/http/order_json.hpp"
#include "apps/exchange/inbound/http/rows_kept.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

void comma(std::string& out) {
  if (out.back() != '[') out.push_back(',');
}

void quoted_price(std::string& out, std::uint64_t ticks, const Listing& listing) {
  out.append(",\"");
  listing.append_price(out, ticks);
  out.push_back('"');
}
void quoted_quantity(std::string& out, std::uint64_t lots, const Listing& listing) {
  out.append(",\"");
  listing.append_quantity(out, lots);
  out.push_back('"');
}
void quoted_amount(std::string& out, Amount amount, const Listing& listing) {
  out.append(",\"");
  listing.append_quote(out, amount);
  out.push_back('"');
}

void signed_price(Members& members, std::string_view key, std::int64_t ticks,
                  const Listing& listing) {
  std::string& out = members.name(key);
  out.append(ticks < 0 ? "\"-" : "\"");
  listing.append_price(out, static_cast<std::uint64_t>(ticks < 0 ? -ticks : ticks));
  out.push_back('"');
}

}  // namespace

void append_levels(std::string& out, std::span<const DepthLevel> levels, const Listing& listing) {
  out.push_back('[');
  for (const DepthLevel& level : levels) {
    comma(out);
    out.append("[\"");
    listing.append_price(out, level.price.get());
    out.push_back('"');
    quoted_quantity(out, level.quantity, listing);
    out.push_back(']');
  }
  out.push_back(']');
}

void append_depth(std::string& out, const DepthView& depth, const Listing& listing) {
  Members members{out};
  members.number("lastUpdateId", depth.sequence);
  append_levels(members.name("bids"), depth.bids, listing);
  append_levels(members.name("asks"), depth.asks, listing);
}

void append_trade(std::string& out, const TradeRecord& trade, const Listing& listing) {
  Members members{out};
  members.number("id", trade.id.get());
  members.price("price", listing, trade.price.get());
  members.quantity("qty", listing, trade.quantity.get());
  members.quote("quoteQty", listing, trade.quote);
  members.number("time", milliseconds(trade.at));
  members.flag("isBuyerMaker", trade.taker == Side::sell);
  members.flag("isBestMatch", true);
}

void append_candle(std::string& out, const Candle& candle, Interval interval,
                   const Listing& listing) {
  out.push_back('[');
  append_number(out, milliseconds(candle.begin));
  for (const Price price : {candle.open, candle.high, candle.low, candle.close}) {
    quoted_price(out, price.get(), listing);
  }
  quoted_quantity(out, candle.volume, listing);
  out.push_back(',');
  append_number(out, milliseconds(next_begin(interval, candle.begin)) - 1);
  quoted_amount(out, candle.quote, listing);
  out.push_back(',');
  append_number(out, static_cast<std::int64_t>(candle.trades));
  quoted_quantity(out, candle.bought, listing);
  quoted_amount(out, candle.quote_bought, listing);
  out.append(",\"0\"]");
}

void append_average_price(std::string& out, std::span<const Candle> rows, Time now,
                          const Listing& listing) {
  std::uint64_t lots = 0;
  Amount quote = 0;
  for (const Candle& row : rows) {
    lots += row.volume;
    quote = sum(quote, row.quote);
  }
  Members members{out};
  members.number("mins", std::int64_t{5});
  std::string& price = members.name("price");
  price.push_back('"');
  if (lots != 0) {
    listing.append_average(price, quote, lots);
  } else {
    listing.append_price(price, rows.empty() ? 0 : rows.back().close.get());
  }
  price.push_back('"');
  members.number("closeTime", milliseconds(now));
}

void append_price_ticker(std::string& out, Price last, const Listing& listing) {
  Members members{out};
  members.text("symbol", listing.name());
  members.price("price", listing, last.get());
}

void append_book_ticker(std::string& out, const TickerView& view, const Listing& listing) {
  Members members{out};
  members.text("symbol", listing.name());
  members.price("bidPrice", listing, view.bid.price.get());
  members.quantity("bidQty", listing, view.bid.quantity);
  members.price("askPrice", listing, view.ask.price.get());
  members.quantity("askQty", listing, view.ask.quantity);
}

AuctionView look_at_auction(const Engine& engine, SymbolId symbol, Time at) {
  const auto view = engine.symbol(symbol);
  return {view ? view->definition.phase : Phase::closed, engine.indicative(symbol), at};
}

void append_auction(std::string& out, const AuctionView& view, const Listing& listing) {
  Members members{out};
  members.text("symbol", listing.name());
  members.text("phase", to_text(view.phase));
  if (view.outcome) {
    members.price("price", listing, view.outcome->price.get());
    members.quantity("quantity", listing, view.outcome->volume);
    members.quantity("surplus", listing, view.outcome->surplus);
    members.text("surplusSide", view.outcome->surplus_side == Side::buy ? "BUY" : "SELL");
  }
  members.number("time", milliseconds(view.at));
}

void append_change_percent(std::string& out, Price open, Price close) {
  const std::int64_t change = std::int64_t{close.get()} - open.get();
  const std::int64_t thousandths = open.get() == 0 ? 0 : change * 100'000 / open.get();
  append_signed_decimal(out, thousandths, 3);
}

void append_day_ticker(std::string& out, const TickerView& view, const Listing& listing,
                       bool mini) {
  const Candle& day = view.ticker.day;
  Members members{out};
  members.text("symbol", listing.name());
  if (!mini) {
    const Price before = view.ticker.close_before.get() == 0 ? day.open : view.ticker.close_before;
    signed_price(members, "priceChange", std::int64_t{day.close.get()} - day.open.get(), listing);
    std::string& percent = members.name("priceChangePercent");
    percent.push_back('"');
    append_change_percent(percent, day.open, day.close);
    percent.append("\",\"weightedAvgPrice\":\"");
    listing.append_average(percent, day.quote, day.volume);
    percent.push_back('"');
    members.price("prevClosePrice", listing, before.get());
    members.quantity("lastQty", listing, view.ticker.last_quantity.get());
    members.price("bidPrice", listing, view.bid.price.get());
    members.quantity("bidQty", listing, view.bid.quantity);
    members.price("askPrice", listing, view.ask.price.get());
    members.quantity("askQty", listing, view.ask.quantity);
  }
  members.price("lastPrice", listing, day.close.get());
  members.price("openPrice", listing, day.open.get());
  members.price("highPrice", listing, day.high.get());
  members.price("lowPrice", listing, day.low.get());
  members.quantity("volume", listing, day.volume);
  members.quote("quoteVolume", listing, day.quote);
  members.number("openTime", milliseconds(day.begin));
  members.number("closeTime", milliseconds(view.at));
  const bool traded = day.trades != 0;
  members.number("firstId", traded ? static_cast<std::int64_t>(day.first.get()) : -1);
  members.number("lastId", traded ? static_cast<std::int64_t>(day.last.get()) : -1);
  members.number("count", day.trades);
}

std::vector<AggregateTrade> aggregated(std::span<const TradeRecord> trades) {
  std::vector<AggregateTrade> out;
  OrderId order{};
  for (const TradeRecord& trade : trades) {
    if (trade.busted) continue;
    if (out.empty() || order != trade.taker_order || out.back().price != trade.price) {
      out.push_back({trade.id, trade.id, trade.price, 0, trade.at, trade.taker});
      order = trade.taker_order;
    }
    out.back().last = trade.id;
    out.back().quantity += trade.quantity.get();
  }
  return out;
}

std::vector<AggregateTrade> aggregated(std::span<const TradeRecord> trades,
                                       const TradeRange& range) {
  auto rows = aggregated(trades);
  std::erase_if(rows, [&](const AggregateTrade& row) {
    return row.first.get() < range.from_id || row.at < range.from || row.at > range.to;
  });
  keep_at_most(rows, range.max, range.oldest);
  return rows;
}

void append_aggregate(std::string& out, const AggregateTrade& trade, const Listing& listing) {
  Members members{out};
  members.number("a", trade.first.get());
  members.price("p", listing, trade.price.get());
  members.quantity("q", listing, trade.quantity);
  members.number("f", trade.first.get());
  members.number("l", trade.last.get());
  members.number("T", milliseconds(trade.at));
  members.flag("m", trade.taker == Side::sell);
  members.flag("M", true);
}

}  // namespace mainstay::exchange
