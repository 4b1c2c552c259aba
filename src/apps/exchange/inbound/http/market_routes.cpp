#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/inbound/http/market_json.hpp"
#include "apps/exchange/inbound/http/order_json.hpp"
#include "apps/exchange/inbound/http/rest_call.hpp"
#include "apps/exchange/inbound/http/rows_kept.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

using http::Method;
using http::Response;

Time time_of(const RestCall& call) {
  return Time{call.request.at.time_since_epoch().count() * 1'000};
}

template <class Row, class Append>
void append_list(std::string& out, const std::vector<Row>& rows, Append append) {
  out.push_back('[');
  for (const Row& row : rows) {
    if (out.back() != '[') out.push_back(',');
    append(row);
  }
  out.push_back(']');
}

Result<> ping(const RestParts&, const RestCall&, Parameters& parameters, Response& response) {
  MS_TRY_VOID(parameters.all_read());
  response.body().append("{}");
  return {};
}

Result<> server_time(const RestParts&, const RestCall& call, Parameters& parameters,
                     Response& response) {
  MS_TRY_VOID(parameters.all_read());
  Members members{response.body()};
  members.number("serverTime", milliseconds(time_of(call)));
  return {};
}

/// The symbols that `symbol` or `symbols` (["A","B"]) name; all when neither is there.
struct Chosen {
  std::shared_ptr<const Listings> all;
  std::vector<const Listing*> listings;
  bool one = false;  // an object is answered, not a list
};

Result<> choose(Chosen& chosen, std::string_view name) {
  const Listing* const listing = chosen.all->find(name);
  if (listing == nullptr) return ApiErrc::symbol_invalid;
  chosen.listings.push_back(listing);
  return {};
}

Result<> choose_listed(Chosen& chosen, std::string_view list) {
  if (!list.starts_with('[') || !list.ends_with(']') || list.size() < 2) return invalid("symbols");
  for (const std::string_view part : split(list.substr(1, list.size() - 2), ',')) {
    const std::string_view name = trimmed(part);
    if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"')) {
      return invalid("symbols");
    }
    if (chosen.listings.size() == Limits::rows_max) return invalid("symbols");
    MS_TRY_VOID(choose(chosen, name.substr(1, name.size() - 2)));
  }
  return {};
}

Result<Chosen> chosen_symbols(const RestParts& parts, Parameters& parameters) {
  Chosen out;
  out.all = parts.directory.current();
  const bool one = parameters.has("symbol");
  if (one && parameters.has("symbols")) return ApiErrc::combination_invalid;
  if (one) {
    out.one = true;
    MS_TRY(const auto name, parameters.required("symbol"));
    MS_TRY_VOID(choose(out, name));
  } else if (parameters.has("symbols")) {
    MS_TRY_VOID(choose_listed(out, parameters.text("symbols")));
  } else {
    for (const Listing& listing : out.all->symbols()) out.listings.push_back(&listing);
  }
  return out;
}

Result<> exchange_info(const RestParts& parts, const RestCall& call, Parameters& parameters,
                       Response& response) {
  MS_TRY(const auto chosen, chosen_symbols(parts, parameters));
  for (const char* ignored : {"permissions", "showPermissionSets", "symbolStatus"}) {
    (void)parameters.has(ignored);
  }
  MS_TRY_VOID(parameters.all_read());
  append_exchange_info(response.body(), chosen.listings, parts.limits, milliseconds(time_of(call)));
  return {};
}

DepthView depth_of(const Views& views, SymbolId symbol, std::size_t levels) {
  DepthView out;
  out.sequence = views.engine.last_sequence();
  out.levels_max = levels;
  views.engine.depth(symbol, Side::buy, levels, out.bids);
  views.engine.depth(symbol, Side::sell, levels, out.asks);
  return out;
}

std::uint32_t depth_weight(Parameters& parameters) {
  const auto limit = parameters.number("limit");
  const std::uint64_t levels = limit.has_value() ? limit->value_or(100) : 100;
  return levels <= 100 ? 5 : levels <= 500 ? 25 : levels <= 1'000 ? 50 : 250;
}

Result<> depth(const RestParts& parts, const RestCall& call, Parameters& parameters,
               Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto levels, limit_parameter(parameters, 100, Limits::depth_levels_max));
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [symbol = listing->definition.id, levels,
       &watch = parts.depth_watch](const Views& views) -> Result<DepthView> {
        DepthView out = depth_of(views, symbol, levels);
        watch.served(symbol, out);
        return out;
      },
      [listing](std::string& out, const DepthView& view) { append_depth(out, view, *listing); });
}

std::vector<TradeRecord> trades_in(const Views& views, const TradeRange& range) {
  std::vector<TradeRecord> out;
  for (const TradeRecord& trade : views.market.trades(range.symbol)) {
    const bool inside = trade.id.get() >= range.from_id && trade.at >= range.from &&
                        trade.at <= range.to && !trade.busted;
    if (inside) out.push_back(trade);
  }
  keep_at_most(out, range.max, range.oldest);
  return out;
}

Result<> trades(const RestParts& parts, const RestCall& call, Parameters& parameters,
                Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  TradeRange range{.symbol = listing->definition.id};
  MS_TRY(range.max, limit_parameter(parameters, 500, Limits::rows_max));
  MS_TRY(const auto from_id, parameters.number("fromId"));
  range.from_id = from_id.value_or(0);
  range.oldest = from_id.has_value();
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [range](const Views& views) -> Result<std::vector<TradeRecord>> {
        return trades_in(views, range);
      },
      [listing](std::string& out, const std::vector<TradeRecord>& rows) {
        append_list(out, rows, [&](const TradeRecord& row) { append_trade(out, row, *listing); });
      });
}

Result<> aggregate_trades(const RestParts& parts, const RestCall& call, Parameters& parameters,
                          Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  TradeRange range{.symbol = listing->definition.id};
  MS_TRY(range.max, limit_parameter(parameters, 500, Limits::rows_max));
  MS_TRY(const auto from_id, parameters.number("fromId"));
  MS_TRY(const auto from, time_parameter(parameters, "startTime"));
  MS_TRY(const auto to, time_parameter(parameters, "endTime"));
  range.from_id = from_id.value_or(0);
  range.from = from.value_or(range.from);
  range.to = to.value_or(range.to);
  range.oldest = from_id.has_value() || from.has_value();
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [symbol = range.symbol](const Views& views) -> Result<std::vector<TradeRecord>> {
        const auto& kept = views.market.trades(symbol);
        return std::vector<TradeRecord>{kept.begin(), kept.end()};
      },
      [listing, range](std::string& out, const std::vector<TradeRecord>& trades) {
        append_list(out, aggregated(trades, range),
                    [&](const AggregateTrade& row) { append_aggregate(out, row, *listing); });
      });
}

Result<> klines(const RestParts& parts, const RestCall& call, Parameters& parameters,
                Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY(const auto name, parameters.required("interval"));
  const auto interval = parse_interval(name);
  if (!interval) return ApiErrc::interval_invalid;
  MarketData::CandleQuery query{.interval = *interval};
  MS_TRY(query.max, limit_parameter(parameters, 500, Limits::rows_max));
  MS_TRY(const auto from, time_parameter(parameters, "startTime"));
  MS_TRY(const auto to, time_parameter(parameters, "endTime"));
  const std::string_view zone = parameters.text("timeZone");
  if (!zone.empty() && zone != "0" && zone != "0:00") return invalid("timeZone");
  query.from = from.value_or(query.from);
  query.to = to.value_or(query.to);
  query.oldest = from.has_value();
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [query, symbol = listing->definition.id,
       now = time_of(call)](const Views& views) -> Result<std::vector<Candle>> {
        std::vector<Candle> out;
        views.market.candles(symbol, query, now, out);
        return out;
      },
      [listing, interval = *interval](std::string& out, const std::vector<Candle>& rows) {
        append_list(out, rows,
                    [&](const Candle& row) { append_candle(out, row, interval, *listing); });
      });
}

Result<> average_price(const RestParts& parts, const RestCall& call, Parameters& parameters,
                       Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY_VOID(parameters.all_read());
  const Time now = time_of(call);
  const Time from{now.get() - 5LL * 60 * 1'000'000'000};
  return look(
      parts, call, response,
      [symbol = listing->definition.id, now,
       from](const Views& views) -> Result<std::vector<Candle>> {
        std::vector<Candle> out;
        views.market.candles(symbol, {.interval = Interval::minute_1, .from = from, .max = 6}, now,
                             out);
        return out;
      },
      [listing, now](std::string& out, const std::vector<Candle>& rows) {
        append_average_price(out, rows, now, *listing);
      });
}

DepthLevel best(const Views& views, SymbolId symbol, Side side, std::vector<DepthLevel>& room) {
  views.engine.depth(symbol, side, 1, room);
  return room.empty() ? DepthLevel{} : room.front();
}

using AppendTicker = void (*)(std::string&, const TickerView&, const Listing&);

/// A ticker of each chosen symbol, with what happened in a day or only with the book.
Result<> tickers(const RestParts& parts, const RestCall& call, Response& response, Chosen chosen,
                 bool with_day, AppendTicker append) {
  const Time now = time_of(call);
  auto kept = std::make_shared<const Chosen>(std::move(chosen));
  return look(
      parts, call, response,
      [kept, now, with_day](const Views& views) -> Result<std::vector<TickerView>> {
        std::vector<TickerView> out;
        std::vector<DepthLevel> room;
        for (const Listing* listing : kept->listings) {
          const SymbolId symbol = listing->definition.id;
          TickerView& view = out.emplace_back();
          view.at = now;
          view.bid = best(views, symbol, Side::buy, room);
          view.ask = best(views, symbol, Side::sell, room);
          view.last = views.market.last(symbol);
          if (with_day) view.ticker = views.market.ticker(symbol, now);
        }
        return out;
      },
      [kept, append](std::string& out, const std::vector<TickerView>& rows) {
        if (kept->one) return append(out, rows.front(), *kept->listings.front());
        out.push_back('[');
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (i != 0) out.push_back(',');
          append(out, rows[i], *kept->listings[i]);
        }
        out.push_back(']');
      });
}

Result<> day_ticker(const RestParts& parts, const RestCall& call, Parameters& parameters,
                    Response& response) {
  MS_TRY(auto chosen, chosen_symbols(parts, parameters));
  const bool mini = parameters.text("type") == "MINI";
  if (parameters.has("type") && !mini && parameters.text("type") != "FULL") return invalid("type");
  MS_TRY_VOID(parameters.all_read());
  return tickers(
      parts, call, response, std::move(chosen), true,
      mini ? AppendTicker{[](std::string& out, const TickerView& view, const Listing& listing) {
        append_day_ticker(out, view, listing, true);
      }}
           : AppendTicker{[](std::string& out, const TickerView& view, const Listing& listing) {
               append_day_ticker(out, view, listing, false);
             }});
}

Result<> book_ticker(const RestParts& parts, const RestCall& call, Parameters& parameters,
                     Response& response) {
  MS_TRY(auto chosen, chosen_symbols(parts, parameters));
  MS_TRY_VOID(parameters.all_read());
  return tickers(parts, call, response, std::move(chosen), false, append_book_ticker);
}

Result<> price_ticker(const RestParts& parts, const RestCall& call, Parameters& parameters,
                      Response& response) {
  MS_TRY(auto chosen, chosen_symbols(parts, parameters));
  MS_TRY_VOID(parameters.all_read());
  return tickers(parts, call, response, std::move(chosen), false,
                 [](std::string& out, const TickerView& view, const Listing& listing) {
                   append_price_ticker(out, view.last, listing);
                 });
}

Result<> auction(const RestParts& parts, const RestCall& call, Parameters& parameters,
                 Response& response) {
  MS_TRY(auto listing, named_listing(parts, parameters));
  MS_TRY_VOID(parameters.all_read());
  return look(
      parts, call, response,
      [symbol = listing->definition.id, now = time_of(call)](const Views& views)
          -> Result<AuctionView> { return look_at_auction(views.engine, symbol, now); },
      [listing](std::string& out, const AuctionView& view) {
        append_auction(out, view, *listing);
      });
}

/// What ccxt asks for the state of an exchange.
Result<> system_status(const RestParts&, const RestCall&, Parameters& parameters,
                       Response& response) {
  MS_TRY_VOID(parameters.all_read());
  response.body().append(R"({"status":0,"msg":"normal"})");
  return {};
}

constexpr std::array market_table{
    RestRoute{Method::get, "/sapi/v1/system/status", 1, Security::none, system_status},
    RestRoute{Method::get, "/v1/auction", 25, Security::none, auction},
    RestRoute{Method::get, "/api/v3/ping", 1, Security::none, ping},
    RestRoute{Method::get, "/api/v3/time", 1, Security::none, server_time},
    RestRoute{Method::get, "/api/v3/exchangeInfo", 20, Security::none, exchange_info},
    RestRoute{Method::get, "/api/v3/depth", 5, Security::none, depth, false, depth_weight},
    RestRoute{Method::get, "/api/v3/trades", 25, Security::none, trades},
    RestRoute{Method::get, "/api/v3/historicalTrades", 25, Security::none, trades},
    RestRoute{Method::get, "/api/v3/aggTrades", 4, Security::none, aggregate_trades},
    RestRoute{Method::get, "/api/v3/klines", 2, Security::none, klines},
    RestRoute{Method::get, "/api/v3/uiKlines", 2, Security::none, klines},
    RestRoute{Method::get, "/api/v3/avgPrice", 2, Security::none, average_price},
    RestRoute{Method::get, "/api/v3/ticker/24hr", 80, Security::none, day_ticker},
    RestRoute{Method::get, "/api/v3/ticker/price", 4, Security::none, price_ticker},
    RestRoute{Method::get, "/api/v3/ticker/bookTicker", 4, Security::none, book_ticker}};

}  // namespace

std::span<const RestRoute> market_routes() { return market_table; }

}  // namespace mainstay::exchange
