#include "apps/exchange/inbound/http/api_errc.hpp"

#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::size_t precision_max = 8;  // digits behind the point, of any asset of Binance's

constexpr std::array error_rows{
    ErrorRow{"-1000", "An unknown error occurred while processing the request.", 500},
    ErrorRow{"-1001", "Internal error; unable to process your request. Please try again.", 503,
             Retry::yes},
    ErrorRow{"-1002", "You are not authorized to execute this request.", 401},
    ErrorRow{"-1003", "Too much request weight used; please use the websocket for live updates.",
             429, Retry::yes},
    ErrorRow{"-1008", "Server is currently overloaded with other requests. Please try again.", 503,
             Retry::yes},
    ErrorRow{"-1013", "Invalid message.", 400},
    ErrorRow{"-1015", "Too many new orders.", 429, Retry::yes},
    ErrorRow{"-1021", "Timestamp for this request is outside of the recvWindow.", 400},
    ErrorRow{"-1022", "Signature for this request is not valid.", 400},
    ErrorRow{"-1100", "Illegal characters found in a parameter.", 400},
    ErrorRow{"-1101", "Too many parameters sent for this endpoint.", 400},
    ErrorRow{"-1102", "A mandatory parameter was not sent, was empty/null, or malformed.", 400},
    ErrorRow{"-1104", "Not all sent parameters were read.", 400},
    ErrorRow{"-1105", "A parameter was empty.", 400},
    ErrorRow{"-1106", "A parameter was sent when not required.", 400},
    ErrorRow{"-1111", "Precision is over the maximum defined for this asset.", 400},
    ErrorRow{"-1115", "Invalid timeInForce.", 400},
    ErrorRow{"-1116", "Invalid orderType.", 400},
    ErrorRow{"-1117", "Invalid side.", 400},
    ErrorRow{"-1120", "Invalid interval.", 400},
    ErrorRow{"-1121", "Invalid symbol.", 400},
    ErrorRow{"-1125", "This listenKey does not exist.", 400},
    ErrorRow{"-1128", "Combination of optional parameters invalid.", 400},
    ErrorRow{"-1130", "Data sent for a parameter is not valid.", 400},
    ErrorRow{"-1131", "recvWindow must be less than 60000", 400},
    ErrorRow{"-2010", "NEW_ORDER_REJECTED", 400},
    ErrorRow{"-2011", "Unknown order sent.", 400},
    ErrorRow{"-2013", "Order does not exist.", 400},
    ErrorRow{"-2014", "API-key format invalid.", 401},
    ErrorRow{"-2015", "Invalid API-key, IP, or permissions for action.", 401},
    ErrorRow{"-2038", "The order amend was rejected.", 400}};
static_assert(error_rows.size() == static_cast<std::size_t>(ApiErrc::amend_rejected) + 1);

Error about(ApiErrc code, std::string_view before, std::string_view parameter,
            std::string_view behind) {
  return Error{code, std::string{before}.append("'").append(parameter).append("'").append(behind)};
}

Error rejected(std::string_view why) { return Error{ApiErrc::order_rejected, std::string{why}}; }

}  // namespace

const ErrorRow& error_row(ApiErrc code) { return error_rows[static_cast<std::size_t>(code)]; }

void append_refusal(std::string& out, const Error& error) {
  const bool ours = error.name().starts_with('-');
  const Error other{error.retryable() ? ApiErrc::disconnected : ApiErrc::unknown};
  const Error& shown = ours ? error : other;
  out.append("{\"code\":").append(shown.name()).append(",\"msg\":");
  append_json_quoted(out, shown.detail().empty() ? shown.text() : shown.detail());
  out.append("}");
}

void refuse(http::Response& response, const Error& error, Seconds again_in) {
  response.promise_nothing();
  const bool ours = error.name().starts_with('-');
  response.status(ours ? error.http_status() : (error.retryable() ? 503 : 500));
  response.content_type("application/json;charset=UTF-8");
  response.body().clear();
  append_refusal(response.body(), error);
  if (error.retryable()) response.header("Retry-After", std::to_string(again_in.count()));
}

Error missing(std::string_view parameter) {
  return about(ApiErrc::parameter_missing, "Mandatory parameter ", parameter,
               " was not sent, was empty/null, or malformed.");
}

Error illegal(std::string_view parameter, std::string_view pattern) {
  return about(ApiErrc::characters_illegal, "Illegal characters found in parameter ", parameter,
               std::string{"; legal range is '"}.append(pattern).append("'."));
}

Error empty(std::string_view parameter) {
  return about(ApiErrc::parameter_empty, "Parameter ", parameter, " was empty.");
}

Error not_required(std::string_view parameter) {
  return about(ApiErrc::parameter_not_required, "Parameter ", parameter,
               " sent when not required.");
}

Error invalid(std::string_view parameter) {
  return about(ApiErrc::parameter_invalid, "Data sent for parameter ", parameter, " is not valid.");
}

Error filter_failure(std::string_view filter) {
  return Error{ApiErrc::refused_message, std::string{"Filter failure: "}.append(filter)};
}

Error decimal_error(std::string_view parameter, std::string_view text, DecimalFault fault,
                    std::string_view filter) {
  if (fault == DecimalFault::malformed) {
    return illegal(parameter, "^([0-9]{1,20})(\\.[0-9]{1,20})?$");
  }
  const std::size_t last = text.find_last_not_of('0');
  const std::size_t point = text.find('.');
  if (fault == DecimalFault::too_precise && last - point > precision_max) {
    return about(ApiErrc::precision_too_high, "Parameter ", parameter, " has too much precision.");
  }
  return filter_failure(filter);
}

Error rejection(Reject reject, bool is_market) {
  switch (reject) {
    case Reject::order_id_taken:
    case Reject::client_order_id_taken:
      return rejected("Duplicate order sent.");
    case Reject::quantity_zero:
      return Error{ApiErrc::refused_message, "Invalid quantity."};
    case Reject::price_missing:
      return Error{ApiErrc::refused_message, "Invalid price."};
    case Reject::trigger_missing:
      return Error{ApiErrc::refused_message, "Invalid stopPrice."};
    case Reject::symbol_unknown:
      return ApiErrc::symbol_invalid;
    case Reject::symbol_closed:
    case Reject::symbol_halted:
      return rejected("Market is closed.");
    case Reject::not_in_a_call:
      return rejected("Market is in an auction's call, which does not take this type of order.");
    case Reject::tick_invalid:
      return filter_failure("PRICE_FILTER");
    case Reject::quantity_below_min:
    case Reject::quantity_above_max:
    case Reject::quantity_step_invalid:
      return filter_failure(is_market ? "MARKET_LOT_SIZE" : "LOT_SIZE");
    case Reject::notional_below_min:
    case Reject::notional_above_max:
      return filter_failure("NOTIONAL");
    case Reject::price_outside_band:
      return filter_failure("PERCENT_PRICE");
    case Reject::orders_too_many:
      return filter_failure("MAX_NUM_ORDERS");
    case Reject::overflow:
      return Error{ApiErrc::refused_message, "Price * QTY is too large."};
    case Reject::balance_insufficient:
    case Reject::account_unknown:  // nothing was ever paid in
      return rejected("Account has insufficient balance for requested action.");
    case Reject::account_suspended:
      return rejected("This account may not place or cancel orders.");
    case Reject::would_take:
      return rejected("Order would immediately match and take.");
    case Reject::trigger_passed:
      return rejected("Stop price would trigger immediately.");
    case Reject::combination_unsupported:
      return rejected("Unsupported order combination");
    default:
      return rejected(text(reject));
  }
}

}  // namespace mainstay::exchange
