#include "apps/charging/inbound/http/money_json.hpp"

#include <algorithm>
#include <utility>

#include "apps/charging/domain/plots/moment.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/money_document.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/json/member_reader.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::charging {
namespace {

using templates::html_escaped;

std::string moment_or_empty(SystemTime at) {
  std::string out;
  if (at != SystemTime{}) append_moment(out, at);
  return out;
}

std::string kwh(WattHours energy) { return decimal_text(energy, 3); }

json::Value use_json(const UseSums& use) {
  return json::Object{{"energy_kwh", kwh(use.energy)},
                      {"charging_seconds", std::int64_t{use.charging.count()}},
                      {"parking_seconds", std::int64_t{use.parking.count()}},
                      {"reserved_seconds", std::int64_t{use.reserved.count()}}};
}

UseSums use_of(const CdrRecord& record) {
  return {record.charging, record.parking, record.reserved, record.energy};
}

json::Value number_or_null(std::int64_t number) {
  return number == 0 ? json::Value{} : json::Value{number};
}

json::Value stored_json(const std::string& text) {
  auto parsed = json::parse(text);
  return parsed ? std::move(*parsed) : json::Value{};
}

}  // namespace

json::Value moment_json(SystemTime at) { return text_or_null(moment_or_empty(at)); }

json::Value money_json(const Bill& bill, Currency currency) {
  return json::Object{{"currency", currency.code()},
                      {"net", to_text(bill.net, currency)},
                      {"vat", to_text(bill.vat, currency)},
                      {"gross", to_text(bill.gross(), currency)},
                      {"rates", rates_json(bill, currency)}};
}

json::Value charge_json(const Charge& charge) {
  const TransactionRow& row = charge.transaction;
  const bool is_over = row.state == TransactionState::ended;
  const auto& record = charge.record;
  return json::Object{{"transaction", number_or_null(row.id.get())},
                      {"state", to_text(row.state)},
                      {"connector", to_text(ConnectorName{row.station, row.connector})},
                      {"place", text_or_null(record ? record->place : charge.terms.place.name)},
                      {"tag", row.tag},
                      {"started_at", moment_json(row.started_at)},
                      {"stopped_at", is_over ? moment_json(row.stopped_at) : json::Value{}},
                      {"use", use_json(record ? use_of(*record) : charge.use)},
                      {"tariff", text_or_null(record                ? record->tariff_id
                                              : charge.terms.tariff ? charge.terms.tariff->tariff.id
                                                                    : "")},
                      {"cost", record ? money_json(record->bill, record->currency)
                                      : money_json(charge.bill, charge.currency)},
                      {"exact", record ? exact_json(record->exact_net, record->exact_gross)
                                       : exact_json(charge.cost.without_vat.rounded(),
                                                    charge.cost.with_vat.rounded())},
                      {"receipt", record ? json::Value{record->id} : json::Value{}}};
}

json::Value record_json(const CdrRecord& record) {
  return json::Object{{"id", record.id},
                      {"source", record.source},
                      {"user", text_or_null(record.user)},
                      {"connector", to_text(ConnectorName{record.station, record.connector})},
                      {"plot", number_or_null(record.plot.get())},
                      {"place", text_or_null(record.place)},
                      {"tag", record.tag},
                      {"started_at", moment_json(record.started_at)},
                      {"stopped_at", moment_json(record.stopped_at)},
                      {"use", use_json(use_of(record))},
                      {"tariff", text_or_null(record.tariff_id)},
                      {"tariff_version", std::int64_t{record.tariff_version}},
                      {"lines", stored_json(record.lines)},
                      {"cost", money_json(record.bill, record.currency)},
                      {"exact", exact_json(record.exact_net, record.exact_gross)},
                      {"invoice", number_or_null(record.invoice)},
                      {"made_at", moment_json(record.made_at)}};
}

json::Value invoice_json(const InvoiceRecord& invoice, const PaymentRecord* payment) {
  return json::Object{{"id", invoice.id},
                      {"number", invoice_name(invoice.series, invoice.number)},
                      {"user", text_or_null(invoice.user)},
                      {"month", to_text(invoice.month)},
                      {"cost", money_json(invoice.bill, invoice.currency)},
                      {"credits", number_or_null(invoice.credits)},
                      {"reason", text_or_null(invoice.reason)},
                      {"payment", payment == nullptr ? json::Value{"open"}
                                                     : json::Value{to_text(payment->facts.state)}},
                      {"made_at", moment_json(invoice.made_at)}};
}

json::Value quote_json(const MoneyOffice::Quote& quote) {
  return json::Object{
      {"place", text_or_null(quote.terms.place.name)},
      {"time_zone", quote.terms.zone->name()},
      {"tariff", quote.terms.tariff ? to_json(quote.terms.tariff->tariff) : json::Value{}},
      {"lines", lines_json(quote.cost)},
      {"cost", money_json(quote.bill, quote.currency)},
      {"exact", exact_json(quote.cost.without_vat.rounded(), quote.cost.with_vat.rounded())}};
}

json::Value tariff_json(const TariffRecord& record) {
  json::Value out = to_json(record.tariff);
  out.if_object()->push_back({"version", std::int64_t{record.version}});
  out.if_object()->push_back({"made_at", moment_json(record.made_at)});
  return out;
}

json::Value vehicle_json(const VehicleRecord& vehicle) {
  json::Array connectors;
  for (const std::string_view one : split(vehicle.connectors, ',')) {
    if (!one.empty()) connectors.emplace_back(one);
  }
  return json::Object{{"id", vehicle.id},
                      {"name", vehicle.name},
                      {"connectors", std::move(connectors)},
                      {"battery_wh", number_or_null(vehicle.battery)},
                      {"ac_watts_max", number_or_null(vehicle.ac_max)},
                      {"dc_watts_max", number_or_null(vehicle.dc_max)},
                      {"contract", text_or_null(vehicle.contract)},
                      {"made_at", moment_json(vehicle.made_at)}};
}

json::Value reservation_json(const ReservationRow& row) {
  constexpr std::string_view states[] = {"asked",     "active",  "used",
                                         "cancelled", "expired", "refused"};
  return json::Object{{"id", std::int64_t{row.id.get()}},
                      {"connector", to_text(ConnectorName{row.station, row.connector})},
                      {"tag", row.tag},
                      {"made_at", moment_json(row.made_at)},
                      {"expires_at", moment_json(row.expires_at)},
                      {"state", states[static_cast<std::size_t>(row.state)]},
                      {"transaction", number_or_null(row.transaction.get())}};
}

// --- lists
// ---------------------------------------------------------------------------------------

std::string_view ListQuery::text(std::string_view name) const {
  const auto at = std::ranges::find(more, name, &std::pair<std::string, std::string>::first);
  return at == more.end() ? std::string_view{} : at->second;
}

Result<ListQuery> read_list_query(std::string_view query,
                                  std::initializer_list<std::string_view> more) {
  ListQuery out;
  const auto fields = http::parse_form(query, 8);
  if (!fields) return json::member_invalid("query", "a form of at most 8 fields is wanted");
  for (const auto& [name, value] : *fields) {
    const auto number = parse_u64(value);
    if (name == "cursor") {
      if (!number || *number == 0 || !std::in_range<std::int64_t>(*number)) {
        return json::member_invalid("cursor", "the `next` of the page before is wanted");
      }
      out.before = static_cast<std::int64_t>(*number);
    } else if (name == "limit") {
      if (!number || *number < 1 || *number > 500) {
        return json::member_invalid("limit", "1 to 500 is wanted");
      }
      out.limit = *number;
    } else if (std::ranges::find(more, name) != more.end()) {
      out.more.emplace_back(name, value);
    } else {
      return Error{json::InputErrc::member_unknown, name};
    }
  }
  return out;
}

json::Value list_json(std::string_view name, json::Array rows, std::size_t limit,
                      std::int64_t last) {
  const bool is_full = rows.size() == limit;
  json::Object out{{std::string{name}, std::move(rows)}};
  if (is_full) out.push_back({"next", std::to_string(last)});
  return out;
}

// --- pages
// ---------------------------------------------------------------------------------------

void answer_page(http::Response& response, std::string_view title, std::string_view body) {
  response.content_type("text/html; charset=utf-8");
  response.header_block(
      "Cache-Control: no-store\r\nX-Content-Type-Options: "
      "nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "Content-Security-Policy: default-src 'none'; "
      "style-src 'unsafe-inline'; form-action 'self'; "
      "base-uri 'none'; frame-ancestors 'none'\r\n");
  response.body()
      .append(
          "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta "
          "name=\"viewport\" "
          "content=\"width=device-width\"><title>")
      .append(html_escaped(title))
      .append(
          "</title><style>body{font:16px/1.5 "
          "sans-serif;max-width:40em;margin:1em auto;"
          "padding:0 "
          "1em}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
          "padding:.2em .5em;border-bottom:1px solid "
          "#ccc}td.n,th.n{text-align:right}"
          "button,input{font:inherit;padding:.4em .8em}@media "
          "print{form{display:none}}"
          "</style><body>")
      .append(body)
      .append("</body></html>\n");
}

namespace {

std::string row_html(std::string_view name, std::string_view value) {
  return "<tr><th>" + html_escaped(name) + "<td class=n>" + html_escaped(value);
}

std::string bill_html(const Bill& bill, Currency currency) {
  const auto amount = [&](Minor value) {
    return to_text(value, currency) + " " + std::string{currency.code()};
  };
  std::string out = row_html("Net", amount(bill.net));
  for (const VatLine& line : bill.by_rate) {
    if (!line.rate) continue;
    out += row_html("VAT " + decimal_text(line.rate->get(), 4) + " % of " + amount(line.net),
                    amount(line.vat));
  }
  return out + row_html("Total", amount(bill.gross()));
}

std::string minutes(Seconds seconds) { return std::to_string(seconds.count() / 60) + " min"; }

std::string use_html(const UseSums& use) {
  std::string out = row_html("Energy", kwh(use.energy) + " kWh");
  out += row_html("Charging", minutes(use.charging));
  if (use.parking.count() > 0) out += row_html("Parking", minutes(use.parking));
  if (use.reserved.count() > 0) out += row_html("Reserved", minutes(use.reserved));
  return out;
}

}  // namespace

std::string charge_page(const Charge& charge) {
  const bool is_over = charge.record.has_value();
  std::string out = "<h1>" + std::string{is_over ? "Thank you" : "Charging"} + "</h1><p>" +
                    html_escaped(charge.terms.place.name) + "<table>";
  out += row_html("Began", moment_or_empty(charge.transaction.started_at));
  out += use_html(charge.record ? use_of(*charge.record) : charge.use);
  out += charge.record ? bill_html(charge.record->bill, charge.record->currency)
                       : bill_html(charge.bill, charge.currency);
  return out + "</table>";
}

std::string receipt_page(const CdrRecord& record, const InvoiceRecord* invoice) {
  std::string out = "<h1>Receipt</h1><p>" + html_escaped(record.place) + ", connector " +
                    to_text(ConnectorName{record.station, record.connector}) + "<table>";
  if (invoice != nullptr) {
    out += row_html("Invoice", invoice_name(invoice->series, invoice->number));
  }
  out += row_html("Began", moment_or_empty(record.started_at));
  out += row_html("Ended", moment_or_empty(record.stopped_at));
  out += use_html(use_of(record));
  if (!record.tariff_id.empty()) out += row_html("Tariff", record.tariff_id);
  return out + bill_html(record.bill, record.currency) + "</table>";
}

std::string invoice_page(const InvoiceRecord& invoice, const std::vector<CdrRecord>& records) {
  std::string out = invoice.credits != 0 ? "<h1>Credit note " : "<h1>Invoice ";
  out += html_escaped(invoice_name(invoice.series, invoice.number)) + "</h1><p>" +
         moment_or_empty(invoice.made_at);
  if (!invoice.reason.empty()) out += "<p>" + html_escaped(invoice.reason);
  out += "<table>";
  for (const CdrRecord& one : records) {
    out += row_html(
        moment_or_empty(one.started_at) + " " + one.place + ", " + kwh(one.energy) + " kWh",
        to_text(one.bill.gross(), one.currency));
  }
  return out + bill_html(invoice.bill, invoice.currency) + "</table>";
}

}  // namespace mainstay::charging
