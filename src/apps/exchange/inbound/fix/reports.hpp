#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/exchange/domain/event.hpp"
#include "apps/exchange/domain/listing.hpp"
#include "apps/exchange/inbound/fix/order_entry.hpp"
#include "apps/exchange/inbound/fix/order_table.hpp"
#include "base/clock.hpp"

namespace mainstay::exchange::fix {

/// What a session asked for and the venue has not answered yet: what the answer must say back.
struct Request {
  SessionNumber session = 0;
  std::uint64_t in_number = 0;  // MsgSeqNum of its message
  std::uint64_t reset = 0;      // after how many resets of the session's numbers
  char type = 'D';              // D, F, G or q; X: our own, when a connection ended
  std::string client;           // ClOrdID
  std::string original;         // OrigClOrdID
  std::string account;          // Account (1), as given
  char scope = '7';             // MassCancelRequestType
};

/// A message to a session, without its header.
struct Outgoing {
  SessionNumber session = 0;
  std::string type;
  std::string body;
};

/// What a command's outcome means to FIX sessions.
struct Reports {
  std::vector<Outgoing> messages;
  std::vector<OrderId> changed;  // in the table
};

/// Tells the sessions whose orders it concerns of a command that was carried out, and brings
/// `orders` up to it. `request`: whose wish it was; null: nobody's here. Pure.
Reports report(const Command& command, std::span<const Event> events, const Request* request,
               const Listings& listings, OrderTable& orders);

// --- answers that the venue was not needed for ---------------------------------------------------

/// An order that was refused: ExecutionReport (8), rejected.
std::string refused_order(const Message& message, const Refusal& refusal, std::string_view exec_id,
                          SystemTime now);
/// OrderCancelReject (9). `order`: the one that was meant, if there is one.
std::string refused_cancel(const Message& message, const FixOrder* order, int reason,
                           std::string_view text);
/// OrderMassCancelReport (r), rejected.
std::string refused_mass_cancel(const Message& message, const Refusal& refusal);
/// BusinessMessageReject (j).
std::string business_reject(const Message& message, int reason, std::string_view text);

/// The state of an order on request: ExecutionReport (8), status. `request_id` is the request's,
/// in `tag`; of a list of reports `left` are behind this one.
struct StatusRequest {
  Tag tag = tag::order_status_request_id;
  std::string_view request_id;
  std::optional<std::size_t> total;
  bool last = true;
};
std::string order_status(const FixOrder& order, const Listings& listings,
                         const StatusRequest& request, std::string_view exec_id, SystemTime now);
/// Of one that is not known.
std::string unknown_order_status(const Message& message, std::string_view exec_id, SystemTime now);

/// OrdRejReason (103) and CxlRejReason (102).
int order_reject_reason(Reject reject);
int cancel_reject_reason(Reject reject);

}  // namespace mainstay::exchange::fix
