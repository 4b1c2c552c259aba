#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "apps/exchange/domain/command.hpp"
#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/inbound/fix/message.hpp"
#include "apps/exchange/inbound/fix/order_table.hpp"

namespace mainstay::exchange::fix {

inline constexpr std::size_t account_text_max = 64;  // Account (1), which is only said back
inline constexpr std::size_t request_id_max = 64;    // of status requests, likewise

/// Why an order cannot be taken although its message is sound: what an ExecutionReport says.
struct Refusal {
  int reason = 99;  // OrdRejReason (103)
  std::string text;
};

/// What a NewOrderSingle (D) describes. A defect is answered with a Reject (3).
using OrderEntry = std::variant<PlaceOrder, Defect, Refusal>;
/// `listing` null: the symbol is not known.
OrderEntry read_new_order(const Message& message, const Listing* listing);

/// What an OrderCancelReplaceRequest (G) of that order describes, without the order's id. What it
/// cannot change is refused unless it is as it was.
using AmendEntry = std::variant<AmendOrder, Defect, Refusal>;
AmendEntry read_replace(const Message& message, const Listing& listing, const FixOrder& order);

/// What an OrderMassCancelRequest (q) describes: of all symbols (530 = 7) or one (1), of both sides
/// or one.
using MassCancelEntry = std::variant<MassCancel, Defect, Refusal>;
MassCancelEntry read_mass_cancel(const Message& message, const Listing* listing);

/// A client order id of 1 to 36 printable characters.
std::optional<Defect> check_client_order_id(const Message& message, Tag tag);
/// The first of these that is missing.
std::optional<Defect> check_present(const Message& message, std::span<const Tag> tags);
std::optional<Side> read_side(std::string_view text);

}  // namespace mainstay::exchange::fix
