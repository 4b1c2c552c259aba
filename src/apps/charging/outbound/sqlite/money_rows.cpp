#include "apps/charging/outbound/sqlite/money_rows.hpp"

#include <algorithm>
#include <utility>

#include "apps/charging/money_document.hpp"
#include "platform/json/json.hpp"
#include "platform/store/columns.hpp"

namespace mainstay::charging {
namespace {

using store::Columns;
using store::Row;
using store::Session;
using store::Value;
using store::value_of;
using Params = std::initializer_list<Value>;

constexpr std::int64_t newest = std::int64_t{1} << 62U;  // behind every id

template <class Id>
Value id_value(Id id) {
  return static_cast<std::int64_t>(id.get());
}
Value code(Currency currency) { return std::string{currency.code()}; }
Value limit_value(std::size_t limit) { return static_cast<std::int64_t>(limit); }
Value before_value(std::int64_t before) { return before == 0 ? newest : before; }
Value state_value(PaymentState state) { return static_cast<std::int64_t>(state); }

Currency currency_in(const std::string& code) { return Currency::find(code).value_or(Currency{}); }

// --- rows ----------------------------------------------------------------------------------------

constexpr std::string_view select_tariff =
    "SELECT t.id, t.version, t.body, t.made_by, t.made_at FROM charging_tariffs t ";

Result<TariffRecord> tariff_in(const Row& row) {
  Columns in{row};
  TariffRecord out;
  const std::string id = in.text();
  out.version = static_cast<std::int32_t>(in.number());
  MS_TRY(out.tariff, parse_tariff(in.text(), id));
  out.made_by = in.text();
  out.made_at = in.time();
  return out;
}

Result<TariffUse> use_in(const Row& row) {
  Columns in{row};
  TariffUse out;
  out.place = in.text();
  out.tariff_id = in.text();
  out.made_by = in.text();
  out.made_at = in.time();
  return out;
}

constexpr std::string_view select_cdr =
    "SELECT id, source, user_id, station_id, connector, plot_id, host_id, place, tag, started_at, "
    "stopped_at, energy_wh, charging_seconds, parking_seconds, reserved_seconds, tariff_id, "
    "tariff_version, currency, exact_net, exact_gross, by_rate, lines, invoice_id, payment_id, "
    "made_at FROM charging_cdrs ";

Result<CdrRecord> cdr_in(const Row& row) {
  Columns in{row};
  CdrRecord out;
  out.id = in.number();
  out.source = in.text();
  out.user = in.text();
  out.station = StationId{in.number()};
  out.connector = ConnectorNumber{static_cast<std::uint16_t>(in.number())};
  out.plot = PlotId{in.number()};
  out.host = in.text();
  out.place = in.text();
  out.tag = in.text();
  out.started_at = in.time();
  out.stopped_at = in.time();
  out.energy = in.number();
  out.charging = Seconds{in.number()};
  out.parking = Seconds{in.number()};
  out.reserved = Seconds{in.number()};
  out.tariff_id = in.text();
  out.tariff_version = static_cast<std::int32_t>(in.number());
  out.currency = currency_in(in.text());
  out.exact_net = Price{in.number()};
  out.exact_gross = Price{in.number()};
  out.bill = bill_in_row(in.text());
  out.lines = in.text();
  out.invoice = in.number();
  out.payment = in.number();
  out.made_at = in.time();
  return out;
}

constexpr std::string_view select_invoice =
    "SELECT id, series, number, user_id, currency, month, by_rate, credits, reason, payment_id, "
    "made_at FROM charging_invoices ";

Result<InvoiceRecord> invoice_in(const Row& row) {
  Columns in{row};
  InvoiceRecord out;
  out.id = in.number();
  out.series = in.text();
  out.number = in.number();
  out.user = in.text();
  out.currency = currency_in(in.text());
  out.month = parse_month(in.text()).value_or(Month{});
  out.bill = bill_in_row(in.text());
  out.credits = in.number();
  out.reason = in.text();
  out.payment = in.number();
  out.made_at = in.time();
  return out;
}

constexpr std::string_view select_payment =
    "SELECT id, request_key, method, reference, currency, state, authorised, captured, refunded, "
    "to_capture, to_refund, attempts, try_at, last_error, made_at FROM charging_payments ";

Result<PaymentRecord> payment_in(const Row& row) {
  Columns in{row};
  PaymentRecord out;
  out.id = in.number();
  out.key = in.text();
  out.method = in.text();
  out.reference = in.text();
  out.currency = currency_in(in.text());
  out.facts.state = static_cast<PaymentState>(in.number());
  out.facts.authorised = in.number();
  out.facts.captured = in.number();
  out.facts.refunded = in.number();
  out.facts.to_capture = in.number();
  out.facts.to_refund = in.number();
  out.attempts = static_cast<std::int32_t>(in.number());
  out.try_at = in.time();
  out.last_error = in.text();
  out.made_at = in.time();
  return out;
}

constexpr std::string_view select_visit =
    "SELECT link, tag, station_id, connector, payment_id, transaction_id, failure, made_at "
    "FROM charging_visits ";

Result<VisitRecord> visit_in(const Row& row) {
  Columns in{row};
  VisitRecord out;
  out.link = in.text();
  out.tag = in.text();
  out.station = StationId{in.number()};
  out.connector = ConnectorNumber{static_cast<std::uint16_t>(in.number())};
  out.payment = in.number();
  out.transaction = TransactionId{static_cast<std::int32_t>(in.number())};
  out.failure = in.text();
  out.made_at = in.time();
  return out;
}

constexpr std::string_view select_vehicle =
    "SELECT id, user_id, name, connectors, battery_wh, ac_watts_max, dc_watts_max, contract, "
    "made_at FROM charging_vehicles ";

Result<VehicleRecord> vehicle_in(const Row& row) {
  Columns in{row};
  VehicleRecord out;
  out.id = in.number();
  out.user = in.text();
  out.name = in.text();
  out.connectors = in.text();
  out.battery = in.number();
  out.ac_max = in.number();
  out.dc_max = in.number();
  out.contract = in.text();
  out.made_at = in.time();
  return out;
}

Result<UseChange> change_in(const Row& row) {
  Columns in{row};
  UseChange out;
  out.at = in.time();
  out.is_parking = in.number() != 0;
  return out;
}

Result<RevenueRow> revenue_in(const Row& row) {
  Columns in{row};
  RevenueRow out;
  out.plot = PlotId{in.number()};
  out.currency = in.text();
  out.charges = in.number();
  out.energy = in.number();
  out.net = in.number();
  out.vat = in.number();
  return out;
}

// --- within a transaction ------------------------------------------------------------------------

template <class Record>
Result<std::vector<Record>> all_in(Session& session, std::string_view sql, Params params,
                                   Result<Record> (*read)(const Row&)) {
  MS_TRY(const auto rows, session.query(sql, params));
  std::vector<Record> out;
  out.reserve(rows.size());
  for (const Row& row : rows) {
    MS_TRY(auto record, read(row));
    out.push_back(std::move(record));
  }
  return out;
}

template <class Record>
Result<Record> one_in(Session& session, std::string_view sql, Params params,
                      Result<Record> (*read)(const Row&)) {
  MS_TRY(const auto rows, session.query(sql, params));
  if (rows.empty()) return LedgerErrc::not_found;
  return read(rows.front());
}

std::string where(std::string_view select, std::string_view condition) {
  return std::string{select} + std::string{condition};
}

Result<std::int64_t> queried_number(Session& session, std::string_view sql, Params params = {}) {
  MS_TRY(const auto rows, session.query(sql, params));
  return std::get<std::int64_t>(rows.at(0).at(0));
}

// One writer works at a time, so nobody takes the number in between. Of several nodes on one
// PostgreSQL the later one fails by the table's constraint.
Result<std::int64_t> next_id(Session& session, const std::string& table) {
  MS_TRY(const auto last, queried_number(session, "SELECT COALESCE(MAX(id), 0) FROM " + table));
  return last + 1;
}

Result<> insert_payment(Session& session, PaymentRecord& one) {
  MS_TRY(one.id, next_id(session, "charging_payments"));
  const PaymentFacts& facts = one.facts;
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_payments VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
      "$13, $14, $15)",
      {one.id, one.key, one.method, one.reference, code(one.currency), state_value(facts.state),
       facts.authorised, facts.captured, facts.refunded, facts.to_capture, facts.to_refund,
       std::int64_t{one.attempts}, value_of(one.try_at), one.last_error, value_of(one.made_at)}));
  return {};
}

Result<> update_payment(Session& session, const PaymentRecord& one) {
  const PaymentFacts& facts = one.facts;
  MS_TRY(
      const auto changed,
      session.execute(
          "UPDATE charging_payments SET reference = $2, state = $3, captured = $4, refunded = $5, "
          "to_capture = $6, to_refund = $7, attempts = $8, try_at = $9, last_error = $10, "
          "authorised = $11 WHERE id = $1",
          {one.id, one.reference, state_value(facts.state), facts.captured, facts.refunded,
           facts.to_capture, facts.to_refund, std::int64_t{one.attempts}, value_of(one.try_at),
           one.last_error, facts.authorised}));
  if (changed == 0) return LedgerErrc::not_found;
  return {};
}

Result<PaymentRecord> payment_of(Session& session, std::int64_t id) {
  return one_in<PaymentRecord>(session, where(select_payment, "WHERE id = $1"), {id}, payment_in);
}

/// A payment that charges the invoice at once.
Result<PaymentRecord> charge(Session& session, const InvoiceRecord& invoice,
                             const std::string& method, std::int64_t attempt, SystemTime now) {
  PaymentRecord payment;
  payment.key = "invoice-" + std::to_string(invoice.id) + "-" + std::to_string(attempt);
  payment.method = method;
  payment.currency = invoice.currency;
  payment.facts.state = PaymentState::charge_due;
  payment.facts.to_capture = invoice.bill.gross();
  payment.try_at = payment.made_at = now;
  MS_TRY_VOID(insert_payment(session, payment));
  MS_TRY_VOID(session.execute("UPDATE charging_invoices SET payment_id = $2 WHERE id = $1",
                              {invoice.id, payment.id}));
  return payment;
}

/// Its number is the next of its series: no gap, since whatever fails takes it back.
Result<> insert_invoice(Session& session, InvoiceRecord& one) {
  one.series = invoice_series(month_of(one.made_at).year, one.currency, one.credits != 0);
  MS_TRY(one.id, next_id(session, "charging_invoices"));
  MS_TRY(const auto last,
         queried_number(session,
                        "SELECT COALESCE(MAX(number), 0) FROM charging_invoices WHERE series = $1",
                        {one.series}));
  one.number = last + 1;
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_invoices VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
      "$13)",
      {one.id, one.series, one.number, one.user, code(one.currency), to_text(one.month),
       one.bill.net, one.bill.vat, rates_row(one.bill), one.credits, one.reason, one.payment,
       value_of(one.made_at)}));
  return {};
}

Result<> insert_cdr(Session& session, CdrRecord& one) {
  MS_TRY(one.id, next_id(session, "charging_cdrs"));
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_cdrs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
      "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)",
      {one.id,
       one.source,
       one.user,
       id_value(one.station),
       id_value(one.connector),
       id_value(one.plot),
       one.host,
       one.place,
       one.tag,
       value_of(one.started_at),
       value_of(one.stopped_at),
       one.energy,
       std::int64_t{one.charging.count()},
       std::int64_t{one.parking.count()},
       std::int64_t{one.reserved.count()},
       one.tariff_id,
       std::int64_t{one.tariff_version},
       code(one.currency),
       one.exact_net.get(),
       one.exact_gross.get(),
       one.bill.net,
       one.bill.vat,
       rates_row(one.bill),
       one.lines,
       to_text(month_of(one.stopped_at)),
       one.invoice,
       one.payment,
       value_of(one.made_at)}));
  return {};
}

/// A visit's payment is captured, or let go: once. Whatever is charged with its tag behind that, or
/// when it was let go meanwhile, has no payment yet. Whether the tag is a visit's.
Result<bool> settle_visit(Session& session, CdrRecord& cdr) {
  const auto visit =
      one_in<VisitRecord>(session, where(select_visit, "WHERE tag = $1"), {cdr.tag}, visit_in);
  if (visit.has_error()) {
    if (visit.error().is(LedgerErrc::not_found)) return false;
    return visit.error();
  }
  MS_TRY(auto payment, payment_of(session, visit->payment));
  const auto settled = settle(payment.facts, cdr.bill.gross());
  if (settled.has_error()) return true;
  cdr.payment = payment.id;
  payment.facts = *settled;
  payment.try_at = cdr.made_at;
  MS_TRY_VOID(update_payment(session, payment));
  return true;
}

Result<std::string> method_of(Session& session, const std::string& user) {
  if (user.empty()) return std::string{};
  MS_TRY(const auto rows,
         session.query("SELECT method FROM charging_payment_methods WHERE user_id = $1", {user}));
  return rows.empty() ? std::string{} : std::get<std::string>(rows.front().front());
}

Result<> invoice_cdr(Session& session, CdrRecord& cdr) {
  InvoiceRecord invoice;
  invoice.user = cdr.user;
  invoice.currency = cdr.currency;
  invoice.month = month_of(cdr.stopped_at);
  invoice.bill = cdr.bill;
  invoice.payment = cdr.payment;
  invoice.made_at = cdr.made_at;
  MS_TRY_VOID(insert_invoice(session, invoice));
  cdr.invoice = invoice.id;
  if (invoice.payment != 0) return {};
  MS_TRY(const auto method, method_of(session, cdr.user));
  if (method.empty()) return {};
  MS_TRY_VOID(charge(session, invoice, method, 0, cdr.made_at));
  return {};
}

/// One user's and currency's.
Result<> invoice_group(Session& session, const Row& group, Month month, SystemTime now) {
  Columns in{group};
  InvoiceRecord invoice;
  invoice.user = in.text();
  invoice.currency = currency_in(in.text());
  invoice.month = month;
  invoice.made_at = now;
  const std::string condition =
      "WHERE month = $1 AND user_id = $2 AND currency = $3 AND invoice_id = 0 AND net + vat > 0";
  MS_TRY(const auto cdrs,
         all_in<CdrRecord>(session, where(select_cdr, condition),
                           {to_text(month), invoice.user, code(invoice.currency)}, cdr_in));
  for (const CdrRecord& cdr : cdrs) add(invoice.bill, cdr.bill);
  MS_TRY_VOID(insert_invoice(session, invoice));
  MS_TRY_VOID(session.execute("UPDATE charging_cdrs SET invoice_id = $4 " + condition,
                              {to_text(month), invoice.user, code(invoice.currency), invoice.id}));
  MS_TRY(const auto method, method_of(session, invoice.user));
  if (method.empty()) return {};
  MS_TRY_VOID(charge(session, invoice, method, 0, now));
  return {};
}

Result<InvoiceRecord> invoice_of(Session& session, std::int64_t id) {
  return one_in<InvoiceRecord>(session, where(select_invoice, "WHERE id = $1"), {id}, invoice_in);
}

/// What was captured for it and not yet given back; what was not taken yet is not any more.
Result<> take_back(Session& session, const InvoiceRecord& invoice, SystemTime now) {
  if (invoice.payment == 0) return {};
  MS_TRY(auto payment, payment_of(session, invoice.payment));
  PaymentFacts& facts = payment.facts;
  if (facts.state == PaymentState::captured && facts.captured > facts.refunded) {
    MS_TRY(facts, give_back(facts, facts.captured - facts.refunded));
  } else if (facts.state == PaymentState::capture_due ||
             (facts.state == PaymentState::charge_due && !payment.reference.empty())) {
    facts.state = PaymentState::cancel_due;
  } else if (facts.state == PaymentState::charge_due) {
    facts.state = PaymentState::cancelled;
  }
  payment.attempts = 0;
  payment.try_at = now;
  return update_payment(session, payment);
}

}  // namespace

// --- the port ------------------------------------------------------------------------------------

template <class Record>
Result<std::vector<Record>> SqlMoneyStore::all(std::string_view sql, Params params,
                                               Result<Record> (*read)(const Row&)) {
  std::vector<Record> out;
  auto done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(out, all_in<Record>(session, sql, params, read));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

template <class Record>
Result<Record> SqlMoneyStore::one(std::string_view sql, Params params,
                                  Result<Record> (*read)(const Row&)) {
  MS_TRY(auto found, all<Record>(sql, params, read));
  if (found.empty()) return LedgerErrc::not_found;
  return std::move(found.front());
}

// The network's events.

Result<std::int64_t> SqlMoneyStore::cursor() {
  std::int64_t out = 0;
  auto done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(out,
           queried_number(session, "SELECT COALESCE(MAX(event_id), 0) FROM charging_money_cursor"));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<> SqlMoneyStore::advance(std::int64_t event, const std::vector<ConnectorUse>& uses) {
  return store_.write_now([&](Session& session) -> Result<> {
    for (const ConnectorUse& use : uses) {
      MS_TRY_VOID(session.execute(
          "INSERT INTO charging_connector_uses VALUES ($1, $2, $3, $4) "
          "ON CONFLICT (station_id, connector, at) DO UPDATE SET is_parking = excluded.is_parking",
          {id_value(use.station), id_value(use.connector), value_of(use.change.at),
           std::int64_t{use.change.is_parking ? 1 : 0}}));
    }
    MS_TRY_VOID(
        session.execute("INSERT INTO charging_money_cursor VALUES (1, $1) "
                        "ON CONFLICT (id) DO UPDATE SET event_id = excluded.event_id",
                        {event}));
    return {};
  });
}

Result<std::vector<UseChange>> SqlMoneyStore::uses(StationId station, ConnectorNumber connector,
                                                   SystemTime from, SystemTime to) {
  return all<UseChange>(
      "SELECT at, is_parking FROM charging_connector_uses WHERE station_id = $1 AND connector = $2 "
      "AND at >= $3 AND at < $4 ORDER BY at LIMIT 10000",
      {id_value(station), id_value(connector), value_of(from), value_of(to)}, change_in);
}

// Tariffs.

Result<TariffRecord> SqlMoneyStore::put_tariff(const TariffRecord& wanted) {
  TariffRecord out = wanted;
  const std::string body = json::dump(to_json(wanted.tariff));
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto there,
           session.query("SELECT version, body, made_by, made_at FROM charging_tariffs "
                         "WHERE id = $1 ORDER BY version DESC LIMIT 1",
                         {wanted.tariff.id}));
    out.version = 1;
    if (!there.empty()) {
      Columns in{there.front()};
      out.version = static_cast<std::int32_t>(in.number());
      if (in.text() == body) {
        out.made_by = in.text();
        out.made_at = in.time();
        return {};
      }
      ++out.version;
    } else {
      MS_TRY(const auto count,
             queried_number(session, "SELECT COUNT(DISTINCT id) FROM charging_tariffs"));
      if (std::cmp_greater_equal(count, bounds_.tariffs_max)) {
        return Error{LedgerErrc::too_many, std::to_string(bounds_.tariffs_max) + " tariffs"};
      }
    }
    MS_TRY_VOID(session.execute("INSERT INTO charging_tariffs VALUES ($1, $2, $3, $4, $5)",
                                {wanted.tariff.id, std::int64_t{out.version}, body, wanted.made_by,
                                 value_of(wanted.made_at)}));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<TariffRecord> SqlMoneyStore::tariff(const std::string& id) {
  return one<TariffRecord>(where(select_tariff, "WHERE t.id = $1 ORDER BY version DESC LIMIT 1"),
                           {id}, tariff_in);
}

Result<TariffRecord> SqlMoneyStore::tariff(const std::string& id, std::int32_t version) {
  return one<TariffRecord>(where(select_tariff, "WHERE t.id = $1 AND t.version = $2"),
                           {id, std::int64_t{version}}, tariff_in);
}

Result<TariffRecord> SqlMoneyStore::tariff_at(const std::string& id, SystemTime at) {
  auto then = one<TariffRecord>(
      where(select_tariff, "WHERE t.id = $1 AND t.made_at <= $2 ORDER BY t.version DESC LIMIT 1"),
      {id, value_of(at)}, tariff_in);
  if (then.has_value() || !then.error().is(LedgerErrc::not_found)) return then;
  return one<TariffRecord>(where(select_tariff, "WHERE t.id = $1 ORDER BY t.version LIMIT 1"), {id},
                           tariff_in);
}

Result<std::vector<TariffRecord>> SqlMoneyStore::tariffs(const std::string& after,
                                                         std::size_t limit) {
  return all<TariffRecord>(
      where(select_tariff,
            "WHERE t.id > $1 AND t.version = (SELECT MAX(u.version) FROM charging_tariffs u "
            "WHERE u.id = t.id) ORDER BY t.id LIMIT $2"),
      {after, limit_value(limit)}, tariff_in);
}

Result<> SqlMoneyStore::use_tariff(const TariffUse& use) {
  return store_.write_now([&](Session& session) -> Result<> {
    if (!use.tariff_id.empty()) {
      MS_TRY(const auto there,
             queried_number(session, "SELECT COUNT(*) FROM charging_tariffs WHERE id = $1",
                            {use.tariff_id}));
      if (there == 0) return Error{LedgerErrc::not_found, "tariff " + use.tariff_id};
    }
    MS_TRY(const auto id, next_id(session, "charging_tariff_uses"));
    MS_TRY_VOID(
        session.execute("INSERT INTO charging_tariff_uses VALUES ($1, $2, $3, $4, $5)",
                        {id, use.place, use.tariff_id, use.made_by, value_of(use.made_at)}));
    return {};
  });
}

Result<std::vector<TariffUse>> SqlMoneyStore::tariff_uses(const std::string& after,
                                                          std::size_t limit) {
  return all<TariffUse>(
      "SELECT u.place, u.tariff_id, u.made_by, u.made_at FROM charging_tariff_uses u "
      "WHERE u.place > $1 AND u.tariff_id <> '' AND u.id = (SELECT MAX(v.id) "
      "FROM charging_tariff_uses v WHERE v.place = u.place) ORDER BY u.place LIMIT $2",
      {after, limit_value(limit)}, use_in);
}

Result<std::string> SqlMoneyStore::tariff_used(const std::string& place, SystemTime at) {
  MS_TRY(const auto found,
         all<TariffUse>("SELECT place, tariff_id, made_by, made_at FROM charging_tariff_uses "
                        "WHERE place = $1 AND made_at <= $2 ORDER BY made_at DESC, id DESC LIMIT 1",
                        {place, value_of(at)}, use_in));
  return found.empty() ? std::string{} : found.front().tariff_id;
}

// Records and invoices.

Result<CdrRecord> SqlMoneyStore::settle(const CdrRecord& wanted, bool invoice_now) {
  CdrRecord out = wanted;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    auto before =
        one_in<CdrRecord>(session, where(select_cdr, "WHERE source = $1"), {wanted.source}, cdr_in);
    if (before.has_value()) {
      out = std::move(*before);
      return {};
    }
    if (!before.error().is(LedgerErrc::not_found)) return before.error();
    MS_TRY(const bool is_visit, settle_visit(session, out));
    if ((invoice_now || is_visit) && out.bill.gross() > 0) {
      MS_TRY_VOID(invoice_cdr(session, out));
    }
    return insert_cdr(session, out);
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<CdrRecord> SqlMoneyStore::cdr(std::int64_t id) {
  return one<CdrRecord>(where(select_cdr, "WHERE id = $1"), {id}, cdr_in);
}

Result<CdrRecord> SqlMoneyStore::cdr(const std::string& source) {
  return one<CdrRecord>(where(select_cdr, "WHERE source = $1"), {source}, cdr_in);
}

Result<std::vector<CdrRecord>> SqlMoneyStore::cdrs(const LedgerPage& page) {
  const Value before = before_value(page.before);
  if (page.user.empty()) {
    return all<CdrRecord>(where(select_cdr, "WHERE id < $1 ORDER BY id DESC LIMIT $2"),
                          {before, limit_value(page.limit)}, cdr_in);
  }
  return all<CdrRecord>(
      where(select_cdr, "WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
      {page.user, before, limit_value(page.limit)}, cdr_in);
}

Result<std::vector<CdrRecord>> SqlMoneyStore::cdrs_of(std::int64_t invoice) {
  return all<CdrRecord>(where(select_cdr, "WHERE invoice_id = $1 ORDER BY id LIMIT 1000"),
                        {invoice}, cdr_in);
}

Result<std::size_t> SqlMoneyStore::invoice_month(Month month, SystemTime now) {
  std::size_t count = 0;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto groups,
           session.query("SELECT DISTINCT user_id, currency FROM charging_cdrs WHERE month = $1 "
                         "AND invoice_id = 0 AND net + vat > 0 ORDER BY user_id, currency "
                         "LIMIT 100",
                         {to_text(month)}));
    for (const Row& group : groups) MS_TRY_VOID(invoice_group(session, group, month, now));
    count = groups.size();
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return count;
}

Result<InvoiceRecord> SqlMoneyStore::invoice(std::int64_t id) {
  return one<InvoiceRecord>(where(select_invoice, "WHERE id = $1"), {id}, invoice_in);
}

Result<std::vector<InvoiceRecord>> SqlMoneyStore::invoices(const LedgerPage& page) {
  const Value before = before_value(page.before);
  const std::string rest =
      std::string{page.credit_notes ? " AND credits <> 0" : ""} + " ORDER BY id DESC LIMIT $2";
  if (page.user.empty()) {
    return all<InvoiceRecord>(where(select_invoice, "WHERE id < $1" + rest),
                              {before, limit_value(page.limit)}, invoice_in);
  }
  return all<InvoiceRecord>(where(select_invoice, "WHERE id < $1 AND user_id = $3" + rest),
                            {before, limit_value(page.limit), page.user}, invoice_in);
}

Result<InvoiceRecord> SqlMoneyStore::credit(std::int64_t invoice, const std::string& reason,
                                            SystemTime now) {
  InvoiceRecord out;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto credited, invoice_of(session, invoice));
    if (credited.credits != 0) return LedgerErrc::not_creditable;
    MS_TRY(const auto there,
           queried_number(session, "SELECT COUNT(*) FROM charging_invoices WHERE credits = $1",
                          {invoice}));
    if (there != 0) return LedgerErrc::already_credited;
    MS_TRY_VOID(take_back(session, credited, now));
    out.user = credited.user;
    out.currency = credited.currency;
    out.month = credited.month;
    out.bill = negated(credited.bill);
    out.credits = invoice;
    out.reason = reason;
    out.payment = credited.payment;
    out.made_at = now;
    return insert_invoice(session, out);
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<PaymentRecord> SqlMoneyStore::pay(std::int64_t invoice, const std::string& method,
                                         SystemTime now) {
  PaymentRecord out;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto owed, invoice_of(session, invoice));
    if (owed.credits != 0) return LedgerErrc::already_paid;
    MS_TRY(const auto credited,
           queried_number(session, "SELECT COUNT(*) FROM charging_invoices WHERE credits = $1",
                          {invoice}));
    if (credited != 0) return LedgerErrc::already_credited;
    if (owed.payment != 0) {
      MS_TRY(const auto before, payment_of(session, owed.payment));
      const bool is_open = before.facts.state == PaymentState::failed ||
                           before.facts.state == PaymentState::cancelled;
      if (!is_open || before.facts.captured > 0) return LedgerErrc::already_paid;
    }
    MS_TRY(
        const auto attempt,
        queried_number(session, "SELECT COUNT(*) FROM charging_payments WHERE request_key LIKE $1",
                       {"invoice-" + std::to_string(invoice) + "-%"}));
    MS_TRY(out, charge(session, owed, method, attempt, now));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<std::vector<RevenueRow>> SqlMoneyStore::revenue(const std::string& host, Month month) {
  return all<RevenueRow>(
      "SELECT plot_id, currency, COUNT(*), CAST(SUM(energy_wh) AS BIGINT), "
      "CAST(SUM(net) AS BIGINT), CAST(SUM(vat) AS BIGINT) FROM charging_cdrs "
      "WHERE host_id = $1 AND month = $2 AND host_id <> '' GROUP BY plot_id, currency "
      "ORDER BY plot_id, currency",
      {host, to_text(month)}, revenue_in);
}

// Payments.

Result<PaymentRecord> SqlMoneyStore::payment(std::int64_t id) {
  return one<PaymentRecord>(where(select_payment, "WHERE id = $1"), {id}, payment_in);
}

Result<std::vector<PaymentRecord>> SqlMoneyStore::due(SystemTime now, std::size_t limit) {
  return all<PaymentRecord>(
      where(select_payment,
            "WHERE state IN (1, 3, 6, 7) AND try_at <= $1 ORDER BY try_at, id LIMIT $2"),
      {value_of(now), limit_value(limit)}, payment_in);
}

Result<> SqlMoneyStore::record(const PaymentRecord& payment) {
  return store_.write_now(
      [&](Session& session) -> Result<> { return update_payment(session, payment); });
}

// Visits.

Result<VisitRecord> SqlMoneyStore::add_visit(const VisitRecord& wanted,
                                             const PaymentRecord& payment) {
  VisitRecord out = wanted;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto open,
           queried_number(session,
                          "SELECT COUNT(*) FROM charging_visits WHERE transaction_id = 0 "
                          "AND failure = ''"));
    if (std::cmp_greater_equal(open, bounds_.open_visits_max)) return LedgerErrc::too_many;
    PaymentRecord kept = payment;
    MS_TRY_VOID(insert_payment(session, kept));
    out.payment = kept.id;
    MS_TRY_VOID(session.execute(
        "INSERT INTO charging_visits VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {out.link, out.tag, id_value(out.station), id_value(out.connector), out.payment,
         id_value(out.transaction), out.failure, value_of(out.made_at)}));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<VisitRecord> SqlMoneyStore::visit(const std::string& link) {
  return one<VisitRecord>(where(select_visit, "WHERE link = $1"), {link}, visit_in);
}

Result<VisitRecord> SqlMoneyStore::visit_of_tag(const std::string& tag) {
  return one<VisitRecord>(where(select_visit, "WHERE tag = $1"), {tag}, visit_in);
}

Result<> SqlMoneyStore::begin_visit(const std::string& tag, TransactionId transaction) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(session.execute(
        "UPDATE charging_visits SET transaction_id = $2 WHERE tag = $1 AND transaction_id = 0",
        {tag, id_value(transaction)}));
    return {};
  });
}

Result<> SqlMoneyStore::fail_visit(const std::string& link, const std::string& why) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto changed,
           session.execute("UPDATE charging_visits SET failure = $2 WHERE link = $1 "
                           "AND transaction_id = 0 AND failure = ''",
                           {link, why}));
    if (changed == 0) return {};
    MS_TRY(const auto visit,
           one_in<VisitRecord>(session, where(select_visit, "WHERE link = $1"), {link}, visit_in));
    MS_TRY(auto payment, payment_of(session, visit.payment));
    if (payment.facts.state != PaymentState::authorised) return {};
    payment.facts.state = PaymentState::cancel_due;
    return update_payment(session, payment);
  });
}

Result<std::vector<VisitRecord>> SqlMoneyStore::waiting_visits(SystemTime then, std::size_t limit) {
  return all<VisitRecord>(where(select_visit,
                                "WHERE transaction_id = 0 AND failure = '' AND made_at < $1 "
                                "ORDER BY made_at LIMIT $2"),
                          {value_of(then), limit_value(limit)}, visit_in);
}

// Drivers.

Result<VehicleRecord> SqlMoneyStore::add_vehicle(const VehicleRecord& wanted) {
  VehicleRecord out = wanted;
  auto done = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto own,
           queried_number(session, "SELECT COUNT(*) FROM charging_vehicles WHERE user_id = $1",
                          {wanted.user}));
    if (std::cmp_greater_equal(own, bounds_.vehicles_of_a_user_max)) {
      return Error{LedgerErrc::too_many,
                   std::to_string(bounds_.vehicles_of_a_user_max) + " vehicles"};
    }
    MS_TRY(out.id, next_id(session, "charging_vehicles"));
    MS_TRY_VOID(
        session.execute("INSERT INTO charging_vehicles VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        {out.id, out.user, out.name, out.connectors, out.battery, out.ac_max,
                         out.dc_max, out.contract, value_of(out.made_at)}));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<VehicleRecord> SqlMoneyStore::change_vehicle(const VehicleRecord& wanted) {
  MS_TRY_VOID(store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto changed,
           session.execute("UPDATE charging_vehicles SET name = $3, connectors = $4, "
                           "battery_wh = $5, ac_watts_max = $6, dc_watts_max = $7, contract = $8 "
                           "WHERE id = $1 AND user_id = $2",
                           {wanted.id, wanted.user, wanted.name, wanted.connectors, wanted.battery,
                            wanted.ac_max, wanted.dc_max, wanted.contract}));
    if (changed == 0) return LedgerErrc::not_found;
    return {};
  }));
  return one<VehicleRecord>(where(select_vehicle, "WHERE id = $1"), {wanted.id}, vehicle_in);
}

Result<> SqlMoneyStore::remove_vehicle(const std::string& user, std::int64_t id) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto changed,
           session.execute("DELETE FROM charging_vehicles WHERE id = $1 AND user_id = $2",
                           {id, user}));
    if (changed == 0) return LedgerErrc::not_found;
    return {};
  });
}

Result<std::vector<VehicleRecord>> SqlMoneyStore::vehicles(const std::string& user) {
  return all<VehicleRecord>(where(select_vehicle, "WHERE user_id = $1 ORDER BY id"), {user},
                            vehicle_in);
}

Result<std::string> SqlMoneyStore::payment_method(const std::string& user) {
  std::string out;
  auto done = store_.read([&](Session& session) -> Result<> {
    MS_TRY(out, method_of(session, user));
    return {};
  });
  if (done.has_error()) return std::move(done).error();
  return out;
}

Result<> SqlMoneyStore::set_payment_method(const std::string& user, const std::string& method,
                                           SystemTime now) {
  return store_.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(session.execute("DELETE FROM charging_payment_methods WHERE user_id = $1", {user}));
    if (method.empty()) return {};
    MS_TRY_VOID(session.execute("INSERT INTO charging_payment_methods VALUES ($1, $2, $3)",
                                {user, method, value_of(now)}));
    return {};
  });
}

}  // namespace mainstay::charging
