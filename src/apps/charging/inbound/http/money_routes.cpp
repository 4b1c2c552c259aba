#include "apps/charging/inbound/http/money_routes.hpp"

#include <memory>
#include <utility>

#include "apps/charging/domain/plots/moment.hpp"
#include "apps/charging/money_document.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"
#include "platform/json/member_reader.hpp"

namespace mainstay::charging {
namespace {

using http::Method;
using json::MemberReader;

SystemTime now_of(const http::Request& request) { return request.at; }

// --- tariffs
// -------------------------------------------------------------------------------------

void put_tariff(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller) {
  if (refuse_without(response, caller, operator_role)) return;
  auto tariff = parse_tariff(request.body, request.params.text("tariff"));
  if (!tariff) return http::refuse_problem(response, tariff.error());
  TariffRecord wanted;
  wanted.tariff = std::move(*tariff);
  wanted.made_by = caller.user_id;
  wanted.made_at = now_of(request);
  answer_office(parts, response, [wanted](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto kept, office.store().put_tariff(wanted));
    return tariff_json(kept);
  });
}

void get_tariff(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller&) {
  answer_office(parts, response,
                [id = std::string{request.params.text("tariff")}](
                    MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto found, office.store().tariff(id));
                  return tariff_json(found);
                });
}

/// Pages by name: `after` and `limit`.
struct NamedPage {
  std::string after{};
  std::size_t limit = 100;
};
Result<NamedPage> named_page(const http::Request& request) {
  MS_TRY(const auto query, read_list_query(request.query, {"after"}));
  return NamedPage{std::string{query.text("after")}, query.limit};
}

json::Value named_list(std::string_view name, json::Array rows, std::size_t limit,
                       const std::string& last) {
  const bool is_full = rows.size() == limit;
  json::Object out{{std::string{name}, std::move(rows)}};
  if (is_full) out.push_back({"next", last});
  return out;
}

void get_tariffs(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller&) {
  const auto page = named_page(request);
  if (!page) return http::refuse_problem(response, page.error());
  answer_office(parts, response, [page = *page](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto found, office.store().tariffs(page.after, page.limit));
    json::Array rows;
    for (const TariffRecord& one : found) rows.push_back(tariff_json(one));
    return named_list("tariffs", std::move(rows), page.limit,
                      found.empty() ? "" : found.back().tariff.id);
  });
}

bool is_number_above_zero(std::string_view text) {
  const auto number = parse_u64(text);
  return number && *number > 0 && std::in_range<std::int64_t>(*number);
}

bool is_place(std::string_view place) {
  if (place == "default") return true;
  if (place.starts_with("plot:")) return is_number_above_zero(place.substr(5));
  if (place.starts_with("station:")) return is_number_above_zero(place.substr(8));
  return place.starts_with("connector:") && parse_connector(place.substr(10));
}

void use_tariff(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller, std::string tariff_id) {
  TariffUse use;
  use.place = request.params.text("place");
  use.tariff_id = std::move(tariff_id);
  use.made_by = caller.user_id;
  use.made_at = now_of(request);
  if (!is_place(use.place)) {
    return http::refuse_problem(
        response,
        json::member_invalid("place", "default, plot:N, station:N or connector:N-M is wanted"));
  }
  answer_office(parts, response, [use](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY_VOID(office.store().use_tariff(use));
    return json::Object{{"place", use.place},
                        {"tariff", use.tariff_id.empty() ? json::Value{} : use.tariff_id}};
  });
}

Result<std::string> read_used_tariff(std::string_view body) {
  std::string out;
  MS_TRY(const auto document, json::parse(body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("tariff"));
  MS_TRY_VOID(in.text("tariff", out));
  MS_TRY_VOID(in.all_known());
  if (out.empty()) return json::member_invalid("tariff", "a tariff's id is wanted");
  return out;
}

void put_use(const MoneyParts& parts, const http::Request& request, http::Response& response,
             const auth::Caller& caller) {
  if (refuse_without(response, caller, operator_role)) return;
  auto id = read_used_tariff(request.body);
  if (!id) return http::refuse_problem(response, id.error());
  use_tariff(parts, request, response, caller, std::move(*id));
}

void delete_use(const MoneyParts& parts, const http::Request& request, http::Response& response,
                const auth::Caller& caller) {
  if (refuse_without(response, caller, operator_role)) return;
  use_tariff(parts, request, response, caller, {});
}

void get_uses(const MoneyParts& parts, const http::Request& request, http::Response& response,
              const auth::Caller& caller) {
  if (refuse_without(response, caller, operator_role)) return;
  const auto page = named_page(request);
  if (!page) return http::refuse_problem(response, page.error());
  answer_office(parts, response, [page = *page](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto found, office.store().tariff_uses(page.after, page.limit));
    json::Array rows;
    for (const TariffUse& one : found) {
      rows.emplace_back(json::Object{
          {"place", one.place}, {"tariff", one.tariff_id}, {"since", moment_json(one.made_at)}});
    }
    return named_list("tariff_uses", std::move(rows), page.limit,
                      found.empty() ? "" : found.back().place);
  });
}

// --- prices
// --------------------------------------------------------------------------------------

struct Asked {
  ConnectorName connector{};
  PlannedUse plan{};
};

Result<std::int64_t> query_number(const http::FormFields& fields, std::string_view name,
                                  std::int64_t otherwise, std::int64_t most) {
  const std::string_view text = http::form_field(fields, name);
  if (text.empty()) return otherwise;
  const auto number = parse_u64(text);
  if (!number || *number > static_cast<std::uint64_t>(most)) {
    return json::member_invalid(name, "0 to " + std::to_string(most) + " is wanted");
  }
  return static_cast<std::int64_t>(*number);
}

Result<Asked> read_asked(std::string_view query, SystemTime now) {
  Asked out;
  const auto fields = http::parse_form(query, 8);
  if (!fields) return json::member_invalid("query", "a form of at most 8 fields is wanted");
  const auto connector = parse_connector(http::form_field(*fields, "connector"));
  if (!connector) return json::member_invalid("connector", "STATION-CONNECTOR is wanted, as 12-1");
  out.connector = *connector;
  out.plan.begin = now;
  if (const auto at = http::form_field(*fields, "at"); !at.empty()) {
    const auto moment = parse_moment(at);
    if (!moment) return json::member_invalid("at", "a time is wanted, as 2026-11-22T18:30:00Z");
    out.plan.begin = *moment;
  }
  const auto energy = parse_decimal(http::form_field(*fields, "kwh"), 3);
  if (!energy || *energy < 0 || *energy > UseLimits::energy_max) {
    return json::member_invalid("kwh", "0 to 100000 is wanted, to three decimals");
  }
  out.plan.energy = *energy;
  constexpr std::int64_t minutes_max = 30 * 1'440;
  MS_TRY(const auto charging, query_number(*fields, "minutes", 60, minutes_max));
  MS_TRY(const auto parking, query_number(*fields, "parking_minutes", 0, minutes_max));
  out.plan.charging = Seconds{charging * 60};
  out.plan.parking = Seconds{parking * 60};
  return out;
}

void get_prices(const MoneyParts& parts, const http::Request& request, http::Response& response) {
  const auto asked = read_asked(request.query, now_of(request));
  if (!asked) return http::refuse_problem(response, asked.error());
  answer_office(parts, response, [asked = *asked](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto quote, office.quote(asked.connector, asked.plan));
    return quote_json(quote);
  });
}

// --- the books
// -----------------------------------------------------------------------------------

void get_records(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  if (!may(caller, operator_role) && refuse_without(response, caller, support_role)) return;
  const auto query = read_list_query(request.query, {"user"});
  if (!query) return http::refuse_problem(response, query.error());
  LedgerPage page{std::string{query->text("user")}, query->before, query->limit};
  answer_office(parts, response, [page](MoneyOffice& office) -> Result<json::Value> {
    MS_TRY(const auto found, office.store().cdrs(page));
    json::Array rows;
    for (const CdrRecord& one : found) rows.push_back(record_json(one));
    return list_json("records", std::move(rows), page.limit, found.empty() ? 0 : found.back().id);
  });
}

void get_invoices(const MoneyParts& parts, const http::Request& request, http::Response& response,
                  const auth::Caller& caller) {
  if (!may(caller, operator_role) && refuse_without(response, caller, support_role)) return;
  const auto query = read_list_query(request.query, {"user"});
  if (!query) return http::refuse_problem(response, query.error());
  LedgerPage page{std::string{query->text("user")}, query->before, query->limit};
  answer_office(parts, response, [page](MoneyOffice& office) -> Result<json::Value> {
    return invoice_list(office, page);
  });
}

struct CreditNote {
  std::int64_t invoice = 0;
  std::string reason{};
};

Result<CreditNote> read_credit_note(const http::Request& request) {
  CreditNote out;
  const std::uint64_t id = request.params.number("invoice");
  if (!std::in_range<std::int64_t>(id)) return LedgerErrc::not_found;
  out.invoice = static_cast<std::int64_t>(id);
  MS_TRY(const auto document, json::parse(request.body));
  MS_TRY(auto in, MemberReader::of(document));
  MS_TRY_VOID(in.require("reason"));
  MS_TRY_VOID(in.text("reason", out.reason));
  MS_TRY_VOID(in.all_known());
  if (out.reason.empty() || out.reason.size() > 500) {
    return json::member_invalid("reason", "1 to 500 bytes of text are wanted");
  }
  return out;
}

void post_credit_note(const MoneyParts& parts, const http::Request& request,
                      http::Response& response, const auth::Caller& caller) {
  if (!may(caller, operator_role) && refuse_without(response, caller, support_role)) return;
  const auto wanted = read_credit_note(request);
  if (!wanted) return http::refuse_problem(response, wanted.error());
  answer_office(
      parts, response,
      [wanted = *wanted, now = now_of(request)](MoneyOffice& office) -> Result<json::Value> {
        MS_TRY(const auto note, office.store().credit(wanted.invoice, wanted.reason, now));
        MS_TRY_VOID(office.tick(now));
        return invoice_with_payment(office, note);
      },
      201);
}

void get_revenue(const MoneyParts& parts, const http::Request& request, http::Response& response,
                 const auth::Caller& caller) {
  const bool sees_all = may(caller, operator_role);
  if (!sees_all && refuse_without(response, caller, host_role)) return;
  const auto query = read_list_query(request.query, {"month", "host"});
  if (!query) return http::refuse_problem(response, query.error());
  const auto month =
      query->text("month").empty() ? month_of(now_of(request)) : parse_month(query->text("month"));
  if (!month) {
    return http::refuse_problem(response,
                                json::member_invalid("month", "a month is wanted, as 2026-11"));
  }
  const std::string_view asked = query->text("host");
  const std::string host{sees_all && !asked.empty() ? asked : std::string_view{caller.user_id}};
  answer_office(parts, response,
                [host, month = *month](MoneyOffice& office) -> Result<json::Value> {
                  MS_TRY(const auto found, office.store().revenue(host, month));
                  json::Array rows;
                  for (const RevenueRow& one : found) {
                    const Currency currency = Currency::find(one.currency).value_or(Currency{});
                    rows.emplace_back(json::Object{{"plot", one.plot.get()},
                                                   {"currency", one.currency},
                                                   {"charges", one.charges},
                                                   {"energy_kwh", decimal_text(one.energy, 3)},
                                                   {"net", to_text(one.net, currency)},
                                                   {"vat", to_text(one.vat, currency)}});
                  }
                  return json::Object{{"month", to_text(month)}, {"plots", std::move(rows)}};
                });
}

}  // namespace

// --- streams
// -------------------------------------------------------------------------------------

struct ChargeStream::Watching final : ws::Context {
  TransactionId transaction{};
};

ChargeStream::ChargeStream(MoneyDesk& desk)
    : ws::Endpoint([] {
        ws::Settings settings;
        settings.limits.message_bytes_max = 1'024;
        return settings;
      }()),
      desk_(desk) {}

void ChargeStream::enter(const http::Request& request, http::Response& response,
                         TransactionId transaction) {
  auto watching = std::make_unique<Watching>();
  watching->transaction = transaction;
  ws::upgrade(request, response, *this, {.context = std::move(watching)});
}

void ChargeStream::on_open(ws::Connection& connection) {
  desk_.watch(connection.context_as<Watching>().transaction, [peer = connection.peer()](
                                                                 const Charge& charge) {
    if (peer.send(ws::Message::text(json::dump(charge_json(charge)))) != ws::Sent::queued) {
      return false;
    }
    if (charge.record) peer.close(ws::CloseCode::normal, "the charge has ended");
    return true;
  });
}

void ChargeStream::on_message(ws::Connection& connection, std::string_view, ws::Kind) {
  connection.close(ws::CloseCode::policy_violation, "nothing is to be said here");
}

// --- what they have in common
// --------------------------------------------------------------------

Result<json::Value> invoice_with_payment(MoneyOffice& office, const InvoiceRecord& invoice) {
  if (invoice.payment == 0) return invoice_json(invoice, nullptr);
  MS_TRY(const auto payment, office.store().payment(invoice.payment));
  return invoice_json(invoice, &payment);
}

Result<json::Value> invoice_list(MoneyOffice& office, const LedgerPage& page) {
  MS_TRY(const auto found, office.store().invoices(page));
  json::Array rows;
  for (const InvoiceRecord& one : found) {
    MS_TRY(auto row, invoice_with_payment(office, one));
    rows.push_back(std::move(row));
  }
  return list_json("invoices", std::move(rows), page.limit, found.empty() ? 0 : found.back().id);
}

void add_money_route(http::Router& router, const MoneyParts& parts, auth::Guard& guard,
                     http::Method method, std::string_view pattern, MoneyRoute route) {
  router.add(
      method, pattern,
      guard.require({}, [parts, route](const http::Request& request, http::Response& response,
                                       const auth::Caller& caller) {
        route(parts, request, response, caller);
      }));
}

void register_money_routes(http::Router& router, const MoneyParts& parts, auth::Guard& guard) {
  const auto add = [&](Method method, std::string_view pattern, MoneyRoute route) {
    add_money_route(router, parts, guard, method, pattern, route);
  };
  add(Method::put, "/charging/v1/tariffs/{tariff}", put_tariff);
  add(Method::get, "/charging/v1/tariffs/{tariff}", get_tariff);
  add(Method::get, "/charging/v1/tariffs", get_tariffs);
  add(Method::put, "/charging/v1/tariff_uses/{place}", put_use);
  add(Method::delete_, "/charging/v1/tariff_uses/{place}", delete_use);
  add(Method::get, "/charging/v1/tariff_uses", get_uses);
  add(Method::get, "/charging/v1/records", get_records);
  add(Method::get, "/charging/v1/invoices", get_invoices);
  add(Method::post, "/charging/v1/invoices/{invoice:u64}/credit_note", post_credit_note);
  add(Method::get, "/charging/v1/revenue", get_revenue);
  router.add(Method::get, "/charging/v1/prices",
             [parts](const http::Request& request, http::Response& response) {
               get_prices(parts, request, response);
             });
}

}  // namespace mainstay::charging
