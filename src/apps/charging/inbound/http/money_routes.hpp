#pragma once

#include <string>
#include <utility>

#include "apps/charging/inbound/http/money_json.hpp"
#include "apps/charging/inbound/http/role_guard.hpp"
#include "apps/charging/money_desk.hpp"
#include "apps/charging/network_service.hpp"
#include "platform/auth/guard.hpp"
#include "platform/http/router.hpp"
#include "platform/ws/endpoint.hpp"

namespace mainstay::charging {

/// Live charges: GET routes that upgrade to a WebSocket, on which the charge
/// comes as JSON whenever it changes, until it has ended.
class ChargeStream final : public ws::Endpoint {
 public:
  explicit ChargeStream(MoneyDesk& desk);
  /// Upgrades, or answers why not.
  void enter(const http::Request& request, http::Response& response, TransactionId transaction);
  void on_open(ws::Connection& connection) override;
  void on_message(ws::Connection& connection, std::string_view payload, ws::Kind kind) override;

 private:
  struct Watching;
  MoneyDesk& desk_;
};

/// What the routes of money need; all outlives them.
struct MoneyParts {
  MoneyDesk& desk;
  NetworkService& network;
  ChargeStream& stream;
  std::string public_url;  // of QR codes, without a slash at its end; empty: the
                           // request's host
};

/// Tariffs, prices, records, invoices, revenue: operators, support, hosts.
void register_money_routes(http::Router& router, const MoneyParts& parts, auth::Guard& guard);
/// /charging/v1/me/...: vehicles, tags, charges, reservations, invoices of the
/// caller.
void register_driver_routes(http::Router& router, const MoneyParts& parts, auth::Guard& guard);
/// QR codes, and charges of people without an account.
void register_visit_routes(http::Router& router, const MoneyParts& parts);

using MoneyRoute = void (*)(const MoneyParts&, const http::Request&, http::Response&,
                            const auth::Caller&);

/// Answers what `make` makes of the office, on its lane.
template <class Make>
void answer_office(const MoneyParts& parts, http::Response& response, Make make, int status = 200) {
  parts.desk.ask([reply = MoneyReply{response}, make = std::move(make),
                  status](MoneyOffice& office) mutable { reply.give(make(office), status); });
}

void add_money_route(http::Router& router, const MoneyParts& parts, auth::Guard& guard,
                     http::Method method, std::string_view pattern, MoneyRoute route);

Result<json::Value> invoice_with_payment(MoneyOffice& office, const InvoiceRecord& invoice);
Result<json::Value> invoice_list(MoneyOffice& office, const LedgerPage& page);

}  // namespace mainstay::charging
