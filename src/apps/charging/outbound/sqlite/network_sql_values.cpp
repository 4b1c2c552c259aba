#include "apps/charging/outbound/sqlite/network_sql_values.hpp"

#include <initializer_list>
#include <type_traits>
#include <utility>

#include "platform/store/columns.hpp"

namespace mainstay::charging {
namespace {

using store::Row;
using store::Value;

Value value(std::int64_t number) { return number; }
Value value(SystemTime at) { return store::value_of(at); }
Value value(std::string_view text) { return without_nul(text); }
template <class Tag, class Rep>
Value value(const Strong<Tag, Rep>& id) {
  return std::int64_t{id.get()};
}
template <class Enum>
  requires(std::is_enum_v<Enum>)
Value value(Enum enumerator) {
  return static_cast<std::int64_t>(enumerator);
}

template <class... Parts>
void add(Values& to, const Parts&... parts) {
  (to.push_back(value(parts)), ...);
}

}  // namespace

std::int64_t number_in(const Row& row, std::size_t at) {
  const auto* const number = std::get_if<std::int64_t>(&row.at(at));
  return number == nullptr ? 0 : *number;
}

std::string without_nul(std::string_view text) {
  if (text.find('\0') == text.npos) return std::string{text};
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\0') {
      out += "\xef\xbf\xbd";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

StationRow station_in(const Row& row) {
  store::Columns in{row};
  StationRow out;
  out.id = in.id<StationId>();
  out.identity = in.text();
  out.name = in.text();
  out.admission = in.enumerator<ocpp::RegistrationStatus>();
  out.groups = in.text();
  out.plot = in.id<PlotId>();
  out.made_at = in.time();
  out.booted_at = in.time();
  const auto registration = in.number();
  if (out.booted_at != SystemTime{}) {
    out.registration = static_cast<ocpp::RegistrationStatus>(registration);
  }
  out.vendor = in.text();
  out.model = in.text();
  out.boot = in.text();
  return out;
}

void append(Values& to, const StationRow& row) {
  const auto registration = row.registration.value_or(ocpp::RegistrationStatus::rejected);
  add(to, row.id, row.identity, row.name, row.admission, row.groups, row.plot, row.made_at,
      row.booted_at, registration, row.vendor, row.model, row.boot);
}

ConnectorRow connector_in(const Row& row) {
  store::Columns in{row};
  ConnectorRow out;
  out.station = in.id<StationId>();
  out.connector = in.id<ConnectorNumber>();
  out.status = in.enumerator<ocpp::ConnectorStatus>();
  out.error = in.enumerator<ocpp::ErrorCode>();
  out.at = in.time();
  out.is_operative = in.flag();
  return out;
}

void append(Values& to, const ConnectorRow& row) {
  add(to, row.station, row.connector, row.status, row.error, row.at,
      std::int64_t{row.is_operative});
}

TagRow tag_in(const Row& row) {
  store::Columns in{row};
  TagRow out;
  out.tag = in.text();
  out.is_blocked = in.flag();
  out.expires_at = in.time();
  out.parent = in.text();
  out.owner = in.text();
  out.label = in.text();
  out.transactions_max = static_cast<int>(in.number());
  out.made_at = in.time();
  return out;
}

void append(Values& to, const TagRow& row) {
  add(to, row.tag, std::int64_t{row.is_blocked}, row.expires_at, row.parent, row.owner, row.label,
      std::int64_t{row.transactions_max}, row.made_at);
}

TransactionRow transaction_in(const Row& row) {
  store::Columns in{row};
  TransactionRow out;
  out.id = in.id<TransactionId>();
  out.station = in.id<StationId>();
  out.connector = in.id<ConnectorNumber>();
  out.tag = in.text();
  out.tag_status = in.enumerator<ocpp::AuthorizationStatus>();
  out.owner = in.text();
  out.reservation_id = static_cast<std::int32_t>(in.number());
  out.meter_start = in.number();
  out.started_at = in.time();
  out.received_at = in.time();
  out.state = in.enumerator<TransactionState>();
  out.meter_stop = in.number();
  out.stopped_at = in.time();
  out.stop_reason = in.enumerator<ocpp::StopReason>();
  out.stop_tag = in.text();
  return out;
}

/// Of its beginning: what ends it comes by an UPDATE.
void append(Values& to, const TransactionRow& row) {
  add(to, row.id, row.station, row.connector, row.tag, row.tag_status, row.owner,
      std::int64_t{row.reservation_id}, row.meter_start, row.started_at, row.received_at,
      row.state);
}

MeterRow meter_in(const Row& row) {
  store::Columns in{row};
  MeterRow out;
  out.id = in.number();
  out.transaction = in.number();
  out.connector = in.id<ConnectorNumber>();
  out.at = in.time();
  out.readings = in.text();
  return out;
}

void append(Values& to, const MeterRow& row) {
  add(to, row.id, row.transaction, row.connector, row.at, row.readings);
}

UnknownStopRow unknown_stop_in(const Row& row) {
  store::Columns in{row};
  UnknownStopRow out;
  out.id = in.number();
  out.station = in.id<StationId>();
  out.said = in.id<TransactionId>();
  out.tag = in.text();
  out.meter_stop = in.number();
  out.stopped_at = in.time();
  out.stop_reason = in.enumerator<ocpp::StopReason>();
  out.received_at = in.time();
  out.readings = in.text();
  out.attached_to = static_cast<std::int32_t>(in.number());
  return out;
}

void append(Values& to, const UnknownStopRow& row) {
  add(to, row.id, row.station, row.said, row.tag, row.meter_stop, row.stopped_at, row.stop_reason,
      row.received_at, row.readings, std::int64_t{row.attached_to});
}

ReservationRow reservation_in(const Row& row) {
  store::Columns in{row};
  ReservationRow out;
  out.id = in.id<ReservationId>();
  out.station = in.id<StationId>();
  out.connector = in.id<ConnectorNumber>();
  out.tag = in.text();
  out.parent = in.text();
  out.owner = in.text();
  out.made_at = in.time();
  out.expires_at = in.time();
  out.state = in.enumerator<ReservationState>();
  out.transaction = in.id<TransactionId>();
  return out;
}

void append(Values& to, const ReservationRow& row) {
  add(to, row.id, row.station, row.connector, row.tag, row.parent, row.owner, row.made_at,
      row.expires_at, row.state, row.transaction);
}

OperationRow operation_in(const Row& row) {
  store::Columns in{row};
  OperationRow out;
  out.id = in.id<OperationId>();
  out.command = in.text();
  out.request = in.text();
  out.made_by = in.text();
  out.made_at = in.time();
  out.deadline_at = in.time();
  out.ended_at = in.time();
  return out;
}

void append(Values& to, const OperationRow& row) {
  add(to, row.id, row.command, row.request, row.made_by, row.made_at, row.deadline_at,
      row.ended_at);
}

StepRow step_in(const Row& row) {
  store::Columns in{row};
  StepRow out;
  out.operation = in.id<OperationId>();
  out.station = in.id<StationId>();
  out.state = in.enumerator<StepState>();
  out.outcome = in.text();
  out.detail = in.text();
  out.ended_at = in.time();
  return out;
}

void append(Values& to, const StepRow& row) {
  add(to, row.operation, row.station, row.state, row.outcome, row.detail, row.ended_at);
}

EventRow event_in(const Row& row) {
  store::Columns in{row};
  EventRow out;
  out.id = in.number();
  out.kind = in.enumerator<EventKind>();
  out.station = in.id<StationId>();
  out.connector = in.id<ConnectorNumber>();
  out.at = in.time();
  out.reference = in.number();
  out.detail = in.text();
  return out;
}

void append(Values& to, const EventRow& row) {
  add(to, row.id, row.kind, row.station, row.connector, row.at, row.reference, row.detail);
}

WebhookRow webhook_in(const Row& row) {
  store::Columns in{row};
  WebhookRow out;
  out.id = in.number();
  out.url = in.text();
  out.secret = in.text();
  out.kinds = in.text();
  out.made_at = in.time();
  out.sent_to = in.number();
  out.failures = static_cast<std::int32_t>(in.number());
  out.last_error = in.text();
  out.tried_to = in.number();
  return out;
}

void append(Values& to, const WebhookRow& row) {
  add(to, row.id, row.url, row.secret, row.kinds, row.made_at, row.sent_to,
      std::int64_t{row.failures}, row.last_error, row.tried_to);
}

Result<std::int64_t> highest(store::Session& session, const std::string& table) {
  MS_TRY(const auto rows, session.query("SELECT COALESCE(MAX(id), 0) FROM " + table));
  return number_in(rows.at(0), 0);
}

}  // namespace mainstay::charging
