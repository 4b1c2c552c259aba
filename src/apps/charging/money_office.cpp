#include "apps/charging/money_office.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/domain/readings.hpp"
#include "apps/charging/money_document.hpp"
#include "apps/charging/waiting.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t events_a_step = 200;
constexpr std::size_t due_a_tick = 100;
constexpr std::int32_t attempts_max = 40;
constexpr std::size_t readings_max = 20'000;  // messages of one charge; later ones are left out

bool is_parking(ocpp::ConnectorStatus status) {
  return status == ocpp::ConnectorStatus::suspended_ev ||
         status == ocpp::ConnectorStatus::finishing;
}

/// A site that gives no power makes nobody pay for parking: that is told as
/// charging.
bool tells_use(ocpp::ConnectorStatus status) {
  return is_parking(status) || status == ocpp::ConnectorStatus::charging ||
         status == ocpp::ConnectorStatus::suspended_evse;
}

Seconds pause_after(std::int32_t attempts) {
  return Seconds{std::min<std::int64_t>(std::int64_t{1} << std::min(attempts, 12), 3'600)};
}

}  // namespace

std::string to_text(const ConnectorName& name) {
  return std::to_string(name.station.get()) + "-" + std::to_string(name.connector.get());
}

std::optional<ConnectorName> parse_connector(std::string_view text) {
  const auto at = text.find('-');
  if (at == std::string_view::npos) return std::nullopt;
  const auto station = parse_u64(text.substr(0, at));
  const auto connector = parse_u64(text.substr(at + 1));
  if (!station || !connector || *station == 0 || !std::in_range<std::int64_t>(*station) ||
      *connector == 0 || !std::in_range<std::uint16_t>(*connector)) {
    return std::nullopt;
  }
  return ConnectorName{StationId{static_cast<std::int64_t>(*station)},
                       ConnectorNumber{static_cast<std::uint16_t>(*connector)}};
}

std::string visit_link(std::string_view token) {
  return hexadecimal(tls::hmac_sha256("mainstay charging visit", token));
}

std::string new_tag(char kind) {
  // 32 letters and digits that are not mistaken for others; 18 of them are 90
  // random bits.
  constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::array<std::byte, 18> random{};
  fill_secret(random);
  std::string out{kind, '-'};
  for (const std::byte one : random) out.push_back(letters[static_cast<std::size_t>(one) % 32]);
  return out;
}

bool is_made_tag(std::string_view tag) { return tag.size() >= 2 && tag[1] == '-'; }

Charge charge_of(CdrRecord record) {
  Charge out;
  TransactionRow& row = out.transaction;
  if (record.source.starts_with('t')) {
    const auto id = parse_u64(std::string_view{record.source}.substr(1)).value_or(0);
    row.id = TransactionId{static_cast<std::int32_t>(id)};
  }
  row.station = record.station;
  row.connector = record.connector;
  row.tag = record.tag;
  row.owner = record.user;
  row.started_at = record.started_at;
  row.stopped_at = record.stopped_at;
  row.state = TransactionState::ended;
  out.terms.place.name = record.place;
  out.use = {record.charging, record.parking, record.reserved, record.energy};
  out.bill = record.bill;
  out.currency = record.currency;
  out.record = std::move(record);
  return out;
}

MoneyOffice::MoneyOffice(MoneyStore& store, PaymentProvider& provider, NetworkStore& network,
                         Places& places, zones::TimeZones& zones,
                         UniqueFunction<void(const Error&)> failed, OfficeOptions options)
    : store_(store),
      provider_(provider),
      network_(network),
      places_(places),
      zones_(zones),
      failed_(std::move(failed)),
      options_(options) {}

// --- questions
// -----------------------------------------------------------------------------------

Result<Terms> MoneyOffice::terms(const ConnectorName& connector, SystemTime at) {
  Terms out;
  MS_TRY(out.place, places_.of(connector.station, connector.connector));
  static const TimeZone utc{"UTC", {{0, 0}}};
  out.zone = out.place.zone.empty() ? nullptr : zones_.find(out.place.zone);
  if (out.zone == nullptr) out.zone = &utc;
  std::vector<std::string> places{"connector:" + to_text(connector),
                                  "station:" + std::to_string(connector.station.get())};
  if (out.place.plot.get() != 0) places.push_back("plot:" + std::to_string(out.place.plot.get()));
  std::string id;
  for (const std::string& place : places) {
    if (!id.empty()) break;
    MS_TRY(id, store_.tariff_used(place, at));
  }
  if (id.empty()) id = out.place.tariff;
  if (id.empty()) {
    MS_TRY(id, store_.tariff_used("default", at));
  }
  if (id.empty()) return out;
  auto record = store_.tariff_at(id, at);
  if (record.has_error() && !record.error().is(LedgerErrc::not_found)) return record.error();
  if (record.has_value() && is_valid_at(record->tariff, at)) out.tariff = std::move(*record);
  return out;
}

Result<MoneyOffice::Quote> MoneyOffice::quote(const ConnectorName& connector,
                                              const PlannedUse& plan) {
  Quote out;
  MS_TRY(out.terms, terms(connector, plan.begin));
  if (!out.terms.place.is_known) {
    return Error{NetworkErrc::connector_unknown, to_text(connector)};
  }
  out.currency = options_.currency;
  if (!out.terms.tariff) return out;
  const Tariff& tariff = out.terms.tariff->tariff;
  out.currency = tariff.currency;
  MS_TRY(out.cost, price_use(tariff, *out.terms.zone, periods_of(plan)));
  out.bill = bill_of(out.cost, tariff);
  return out;
}

Result<SessionFacts> MoneyOffice::facts_of(const TransactionRow& row, SystemTime now) {
  const bool is_open = row.state != TransactionState::ended;
  SessionFacts out;
  out.begin = began_at(row);
  out.end = is_open ? std::max(now, out.begin) : row.stopped_at;
  out.meter_begin = out.meter_end = row.meter_start;
  MeterFilter filter;
  filter.transaction = row.id.get();
  for (std::size_t messages = 0; messages < readings_max;) {
    MS_TRY(const auto rows, wait_for<std::vector<MeterRow>>(
                                [&](auto done) { network_.meters(filter, std::move(done)); }));
    for (const MeterRow& one : rows) {
      for (const ocpp::MeterValue& value : parse_readings(one.readings)) {
        const Readings read = make_readings({&value, 1});
        if (!read.energy_register) continue;
        out.points.push_back({read.newest, *read.energy_register});
        out.meter_end = std::max(out.meter_end, *read.energy_register);
      }
      filter.after = one.id;
    }
    messages += rows.size();
    if (rows.size() < filter.limit) break;
  }
  if (!is_open) out.meter_end = row.meter_stop;
  MS_TRY(out.changes, store_.uses(row.station, row.connector, out.begin, out.end));
  if (row.reservation_id != 0) {
    MS_TRY(const auto found, reservation(row.reservation_id));
    if (found && found->transaction == row.id) {
      out.reserved = SessionFacts::Reserved{found->made_at, found->expires_at};
    }
  }
  return out;
}

Result<Charge> MoneyOffice::charge(TransactionId id, SystemTime now) {
  MS_TRY(const auto found, wait_for<std::optional<TransactionRow>>(
                               [&](auto done) { network_.find(id, std::move(done)); }));
  if (!found) return LedgerErrc::not_found;
  return charge(*found, now);
}

Result<Charge> MoneyOffice::charge(const TransactionRow& row, SystemTime now) {
  if (row.state == TransactionState::ended) {
    auto record = store_.cdr("t" + std::to_string(row.id.get()));
    if (record.has_value()) return charge_of(std::move(*record));
    if (!record.error().is(LedgerErrc::not_found)) return record.error();
  }
  Charge out;
  out.transaction = row;
  MS_TRY(out.terms, terms({row.station, row.connector}, began_at(row)));
  MS_TRY(const SessionFacts facts, facts_of(row, now));
  const std::vector<UsePeriod> periods = periods_of(facts);
  out.use = sums_of(periods);
  out.currency = options_.currency;
  if (out.terms.tariff) {
    const Tariff& tariff = out.terms.tariff->tariff;
    out.currency = tariff.currency;
    MS_TRY(out.cost, price_use(tariff, *out.terms.zone, periods));
    out.bill = bill_of(out.cost, tariff);
  }
  return out;
}

Result<std::vector<Charge>> MoneyOffice::settled(const LedgerPage& page) {
  MS_TRY(auto records, store_.cdrs(page));
  std::vector<Charge> out;
  for (CdrRecord& one : records) out.push_back(charge_of(std::move(one)));
  return out;
}

Result<std::vector<ReservationRow>> MoneyOffice::reservations(const ReservationFilter& filter) {
  return wait_for<std::vector<ReservationRow>>(
      [&](auto done) { network_.reservations(filter, std::move(done)); });
}

Result<std::optional<ReservationRow>> MoneyOffice::reservation(std::int64_t id) {
  std::optional<ReservationRow> out;
  if (id < 1 || id >= INT32_MAX) return out;  // a station may say any
  MS_TRY(const auto found, reservations({static_cast<std::int32_t>(id) + 1, 1, {}}));
  if (!found.empty() && found.front().id.get() == id) out = found.front();
  return out;
}

// --- settling
// ------------------------------------------------------------------------------------

namespace {

CdrRecord record_of(const Charge& charge, SystemTime now) {
  CdrRecord out;
  const TransactionRow& row = charge.transaction;
  out.station = row.station;
  out.connector = row.connector;
  out.plot = charge.terms.place.plot;
  out.host = charge.terms.place.host;
  out.place = charge.terms.place.name;
  out.tag = row.tag;
  out.user = row.owner;
  out.started_at = began_at(row);
  out.stopped_at = std::max(row.stopped_at, out.started_at);
  out.energy = charge.use.energy;
  out.charging = charge.use.charging;
  out.parking = charge.use.parking;
  out.reserved = charge.use.reserved;
  if (charge.terms.tariff) {
    out.tariff_id = charge.terms.tariff->tariff.id;
    out.tariff_version = charge.terms.tariff->version;
  }
  out.currency = charge.currency;
  out.exact_net = charge.cost.without_vat.rounded();
  out.exact_gross = charge.cost.with_vat.rounded();
  out.bill = charge.bill;
  out.lines = json::dump(lines_json(charge.cost));
  out.made_at = now;
  return out;
}

}  // namespace

Result<CdrRecord> MoneyOffice::settle(const TransactionRow& row, SystemTime now) {
  MS_TRY(auto whole, charge(row, now));
  if (whole.record) return std::move(*whole.record);
  CdrRecord record = record_of(whole, now);
  record.source = "t" + std::to_string(row.id.get());
  return store_.settle(record, options_.invoice_each_charge);
}

Result<CdrRecord> MoneyOffice::settle_expired(const ReservationRow& row, SystemTime now) {
  Charge whole;
  whole.transaction.station = row.station;
  whole.transaction.connector = row.connector;
  whole.transaction.tag = row.tag;
  whole.transaction.owner = row.owner;
  whole.transaction.started_at = row.made_at;
  whole.transaction.stopped_at = row.expires_at;
  MS_TRY(whole.terms, terms({row.station, row.connector}, row.made_at));
  const auto periods = periods_of_expired(row.made_at, row.expires_at);
  whole.use = sums_of(periods);
  whole.currency = options_.currency;
  if (whole.terms.tariff) {
    const Tariff& tariff = whole.terms.tariff->tariff;
    whole.currency = tariff.currency;
    MS_TRY(whole.cost, price_use(tariff, *whole.terms.zone, periods));
    whole.bill = bill_of(whole.cost, tariff);
  }
  CdrRecord record = record_of(whole, now);
  record.source = "r" + std::to_string(row.id.get());
  return store_.settle(record, options_.invoice_each_charge);
}

Result<bool> MoneyOffice::catch_up(SystemTime now) {
  EventFilter filter;
  filter.limit = events_a_step;
  filter.kinds = {money_kinds.begin(), money_kinds.end()};
  MS_TRY(filter.after, store_.cursor());
  const auto read = [&] {
    return wait_for<std::vector<EventRow>>(
        [&](auto done) { network_.events(filter, std::move(done)); });
  };
  auto found = read();
  if (found.has_error() && found.error().is(NetworkErrc::events_gone)) {
    // Of what money has not worked off the history keeps money_kinds only: nothing of ours is lost,
    // and all that is left comes after the cursor.
    filter.after = 0;
    found = read();
  }
  MS_TRY(const auto events, std::move(found));
  if (events.empty()) return false;
  std::vector<ConnectorUse> uses;
  for (const EventRow& event : events) MS_TRY_VOID(take(event, uses, now));
  MS_TRY_VOID(store_.advance(events.back().id, uses));
  return events.size() == events_a_step;
}

Result<> MoneyOffice::take(const EventRow& event, std::vector<ConnectorUse>& uses, SystemTime now) {
  if (event.kind == EventKind::connector_status) {
    const auto status = static_cast<ocpp::ConnectorStatus>(event.reference / 256);
    if (tells_use(status)) {
      uses.push_back({event.station, event.connector, {event.at, is_parking(status)}});
    }
    return {};
  }
  if (event.kind == EventKind::reservation_changed) {
    MS_TRY(const auto found, reservation(event.reference));
    if (!found || found->state != ReservationState::expired) return {};
    MS_TRY_VOID(settle_expired(*found, now));
    return {};
  }
  const TransactionId id{static_cast<std::int32_t>(event.reference)};
  MS_TRY(const auto row, wait_for<std::optional<TransactionRow>>(
                             [&](auto done) { network_.find(id, std::move(done)); }));
  if (!row) return {};
  if (event.kind == EventKind::transaction_started) {
    if (is_made_tag(row->tag)) MS_TRY_VOID(store_.begin_visit(row->tag, id));
    return {};
  }
  if (row->state != TransactionState::ended) return {};
  if (!uses.empty()) {  // they are stored before a charge that needs them is
                        // settled
    MS_TRY_VOID(store_.advance(event.id - 1, uses));
    uses.clear();
  }
  MS_TRY_VOID(settle(*row, now));
  return {};
}

// --- payments
// ------------------------------------------------------------------------------------

Result<> MoneyOffice::carry_out(PaymentRecord& payment) {
  PaymentFacts& facts = payment.facts;
  switch (facts.state) {
    case PaymentState::cancel_due:
      return provider_.cancel(payment.key + "/cancel", payment.reference);
    case PaymentState::refund_due:
      return provider_.refund(payment.key + "/refund-" + std::to_string(facts.refunded),
                              payment.reference, facts.to_refund);
    case PaymentState::charge_due:
      if (payment.reference.empty()) {
        MS_TRY(payment.reference, provider_.authorise(payment.key + "/authorise", payment.method,
                                                      facts.to_capture, payment.currency));
        facts.authorised = facts.to_capture;
      }
      [[fallthrough]];
    default:
      return provider_.capture(payment.key + "/capture", payment.reference, facts.to_capture);
  }
}

Result<> MoneyOffice::work_off(PaymentRecord payment, SystemTime now) {
  const auto done = carry_out(payment);
  ++payment.attempts;
  if (done.has_error()) {
    payment.last_error = done.error().message();
    payment.try_at = now + pause_after(payment.attempts);
    failed_(done.error());
  }
  const bool again = done.has_error() && !done.error().is(ProviderErrc::declined) &&
                     payment.attempts < attempts_max;
  if (!again) payment.facts = worked_off(payment.facts, done.has_value());
  if (done.has_value()) payment.last_error.clear();
  return store_.record(payment);
}

Result<> MoneyOffice::tick(SystemTime now) {
  MS_TRY(const auto due, store_.due(now, due_a_tick));
  for (const PaymentRecord& one : due) MS_TRY_VOID(work_off(one, now));
  MS_TRY(const auto waiting, store_.waiting_visits(now - options_.visit_patience, due_a_tick));
  for (const VisitRecord& one : waiting) {
    MS_TRY_VOID(store_.fail_visit(one.link, "no vehicle began to charge in time"));
  }
  return invoice_months(now);
}

/// Those that are over; of charges that are told late too, since all months
/// back to a year are asked for.
Result<> MoneyOffice::invoice_months(SystemTime now) {
  const Month current = month_of(now);
  if (options_.invoice_each_charge || invoiced_ == current) return {};
  Month month = current;
  for (int back = 0; back < 12; ++back) {
    month = month.month == 1 ? Month{month.year - 1, 12} : Month{month.year, month.month - 1};
    while (true) {
      MS_TRY(const auto count, store_.invoice_month(month, now));
      if (count == 0) break;
    }
  }
  invoiced_ = current;
  return {};
}

// --- people without an account
// -------------------------------------------------------------------

MoneyOffice::Hold MoneyOffice::hold_of(const Terms& terms) const {
  const Tariff* tariff = terms.tariff ? &terms.tariff->tariff : nullptr;
  const Currency currency = tariff != nullptr ? tariff->currency : options_.currency;
  if (tariff != nullptr && tariff->max_price) {
    return {ExactAmount::of(tariff->max_price->with_vat).rounded_to(currency), currency};
  }
  return {options_.visit_hold * currency.minor_per_unit(), currency};
}

Result<MoneyOffice::Visit> MoneyOffice::open_visit(const ConnectorName& connector,
                                                   const std::string& method, SystemTime now) {
  MS_TRY(const auto agreed, terms(connector, now));
  if (!agreed.place.is_known) {
    return Error{NetworkErrc::connector_unknown, to_text(connector)};
  }
  Visit out;
  out.token = secret_hex(16);
  out.record.link = visit_link(out.token);
  out.record.tag = new_tag(visit_tag);
  out.record.station = connector.station;
  out.record.connector = connector.connector;
  out.record.made_at = now;
  out.until = now + options_.visit_patience;
  PaymentRecord payment;
  payment.key = "visit-" + out.record.link;
  payment.method = method;
  const Hold hold = hold_of(agreed);
  payment.currency = hold.currency;
  payment.facts.authorised = hold.amount;
  payment.try_at = payment.made_at = now;
  MS_TRY(payment.reference, provider_.authorise(payment.key + "/authorise", method,
                                                payment.facts.authorised, payment.currency));
  auto kept = store_.add_visit(out.record, payment);
  if (kept.has_error()) {
    (void)provider_.cancel(payment.key + "/cancel", payment.reference);
    return std::move(kept).error();
  }
  out.record = std::move(*kept);
  return out;
}

Result<VisitRecord> MoneyOffice::visit(const std::string& token) {
  return store_.visit(visit_link(token));
}

Result<> MoneyOffice::fail_visit(const VisitRecord& visit, const std::string& why, SystemTime now) {
  MS_TRY_VOID(store_.fail_visit(visit.link, why));
  return tick(now);
}

}  // namespace mainstay::charging
