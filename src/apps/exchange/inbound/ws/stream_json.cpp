#include "apps/exchange/inbound/ws/stream_json.hpp"

#include <algorithm>

#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/operation_input.hpp"
#include "apps/exchange/inbound/http/order_json.hpp"

namespace mainstay::exchange {
namespace {

/// The whole object: it is closed when `fill` is through.
template <class Fill>
std::string message(Fill fill) {
  std::string out;
  {
    Members members{out};
    fill(members, out);
  }
  return out;
}

void begin(Members& members, std::string_view event, Time at) {
  members.text("e", event);
  members.number("E", milliseconds(at));
}

void begin(Members& members, std::string_view event, Time at, const Listing& listing) {
  begin(members, event, at);
  members.text("s", listing.name());
}

void decimal(Members& members, std::string_view key, Amount amount, unsigned decimals) {
  std::string& out = members.name(key);
  out.push_back('"');
  append_signed_decimal(out, amount, decimals);
  out.push_back('"');
}

void book_top(Members& members, const TickerView& view, const Listing& listing) {
  members.price("b", listing, view.bid.price.get());
  members.quantity("B", listing, view.bid.quantity);
  members.price("a", listing, view.ask.price.get());
  members.quantity("A", listing, view.ask.quantity);
}

}  // namespace

std::string depth_update(const DepthDiff& diff, Time at, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    begin(members, "depthUpdate", at, listing);
    members.number("U", diff.after + 1);
    members.number("u", diff.last);
    append_levels(members.name("b"), changed_bids(diff), listing);
    append_levels(members.name("a"), changed_asks(diff), listing);
  });
}

std::string best_levels(const DepthView& view, std::size_t levels, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    members.number("lastUpdateId", view.sequence);
    const auto first = [levels](const std::vector<DepthLevel>& side) {
      return std::span{side}.first(std::min(levels, side.size()));
    };
    append_levels(members.name("bids"), first(view.bids), listing);
    append_levels(members.name("asks"), first(view.asks), listing);
  });
}

std::string trade_message(const TradeRecord& trade, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    begin(members, "trade", trade.at, listing);
    members.number("t", trade.id.get());
    members.price("p", listing, trade.price.get());
    members.quantity("q", listing, trade.quantity.get());
    members.number("T", milliseconds(trade.at));
    members.flag("m", trade.taker == Side::sell);
    members.flag("M", true);
  });
}

std::string aggregate_message(const AggregateTrade& trade, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    begin(members, "aggTrade", trade.at, listing);
    members.number("a", trade.first.get());
    members.price("p", listing, trade.price.get());
    members.quantity("q", listing, trade.quantity);
    members.number("f", trade.first.get());
    members.number("l", trade.last.get());
    members.number("T", milliseconds(trade.at));
    members.flag("m", trade.taker == Side::sell);
    members.flag("M", true);
  });
}

std::string book_ticker_message(const TickerView& view, Sequence sequence, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    members.number("u", sequence);
    members.text("s", listing.name());
    book_top(members, view, listing);
  });
}

std::string auction_message(const AuctionView& view, const Listing& listing) {
  return message([&](Members& members, std::string&) {
    begin(members, "auction", view.at, listing);
    members.text("S", to_text(view.phase));
    if (!view.outcome) return;
    members.price("p", listing, view.outcome->price.get());
    members.quantity("q", listing, view.outcome->volume);
    members.quantity("i", listing, view.outcome->surplus);
    members.text("d", view.outcome->surplus_side == Side::buy ? "BUY" : "SELL");
  });
}

std::string kline_message(const Candle& candle, Interval interval, bool closed, Time at,
                          const Listing& listing) {
  return message([&](Members& members, std::string&) {
    begin(members, "kline", at, listing);
    const bool traded = candle.trades != 0;
    Members kline{members.name("k")};
    kline.number("t", milliseconds(candle.begin));
    kline.number("T", milliseconds(next_begin(interval, candle.begin)) - 1);
    kline.text("s", listing.name());
    kline.text("i", to_text(interval));
    kline.number("f", traded ? static_cast<std::int64_t>(candle.first.get()) : -1);
    kline.number("L", traded ? static_cast<std::int64_t>(candle.last.get()) : -1);
    kline.price("o", listing, candle.open.get());
    kline.price("c", listing, candle.close.get());
    kline.price("h", listing, candle.high.get());
    kline.price("l", listing, candle.low.get());
    kline.quantity("v", listing, candle.volume);
    kline.number("n", candle.trades);
    kline.flag("x", closed);
    kline.quote("q", listing, candle.quote);
    kline.quantity("V", listing, candle.bought);
    kline.quote("Q", listing, candle.quote_bought);
    kline.text("B", "0");
  });
}

std::string ticker_message(const TickerView& view, bool mini, const Listing& listing) {
  const Candle& day = view.ticker.day;
  return message([&](Members& members, std::string&) {
    begin(members, mini ? "24hrMiniTicker" : "24hrTicker", view.at, listing);
    if (!mini) {
      const std::int64_t change = std::int64_t{day.close.get()} - day.open.get();
      std::string& rest = members.name("p");
      rest.append(change < 0 ? "\"-" : "\"");
      listing.append_price(rest, static_cast<std::uint64_t>(std::abs(change)));
      rest.append("\",\"P\":\"");
      append_change_percent(rest, day.open, day.close);
      rest.append("\",\"w\":\"");
      listing.append_average(rest, day.quote, day.volume);
      rest.push_back('"');
      const Price before = view.ticker.close_before;
      members.price("x", listing, before.get() == 0 ? day.open.get() : before.get());
      members.quantity("Q", listing, view.ticker.last_quantity.get());
      book_top(members, view, listing);
    }
    members.price("c", listing, day.close.get());
    members.price("o", listing, day.open.get());
    members.price("h", listing, day.high.get());
    members.price("l", listing, day.low.get());
    members.quantity("v", listing, day.volume);
    members.quote("q", listing, day.quote);
    if (mini) return;
    const bool traded = day.trades != 0;
    members.number("O", milliseconds(day.begin));
    members.number("C", milliseconds(view.at));
    members.number("F", traded ? static_cast<std::int64_t>(day.first.get()) : -1);
    members.number("L", traded ? static_cast<std::int64_t>(day.last.get()) : -1);
    members.number("n", day.trades);
  });
}

std::string execution_report(const Execution& execution, const Listing& listing) {
  const OrderRecord& record = execution.record;
  const PlaceOrder& placed = record.placed;
  const bool traded = execution.trade.get() != 0;
  return message([&](Members& members, std::string&) {
    begin(members, "executionReport", execution.at, listing);
    std::string& client = members.name("c");
    client.push_back('"');
    append_client_id(client, placed);
    client.push_back('"');
    members.text("S", placed.side == Side::buy ? "BUY" : "SELL");
    members.text("o", type_name(placed));
    members.text("f", time_in_force_name(placed));
    members.quantity("q", listing, placed.quantity.get());
    members.price("p", listing, placed.price.get());
    members.price("P", listing, placed.trigger.get());
    members.quantity("F", listing, placed.display.get());
    members.number("g", std::int64_t{-1});
    members.text("C", "");
    members.text("x", execution.type);
    members.text("X", status_name(record.status, record.cause));
    members.text("r", "NONE");
    members.number("i", placed.id.get());
    members.quantity("l", listing, execution.last_quantity.get());
    members.quantity("z", listing, record.executed);
    members.price("L", listing, execution.last_price.get());
    members.quote("n", listing, execution.fee);
    if (traded) {
      members.text("N", listing.quote_asset.name.text());
    } else {
      members.name("N").append("null");
    }
    members.number("T", milliseconds(execution.at));
    members.number("t", traded ? static_cast<std::int64_t>(execution.trade.get()) : -1);
    members.number("I", execution.sequence);
    members.flag(
        "w", record.status == OrderStatus::open || record.status == OrderStatus::partially_filled);
    members.flag("m", execution.maker);
    members.flag("M", false);
    members.number("O", milliseconds(record.created));
    members.quote("Z", listing, record.quote);
    members.quote("Y", listing, execution.last_quote);
    members.quote("Q", listing, placed.budget);
    if (record.working.get() != 0) members.number("W", milliseconds(record.working));
    members.text("V", self_trade_name(placed.self_trade));
  });
}

std::string account_position(std::span<const BalanceRow> rows, Time at) {
  return message([&](Members& members, std::string& out) {
    begin(members, "outboundAccountPosition", at);
    members.number("u", milliseconds(at));
    members.name("B").push_back('[');
    for (const BalanceRow& row : rows) {
      if (out.back() != '[') out.push_back(',');
      Members balance{out};
      balance.text("a", row.asset);
      decimal(balance, "f", row.free, row.decimals);
      decimal(balance, "l", row.held, row.decimals);
    }
    out.push_back(']');
  });
}

std::string balance_update(std::string_view asset, unsigned decimals, Amount by, Time at) {
  return message([&](Members& members, std::string&) {
    begin(members, "balanceUpdate", at);
    members.text("a", asset);
    decimal(members, "d", by, decimals);
    members.number("T", milliseconds(at));
  });
}

std::string combined(std::string_view stream, std::string_view message) {
  std::string out;
  out.reserve(stream.size() + message.size() + 24);
  out.append(R"({"stream":")").append(stream).append(R"(","data":)").append(message).append("}");
  return out;
}

}  // namespace mainstay::exchange
