#include "apps/exchange/inbound/http/order_json.hpp"

#include "apps/exchange/inbound/http/json_members.hpp"
#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::string_view made_up = "ms_";

std::string_view side_name(Side side) { return side == Side::buy ? "BUY" : "SELL"; }

void client_id(Members& members, std::string_view key, const PlaceOrder& placed) {
  std::string& out = members.name(key);
  out.push_back('"');
  append_client_id(out, placed);
  out.push_back('"');
}

/// What an order is, and how far it has come.
struct Progress {
  const PlaceOrder& placed;
  OrderStatus status;
  CancelCause cause;
  std::uint64_t executed;
  std::uint64_t prevented;
  Amount quote;
};

void append_progress(Members& members, const Progress& order, const Listing& listing) {
  const PlaceOrder& placed = order.placed;
  members.price("price", listing, placed.price.get());
  members.quantity("origQty", listing, placed.quantity.get());
  members.quantity("executedQty", listing, order.executed);
  members.quote("origQuoteOrderQty", listing, placed.budget);
  members.quote("cummulativeQuoteQty", listing, order.quote);
  members.text("status", status_name(order.status, order.cause));
  members.text("timeInForce", time_in_force_name(placed));
  members.text("type", type_name(placed));
  members.text("side", side_name(placed.side));
  if (placed.trigger.get() != 0) members.price("stopPrice", listing, placed.trigger.get());
  if (placed.display.get() != 0) members.quantity("icebergQty", listing, placed.display.get());
  members.text("selfTradePreventionMode", self_trade_name(placed.self_trade));
  if (order.prevented != 0) members.quantity("preventedQuantity", listing, order.prevented);
}

void append_matches(Members& members, const PlacedAnswer& answer, const Listing& listing) {
  std::string& out = members.name("fills");
  out.push_back('[');
  for (const PlacedAnswer::Match& match : answer.matches) {
    if (out.back() != '[') out.push_back(',');
    Members fill{out};
    fill.price("price", listing, match.price.get());
    fill.quantity("qty", listing, match.quantity.get());
    fill.quote("commission", listing, match.fee);
    fill.text("commissionAsset", listing.quote_asset.name.text());
    fill.number("tradeId", match.trade.get());
  }
  out.push_back(']');
}

}  // namespace

void append_placed(std::string& out, const PlacedAnswer& answer, const Listing& listing,
                   ResponseType type) {
  Members members{out};
  members.text("symbol", listing.name());
  members.number("orderId", answer.placed.id.get());
  members.number("orderListId", std::int64_t{-1});
  client_id(members, "clientOrderId", answer.placed);
  members.number("transactTime", milliseconds(answer.at));
  if (type == ResponseType::ack) return;
  append_progress(
      members,
      {answer.placed, answer.status, answer.cause, answer.executed, answer.prevented, answer.quote},
      listing);
  if (answer.working) members.number("workingTime", milliseconds(answer.at));
  if (type == ResponseType::full) append_matches(members, answer, listing);
}

void append_order(std::string& out, const OrderRecord& record, const Listing& listing) {
  Members members{out};
  members.text("symbol", listing.name());
  members.number("orderId", record.placed.id.get());
  members.number("orderListId", std::int64_t{-1});
  client_id(members, "clientOrderId", record.placed);
  append_progress(
      members,
      {record.placed, record.status, record.cause, record.executed, record.prevented, record.quote},
      listing);
  if (record.placed.trigger.get() == 0) members.price("stopPrice", listing, 0);
  if (record.placed.display.get() == 0) members.quantity("icebergQty", listing, 0);
  members.number("time", milliseconds(record.created));
  members.number("updateTime", milliseconds(record.updated));
  members.flag("isWorking", record.working.get() != 0);
  members.number("workingTime",
                 record.working.get() == 0 ? std::int64_t{-1} : milliseconds(record.working));
}

void append_canceled(std::string& out, const OrderRecord& record, const Listing& listing,
                     std::string_view client) {
  Members members{out};
  members.text("symbol", listing.name());
  client_id(members, "origClientOrderId", record.placed);
  members.number("orderId", record.placed.id.get());
  members.number("orderListId", std::int64_t{-1});
  if (client.empty()) {
    client_id(members, "clientOrderId", record.placed);
  } else {
    members.text("clientOrderId", client);
  }
  members.number("transactTime", milliseconds(record.updated));
  append_progress(
      members,
      {record.placed, record.status, record.cause, record.executed, record.prevented, record.quote},
      listing);
}

void append_fill(std::string& out, const Fill& fill, const Listing& listing) {
  Members members{out};
  members.text("symbol", listing.name());
  members.number("id", fill.trade.get());
  members.number("orderId", fill.order.get());
  members.number("orderListId", std::int64_t{-1});
  members.price("price", listing, fill.price.get());
  members.quantity("qty", listing, fill.quantity.get());
  members.quote("quoteQty", listing, fill.quote);
  members.quote("commission", listing, fill.fee);
  members.text("commissionAsset", listing.quote_asset.name.text());
  members.number("time", milliseconds(fill.at));
  members.flag("isBuyer", fill.side == Side::buy);
  members.flag("isMaker", fill.maker);
  members.flag("isBestMatch", true);
}

std::string_view type_name(const PlaceOrder& placed) {
  switch (placed.type) {
    case OrderType::market:
      return "MARKET";
    case OrderType::stop:
      return "STOP_LOSS";
    case OrderType::stop_limit:
      return "STOP_LOSS_LIMIT";
    default:
      return placed.post_only == PostOnly::reject ? "LIMIT_MAKER" : "LIMIT";
  }
}

std::string_view time_in_force_name(const PlaceOrder& placed) {
  if (placed.type == OrderType::market) return "GTC";
  switch (placed.tif) {
    case TimeInForce::day:
      return "DAY";
    case TimeInForce::gtd:
      return "GTD";
    case TimeInForce::ioc:
      return "IOC";
    case TimeInForce::fok:
      return "FOK";
    default:
      return "GTC";
  }
}

std::string_view status_name(OrderStatus status, CancelCause cause) {
  switch (status) {
    case OrderStatus::partially_filled:
      return "PARTIALLY_FILLED";
    case OrderStatus::filled:
      return "FILLED";
    case OrderStatus::canceled:
      return "CANCELED";
    case OrderStatus::expired:
      return cause == CancelCause::self_trade ? "EXPIRED_IN_MATCH" : "EXPIRED";
    case OrderStatus::rejected:
      return "REJECTED";
    default:
      return "NEW";
  }
}

std::string_view self_trade_name(SelfTrade mode) {
  switch (mode) {
    case SelfTrade::cancel_taker:
      return "EXPIRE_TAKER";
    case SelfTrade::cancel_maker:
      return "EXPIRE_MAKER";
    case SelfTrade::cancel_both:
      return "EXPIRE_BOTH";
    case SelfTrade::decrement:
      return "DECREMENT";
    default:
      return "NONE";
  }
}

void append_client_id(std::string& out, const PlaceOrder& placed) {
  if (!placed.client.empty()) {
    // A FIX client's may hold anything that is printable.
    const std::size_t begin = out.size();
    append_json_quoted(out, placed.client.text());
    out.erase(begin, 1);
    out.pop_back();
    return;
  }
  out.append(made_up);
  append_number(out, static_cast<std::int64_t>(placed.id.get()));
}

OrderId made_up_id(std::string_view client) {
  if (!client.starts_with(made_up)) return OrderId{0};
  return OrderId{parse_u64(client.substr(made_up.size())).value_or(0)};
}

}  // namespace mainstay::exchange
