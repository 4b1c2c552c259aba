#pragma once

#include <string_view>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/inbound/http/parameters.hpp"
#include "base/result.hpp"

namespace mainstay::exchange {

/// What an answer to a new order says.
enum class ResponseType : std::uint8_t { ack, result, full };

struct NewOrder {
  PlaceOrder placed;
  ResponseType response = ResponseType::full;
};

/// The order that the parameters of POST /order describe, of that symbol (which `symbol` has named
/// already). Checks what needs no book: form, mandatory and excess parameters, steps.
Result<NewOrder> parse_order(Parameters& parameters, const Listing& listing);

/// [.A-Z:/a-z0-9_-]{1,36}
Result<ClientOrderId> parse_client_id(std::string_view name, std::string_view text);

}  // namespace mainstay::exchange
