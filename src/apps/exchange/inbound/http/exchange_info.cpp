#include "apps/exchange/inbound/http/exchange_info.hpp"

#include <algorithm>

#include "apps/exchange/inbound/http/json_members.hpp"
#include "apps/exchange/limits.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr unsigned multiplier_digits = 4;  // a basis point
constexpr std::uint64_t basis_points = 10'000;

std::string& next(std::string& out) {
  if (out.back() != '[') out.push_back(',');
  return out;
}

/// Where the reference price is, or the first one: a client rounds to one step.
std::uint32_t tick_of(const DefineSymbol& symbol) {
  const SymbolRules& rules = symbol.rules;
  std::uint32_t tick = std::max(rules.ticks[0].tick, 1U);
  for (std::size_t i = 1; i < std::min<std::size_t>(rules.tick_steps, rules.ticks.size()); ++i) {
    if (rules.ticks[i].from <= symbol.reference) tick = rules.ticks[i].tick;
  }
  return tick;
}

void append_lots(std::string& out, std::string_view type, const Listing& listing) {
  const SymbolRules& rules = listing.definition.rules;
  Members filter{next(out)};
  filter.text("filterType", type);
  filter.quantity("minQty", listing, rules.quantity_min.get());
  filter.quantity("maxQty", listing, rules.quantity_max.get());
  filter.quantity("stepSize", listing, rules.quantity_step.get());
}

void multiplier(Members& filter, std::string_view key, std::uint64_t value) {
  std::string& out = filter.name(key);
  out.push_back('"');
  append_decimal(out, value, multiplier_digits);
  out.push_back('"');
}

void append_filters(std::string& out, const Listing& listing, const ApiLimits& limits) {
  const SymbolRules& rules = listing.definition.rules;
  out.push_back('[');
  {
    const std::uint32_t tick = tick_of(listing.definition);
    Members filter{next(out)};
    filter.text("filterType", "PRICE_FILTER");
    filter.price("minPrice", listing, tick);
    filter.price("maxPrice", listing, UINT32_MAX / tick * tick);
    filter.price("tickSize", listing, tick);
  }
  append_lots(out, "LOT_SIZE", listing);
  append_lots(out, "MARKET_LOT_SIZE", listing);
  {
    const Amount most = rules.notional_max == 0 ? INT64_MAX : rules.notional_max;
    Members filter{next(out)};
    filter.text("filterType", "NOTIONAL");
    filter.quote("minNotional", listing, rules.notional_min);
    filter.flag("applyMinToMarket", true);
    filter.quote("maxNotional", listing, most);
    filter.flag("applyMaxToMarket", true);
    filter.number("avgPriceMins", std::int64_t{0});
  }
  if (const std::uint64_t band = rules.static_band_bp; band != 0) {
    Members filter{next(out)};
    filter.text("filterType", "PERCENT_PRICE");
    multiplier(filter, "multiplierUp", basis_points + band);
    multiplier(filter, "multiplierDown", basis_points - std::min(band, basis_points));
    filter.number("avgPriceMins", std::int64_t{0});
  }
  {
    Members filter{next(out)};
    filter.text("filterType", "ICEBERG_PARTS");
    filter.number("limit", Limits::iceberg_parts_max);
  }
  {
    Members filter{next(out)};
    filter.text("filterType", "MAX_NUM_ORDERS");
    filter.number("maxNumOrders", limits.orders_live_max);
  }
  out.push_back(']');
}

std::string_view status_of(Phase phase) {
  switch (phase) {
    case Phase::continuous:
      return "TRADING";
    case Phase::halted:
      return "HALT";
    case Phase::closed:
      return "BREAK";
    default:
      return "AUCTION_MATCH";
  }
}

void append_symbol(std::string& out, const Listing& listing, const ApiLimits& limits) {
  Members members{next(out)};
  members.text("symbol", listing.name());
  members.text("status", status_of(listing.definition.phase));
  members.text("baseAsset", listing.base.name.text());
  members.number("baseAssetPrecision", std::uint64_t{listing.base.decimals});
  members.text("quoteAsset", listing.quote_asset.name.text());
  members.number("quotePrecision", std::uint64_t{listing.quote_asset.decimals});
  members.number("quoteAssetPrecision", std::uint64_t{listing.quote_asset.decimals});
  members.number("baseCommissionPrecision", std::uint64_t{listing.base.decimals});
  members.number("quoteCommissionPrecision", std::uint64_t{listing.quote_asset.decimals});
  members.name("orderTypes")
      .append(R"(["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS","STOP_LOSS_LIMIT"])");
  for (const char* offered :
       {"icebergAllowed", "quoteOrderQtyMarketAllowed", "isSpotTradingAllowed"}) {
    members.flag(offered, true);
  }
  for (const char* missing : {"ocoAllowed", "otoAllowed", "allowTrailingStop",
                              "cancelReplaceAllowed", "isMarginTradingAllowed"}) {
    members.flag(missing, false);
  }
  members.flag("amendAllowed", true);
  append_filters(members.name("filters"), listing, limits);
  members.name("permissions").append("[]");
  members.name("permissionSets").append(R"([["SPOT"]])");
  members.text("defaultSelfTradePreventionMode", "NONE");
  members.name("allowedSelfTradePreventionModes")
      .append(R"(["NONE","EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH","DECREMENT"])");
}

struct RateRow {
  std::string_view type;
  std::string_view interval;
  std::uint64_t count;
  std::uint64_t limit;
};

void append_rates(std::string& out, const ApiLimits& limits) {
  out.push_back('[');
  for (const RateRow& row : {RateRow{"REQUEST_WEIGHT", "MINUTE", 1, limits.weight_per_minute},
                             RateRow{"ORDERS", "SECOND", 10, limits.orders_per_10s}}) {
    if (row.limit == 0) continue;
    Members rate{next(out)};
    rate.text("rateLimitType", row.type);
    rate.text("interval", row.interval);
    rate.number("intervalNum", row.count);
    rate.number("limit", row.limit);
  }
  out.push_back(']');
}

}  // namespace

void append_exchange_info(std::string& out, std::span<const Listing* const> symbols,
                          const ApiLimits& limits, std::int64_t now_ms) {
  Members members{out};
  members.text("timezone", "UTC");
  members.number("serverTime", now_ms);
  append_rates(members.name("rateLimits"), limits);
  members.name("exchangeFilters").append("[]");
  members.name("symbols").push_back('[');
  for (const Listing* listing : symbols) append_symbol(out, *listing, limits);
  out.push_back(']');
}

}  // namespace mainstay::exchange
