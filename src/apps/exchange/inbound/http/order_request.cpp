#include "apps/exchange/inbound/http/order_request.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "apps/exchange/inbound/http/api_errc.hpp"
#include "apps/exchange/limits.hpp"

namespace mainstay::exchange {
namespace {

enum class Presence : std::uint8_t { refused, optional, mandatory };

/// What the API's types of orders are in ours, and which parameters each takes.
struct TypeRow {
  std::string_view name;
  OrderType type;
  PostOnly post_only;
  Presence time_in_force;
  Presence price;
  Presence stop_price;
  Presence iceberg;
};
constexpr auto refused = Presence::refused;
constexpr auto optional = Presence::optional;
constexpr auto mandatory = Presence::mandatory;
constexpr std::array<TypeRow, 5> types{
    {{"LIMIT", OrderType::limit, PostOnly::no, mandatory, mandatory, refused, optional},
     {"MARKET", OrderType::market, PostOnly::no, refused, refused, refused, refused},
     {"STOP_LOSS", OrderType::stop, PostOnly::no, refused, refused, mandatory, refused},
     {"STOP_LOSS_LIMIT", OrderType::stop_limit, PostOnly::no, mandatory, mandatory, mandatory,
      optional},
     {"LIMIT_MAKER", OrderType::limit, PostOnly::reject, refused, mandatory, refused, optional}}};

template <class T>
struct Word {
  std::string_view text;
  T value;
};
constexpr std::array<Word<TimeInForce>, 3> times{
    {{"GTC", TimeInForce::gtc}, {"IOC", TimeInForce::ioc}, {"FOK", TimeInForce::fok}}};
constexpr std::array<Word<SelfTrade>, 5> preventions{{{"NONE", SelfTrade::allow},
                                                      {"EXPIRE_TAKER", SelfTrade::cancel_taker},
                                                      {"EXPIRE_MAKER", SelfTrade::cancel_maker},
                                                      {"EXPIRE_BOTH", SelfTrade::cancel_both},
                                                      {"DECREMENT", SelfTrade::decrement}}};
constexpr std::array<Word<ResponseType>, 3> responses{
    {{"ACK", ResponseType::ack}, {"RESULT", ResponseType::result}, {"FULL", ResponseType::full}}};

template <class T, std::size_t n>
std::optional<T> value_of(const std::array<Word<T>, n>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text, &Word<T>::text);
  if (found == words.end()) return std::nullopt;
  return found->value;
}

/// Whether it is there and is to be read.
Result<bool> present(Parameters& parameters, std::string_view name, Presence wanted) {
  if (!parameters.has(name)) {
    if (wanted == mandatory) return missing(name);
    return false;
  }
  if (wanted == refused) return not_required(name);
  if (parameters.text(name).empty()) return empty(name);
  return true;
}

Result<> read_price(Parameters& parameters, const Listing& listing, std::string_view name,
                    Presence wanted, Price& out) {
  MS_TRY(const bool there, present(parameters, name, wanted));
  if (!there) return {};
  const std::string_view text = parameters.text(name);
  const DecimalFault fault = listing.price(text, out);
  if (fault != DecimalFault::none) return decimal_error(name, text, fault, "PRICE_FILTER");
  if (out.get() == 0) {
    return Error{ApiErrc::refused_message, std::string{"Invalid "}.append(name).append(".")};
  }
  return {};
}

Result<> read_quantity(Parameters& parameters, const Listing& listing, std::string_view name,
                       std::string_view filter, Quantity& out) {
  const std::string_view text = parameters.text(name);
  const DecimalFault fault = listing.quantity(text, out);
  if (fault != DecimalFault::none) return decimal_error(name, text, fault, filter);
  if (out.get() == 0) {
    return Error{ApiErrc::refused_message, std::string{"Invalid "}.append(name).append(".")};
  }
  return {};
}

/// A quantity, or for a market order to buy what it may cost.
Result<> read_amounts(Parameters& parameters, const Listing& listing, PlaceOrder& out) {
  const bool market = out.type == OrderType::market;
  const bool by_quote = parameters.has("quoteOrderQty");
  if (by_quote && !market) return not_required("quoteOrderQty");
  if (by_quote && parameters.has("quantity")) return not_required("quoteOrderQty");
  if (!by_quote) {
    MS_TRY([[maybe_unused]] const bool there, present(parameters, "quantity", mandatory));
    return read_quantity(parameters, listing, "quantity", market ? "MARKET_LOT_SIZE" : "LOT_SIZE",
                         out.quantity);
  }
  if (out.side == Side::sell) {
    return Error{ApiErrc::order_rejected,
                 "Quote order qty market orders are not support for this symbol."};
  }
  const std::string_view text = parameters.text("quoteOrderQty");
  if (text.empty()) return empty("quoteOrderQty");
  const DecimalFault fault = listing.quote(text, out.budget);
  if (fault != DecimalFault::none) return decimal_error("quoteOrderQty", text, fault, "NOTIONAL");
  if (out.budget == 0) return Error{ApiErrc::refused_message, "Invalid quoteOrderQty."};
  return {};
}

Result<> read_iceberg(Parameters& parameters, const Listing& listing, const TypeRow& type,
                      PlaceOrder& out) {
  MS_TRY(const bool there, present(parameters, "icebergQty", type.iceberg));
  if (!there) return {};
  MS_TRY_VOID(read_quantity(parameters, listing, "icebergQty", "LOT_SIZE", out.display));
  if (out.tif != TimeInForce::gtc) {
    return Error{ApiErrc::refused_message, "timeInForce must be GTC for iceberg orders."};
  }
  if (out.display > out.quantity) {
    return Error{ApiErrc::order_rejected, "IcebergQty exceeds QTY."};
  }
  const std::uint64_t parts =
      (std::uint64_t{out.quantity.get()} + out.display.get() - 1) / out.display.get();
  if (parts > Limits::iceberg_parts_max) return filter_failure("ICEBERG_PARTS");
  if (out.display == out.quantity) out.display = Quantity{0};
  return {};
}

Result<> read_words(Parameters& parameters, const TypeRow& type, NewOrder& out) {
  MS_TRY(const bool has_time, present(parameters, "timeInForce", type.time_in_force));
  if (has_time) {
    const auto tif = value_of(times, parameters.text("timeInForce"));
    if (!tif) return ApiErrc::time_in_force_invalid;
    out.placed.tif = *tif;
  }
  if (parameters.has("selfTradePreventionMode")) {
    const auto mode = value_of(preventions, parameters.text("selfTradePreventionMode"));
    if (!mode) return invalid("selfTradePreventionMode");
    out.placed.self_trade = *mode;
  }
  const bool at_once = type.type == OrderType::limit && type.post_only == PostOnly::no;
  const bool full = at_once || type.type == OrderType::market;
  out.response = full ? ResponseType::full : ResponseType::ack;
  if (parameters.has("newOrderRespType")) {
    const auto response = value_of(responses, parameters.text("newOrderRespType"));
    if (!response) return invalid("newOrderRespType");
    out.response = *response;
  }
  if (parameters.has("newClientOrderId")) {
    MS_TRY(out.placed.client,
           parse_client_id("newClientOrderId", parameters.text("newClientOrderId")));
  }
  if (parameters.has("trailingDelta")) {
    return Error{ApiErrc::order_rejected,
                 "Trailing stop orders are not supported for this symbol."};
  }
  // What a client says of its strategies is read, and kept by nobody.
  MS_TRY([[maybe_unused]] const auto strategy, parameters.number("strategyId"));
  MS_TRY([[maybe_unused]] const auto strategy_type, parameters.number("strategyType"));
  return {};
}

}  // namespace

Result<ClientOrderId> parse_client_id(std::string_view name, std::string_view text) {
  const bool legal = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '/' || c == '_' || c == '-';
  });
  if (!legal || text.empty() || text.size() > ClientOrderId::size_max) {
    return illegal(name, "^[\\.A-Z\\:/a-z0-9_-]{1,36}$");
  }
  return ClientOrderId{text};
}

Result<NewOrder> parse_order(Parameters& parameters, const Listing& listing) {
  NewOrder out;
  out.placed.symbol = listing.definition.id;
  MS_TRY(const auto side, parameters.required("side"));
  if (side != "BUY" && side != "SELL") return ApiErrc::side_invalid;
  out.placed.side = side == "BUY" ? Side::buy : Side::sell;
  MS_TRY(const auto type_name, parameters.required("type"));
  const auto type = std::ranges::find(types, type_name, &TypeRow::name);
  if (type == types.end()) return ApiErrc::type_invalid;
  out.placed.type = type->type;
  out.placed.post_only = type->post_only;
  MS_TRY_VOID(read_words(parameters, *type, out));
  MS_TRY_VOID(read_amounts(parameters, listing, out.placed));
  MS_TRY_VOID(read_price(parameters, listing, "price", type->price, out.placed.price));
  MS_TRY_VOID(read_price(parameters, listing, "stopPrice", type->stop_price, out.placed.trigger));
  MS_TRY_VOID(read_iceberg(parameters, listing, *type, out.placed));
  return out;
}

}  // namespace mainstay::exchange
