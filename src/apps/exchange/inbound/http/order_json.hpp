#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/domain/order_log.hpp"
#include "apps/exchange/inbound/http/order_request.hpp"
#include "apps/exchange/inbound/http/placed_answer.hpp"

namespace mainstay::exchange {

// Orders and fills as JSON, in the members and words of Binance's spot API. All append.

void append_placed(std::string& out, const PlacedAnswer& answer, const Listing& listing,
                   ResponseType type);
void append_order(std::string& out, const OrderRecord& record, const Listing& listing);
/// Of DELETE: `client` names the cancel itself; empty: nobody named it.
void append_canceled(std::string& out, const OrderRecord& record, const Listing& listing,
                     std::string_view client);
void append_fill(std::string& out, const Fill& fill, const Listing& listing);

// Words that streams say too.
std::string_view type_name(const PlaceOrder& placed);
std::string_view time_in_force_name(const PlaceOrder& placed);
std::string_view status_name(OrderStatus status, CancelCause cause);
std::string_view self_trade_name(SelfTrade mode);
/// The client's id of an order; of one without, "ms_" and its id.
void append_client_id(std::string& out, const PlaceOrder& placed);
/// The order that such a made-up client id names; 0 for others.
OrderId made_up_id(std::string_view client);

inline std::int64_t milliseconds(Time time) { return time.get() / 1'000'000; }

}  // namespace mainstay::exchange
