#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/domain/decimal.hpp"
#include "apps/exchange/domain/reject.hpp"
#include "base/error.hpp"
#include "platform/http/response.hpp"

namespace mainstay::exchange {

/// The numbers that clients of Binance's spot API know (its documentation's "Error codes"). The
/// row's name is the number, its text what `msg` says; an error's detail replaces that.
enum class ApiErrc : std::uint8_t {
  unknown,
  disconnected,
  unauthorized,
  too_many_requests,
  overloaded,
  refused_message,
  too_many_orders,
  timestamp_outside,
  signature_invalid,
  characters_illegal,
  parameters_too_many,
  parameter_missing,
  parameters_unread,
  parameter_empty,
  parameter_not_required,
  precision_too_high,
  time_in_force_invalid,
  type_invalid,
  side_invalid,
  interval_invalid,
  symbol_invalid,
  listen_key_unknown,
  combination_invalid,
  parameter_invalid,
  recv_window_too_long,
  order_rejected,
  cancel_rejected,
  order_unknown,
  key_malformed,
  key_unknown,
  amend_rejected
};
const ErrorRow& error_row(ApiErrc code);

/// {"code":-1121,"msg":"Invalid symbol."}; of other errors -1001 and 503, or -1000.
void refuse(http::Response& response, const Error& error, Seconds again_in = Seconds{1});
void append_refusal(std::string& out, const Error& error);

// What is wrong with one parameter.
Error missing(std::string_view parameter);
Error illegal(std::string_view parameter, std::string_view pattern);
Error empty(std::string_view parameter);
Error not_required(std::string_view parameter);
Error invalid(std::string_view parameter);
Error filter_failure(std::string_view filter);
/// Of a price, quantity or amount with that text; `filter` is whose step it misses.
Error decimal_error(std::string_view parameter, std::string_view text, DecimalFault fault,
                    std::string_view filter);

/// Why the engine did not take an order, or a change to one. Of one that is no more,
/// cancel_rejected is for the caller to say.
Error rejection(Reject reject, bool is_market);

}  // namespace mainstay::exchange
