#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/inbound/http/network_calls.hpp"
#include "apps/charging/money_office.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

json::Value moment_json(SystemTime at);  // RFC 3339, or null for none
json::Value money_json(const Bill& bill, Currency currency);
json::Value charge_json(const Charge& charge);
json::Value record_json(const CdrRecord& record);
json::Value invoice_json(const InvoiceRecord& invoice, const PaymentRecord* payment);
json::Value quote_json(const MoneyOffice::Quote& quote);
json::Value tariff_json(const TariffRecord& record);
json::Value vehicle_json(const VehicleRecord& vehicle);
json::Value reservation_json(const ReservationRow& row);

/// Of lists by number: `cursor` and `limit` (1 to 500, 100 unless told). Others
/// are refused, unless named in `more`.
struct ListQuery {
  std::int64_t before = 0;
  std::size_t limit = 100;
  std::vector<std::pair<std::string, std::string>> more{};
  [[nodiscard]] std::string_view text(std::string_view name) const;
};
Result<ListQuery> read_list_query(std::string_view query,
                                  std::initializer_list<std::string_view> more = {});
/// {name: rows, "next": cursor}; `next` when there may be more.
json::Value list_json(std::string_view name, json::Array rows, std::size_t limit,
                      std::int64_t last);

/// A page of ours that is printed or shown without scripts.
void answer_page(http::Response& response, std::string_view title, std::string_view body);
std::string charge_page(const Charge& charge);
std::string receipt_page(const CdrRecord& record, const InvoiceRecord* invoice);
std::string invoice_page(const InvoiceRecord& invoice, const std::vector<CdrRecord>& records);

/// Dropped unanswered it says that money is busy.
class MoneyReply : public http::JsonReply {
 public:
  explicit MoneyReply(http::Response& response) : JsonReply(response, refuse_busy) {}
};

}  // namespace mainstay::charging
