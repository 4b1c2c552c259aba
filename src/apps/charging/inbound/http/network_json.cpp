#include "apps/charging/inbound/http/network_json.hpp"

#include <array>
#include <utility>

#include "apps/charging/domain/csv.hpp"
#include "apps/charging/inbound/http/wire_names.hpp"
#include "apps/charging/inbound/ocpp/codec.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

using json::Array;
using json::Object;

constexpr std::array<std::string_view, 17> event_kinds{
    "",
    "station_booted",
    "station_online",
    "station_offline",
    "connector_status",
    "transaction_started",
    "transaction_ended",
    "stop_unknown",
    "reservation_changed",
    "operation_ended",
    "firmware_status",
    "signed_firmware_status",
    "diagnostics_status",
    "log_status",
    "security_event",
    "data_transfer",
    "station_changed",
};
constexpr std::array<std::string_view, 3> transaction_states{"active", "ended", "superseded"};
constexpr std::array<std::string_view, 3> registrations{"accepted", "pending", "rejected"};
constexpr std::array<std::string_view, 6> reservation_states{"asked",     "active",  "used",
                                                             "cancelled", "expired", "refused"};
constexpr std::array<std::string_view, 5> step_states{"waiting", "sent", "done", "failed", "lost"};

struct Names {
  std::span<const std::string_view> status = wire_names("StatusNotification", {"status"});
  std::span<const std::string_view> error = wire_names("StatusNotification", {"errorCode"});
  std::span<const std::string_view> reason = wire_names("StopTransaction", {"reason"});
  std::span<const std::string_view> firmware = wire_names("FirmwareStatusNotification", {"status"});
  std::span<const std::string_view> signed_firmware =
      wire_names("SignedFirmwareStatusNotification", {"status"});
  std::span<const std::string_view> diagnostics =
      wire_names("DiagnosticsStatusNotification", {"status"});
  std::span<const std::string_view> log = wire_names("LogStatusNotification", {"status"});
  std::span<const std::string_view> measurand = sample("measurand");
  std::span<const std::string_view> unit = sample("unit");
  std::span<const std::string_view> phase = sample("phase");
  std::span<const std::string_view> context = sample("context");
  std::span<const std::string_view> location = sample("location");
  std::span<const std::string_view> format = sample("format");

  static std::span<const std::string_view> sample(std::string_view field) {
    return wire_names("MeterValues", {"meterValue", "sampledValue", field});
  }
};
const Names& names() {
  static const Names all;
  return all;
}

// What an Authorize is answered: an answer's names are in no request's table.
constexpr std::array<std::string_view, 5> tag_statuses{"Accepted", "Blocked", "Expired", "Invalid",
                                                       "ConcurrentTx"};

/// JSON that we wrote; words of others as they are.
json::Value detail_json(const std::string& detail) {
  if (detail.empty()) return nullptr;
  if (detail.front() == '{' || detail.front() == '[') {
    if (auto parsed = json::parse(detail)) return std::move(*parsed);
  }
  return detail;
}

std::string time_or_empty(SystemTime at) {
  std::string out;
  if (at != SystemTime{}) ocpp::append_time(out, at);
  return out;
}

json::Value time_json(SystemTime at) {
  if (at == SystemTime{}) return nullptr;
  return time_or_empty(at);
}

template <class Enum>
void add_name(Object& to, std::string_view member, std::span<const std::string_view> of,
              const std::optional<Enum>& value) {
  if (value) to.push_back({std::string{member}, std::string{name_in(of, *value)}});
}

}  // namespace

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value{nullptr} : json::Value{text};
}

std::string_view to_text(EventKind kind) { return name_in(event_kinds, kind); }
std::optional<EventKind> parse_event_kind(std::string_view name) {
  if (name.empty()) return std::nullopt;
  return value_in<EventKind>(event_kinds, name);
}
std::string_view to_text(TransactionState state) { return name_in(transaction_states, state); }
std::optional<TransactionState> parse_transaction_state(std::string_view name) {
  return value_in<TransactionState>(transaction_states, name);
}
std::string_view to_text(ocpp::RegistrationStatus status) { return name_in(registrations, status); }
std::optional<ocpp::RegistrationStatus> parse_registration(std::string_view name) {
  return value_in<ocpp::RegistrationStatus>(registrations, name);
}

// --- stations ------------------------------------------------------------------------------------

json::Value to_json(const Connector& connector, ocpp::ConnectorStatus effective) {
  const ConnectorRow& row = connector.row;
  const auto active = connector.active.get();
  return Object{
      {"connector", std::int64_t{row.connector.get()}},
      {"status", name_in(names().status, row.status)},
      {"effective_status", name_in(names().status, effective)},
      {"error", name_in(names().error, row.error)},
      {"at", time_json(row.at)},
      {"operative", row.is_operative},
      {"transaction", active == 0 ? json::Value{nullptr} : json::Value{std::int64_t{active}}},
  };
}

json::Value to_json(const Station& station) {
  const StationRow& row = station.row;
  Array groups;
  for (const std::string_view group : split(row.groups, ',')) {
    if (!group.empty()) groups.emplace_back(group);
  }
  Array connectors;
  for (const Connector& one : station.connectors) {
    connectors.push_back(to_json(one, Network::effective_status(station, one)));
  }
  return Object{
      {"id", row.id.get()},
      {"identity", row.identity},
      {"name", text_or_null(row.name)},
      {"admission", to_text(row.admission)},
      {"registration",
       row.registration ? json::Value{to_text(*row.registration)} : json::Value{nullptr}},
      {"groups", std::move(groups)},
      {"plot", row.plot.get() == 0 ? json::Value{nullptr} : json::Value{row.plot.get()}},
      {"online", station.is_online},
      {"seen_at", time_json(station.seen_at)},
      {"made_at", time_json(row.made_at)},
      {"booted_at", time_json(row.booted_at)},
      {"vendor", text_or_null(row.vendor)},
      {"model", text_or_null(row.model)},
      {"boot", detail_json(row.boot)},
      {"connectors", std::move(connectors)},
  };
}

json::Value to_json(const TagRow& row) {
  return Object{
      {"tag", row.tag},
      {"blocked", row.is_blocked},
      {"expires_at", time_json(row.expires_at)},
      {"parent", text_or_null(row.parent)},
      {"owner", text_or_null(row.owner)},
      {"label", text_or_null(row.label)},
      {"transactions_max", std::int64_t{row.transactions_max}},
      {"made_at", time_json(row.made_at)},
  };
}

// --- transactions --------------------------------------------------------------------------------

json::Value to_json(const TransactionRow& row, const std::string& station) {
  const bool has_ended = row.state == TransactionState::ended;
  const json::Value none{nullptr};
  return Object{
      {"id", std::int64_t{row.id.get()}},
      {"station", text_or_null(station)},
      {"connector", std::int64_t{row.connector.get()}},
      {"tag", row.tag},
      {"tag_status", name_in(tag_statuses, row.tag_status)},
      {"owner", text_or_null(row.owner)},
      {"reservation",
       row.reservation_id == 0 ? none : json::Value{std::int64_t{row.reservation_id}}},
      {"state", to_text(row.state)},
      {"meter_start", row.meter_start},
      {"started_at", time_json(row.started_at)},
      {"received_at", time_json(row.received_at)},
      {"meter_stop", has_ended ? json::Value{row.meter_stop} : none},
      {"stopped_at", has_ended ? time_json(row.stopped_at) : none},
      {"stop_reason", has_ended ? json::Value{name_in(names().reason, row.stop_reason)} : none},
      {"stop_tag", text_or_null(row.stop_tag)},
      {"energy_wh", has_ended ? json::Value{row.meter_stop - row.meter_start} : none},
  };
}

json::Value to_json(const MeterRow& row) {
  Array values;
  for (const ocpp::MeterValue& value : parse_readings(row.readings)) {
    Array samples;
    for (const ocpp::SampledValue& sample : value.sampled_value) {
      Object one{{"value", sample.value}};
      add_name(one, "measurand", names().measurand, sample.measurand);
      add_name(one, "unit", names().unit, sample.unit);
      add_name(one, "phase", names().phase, sample.phase);
      add_name(one, "context", names().context, sample.context);
      add_name(one, "location", names().location, sample.location);
      add_name(one, "format", names().format, sample.format);
      samples.emplace_back(std::move(one));
    }
    values.emplace_back(
        Object{{"timestamp", time_json(value.timestamp)}, {"samples", std::move(samples)}});
  }
  return Object{{"id", row.id},
                {"connector", std::int64_t{row.connector.get()}},
                {"values", std::move(values)}};
}

json::Value to_json(const UnknownStopRow& row, const std::string& station) {
  const auto attached = row.attached_to;
  return Object{
      {"id", row.id},
      {"station", text_or_null(station)},
      {"said_transaction", std::int64_t{row.said.get()}},
      {"tag", text_or_null(row.tag)},
      {"meter_stop", row.meter_stop},
      {"stopped_at", time_json(row.stopped_at)},
      {"stop_reason", name_in(names().reason, row.stop_reason)},
      {"received_at", time_json(row.received_at)},
      {"state", attached == 0  ? "open"
                : attached < 0 ? "set_aside"
                               : "attached"},
      {"transaction", attached > 0 ? json::Value{std::int64_t{attached}} : json::Value{nullptr}},
  };
}

json::Value to_json(const ReservationRow& row, const std::string& station) {
  const auto used = row.transaction.get();
  return Object{
      {"id", std::int64_t{row.id.get()}},
      {"station", text_or_null(station)},
      {"connector", std::int64_t{row.connector.get()}},
      {"tag", row.tag},
      {"parent", text_or_null(row.parent)},
      {"owner", text_or_null(row.owner)},
      {"made_at", time_json(row.made_at)},
      {"expires_at", time_json(row.expires_at)},
      {"state", name_in(reservation_states, row.state)},
      {"transaction", used == 0 ? json::Value{nullptr} : json::Value{std::int64_t{used}}},
  };
}

// --- operations, events --------------------------------------------------------------------------

json::Value to_json(const OperationRow& row) {
  return Object{
      {"id", row.id.get()},
      {"command", row.command},
      {"request", detail_json(row.request)},
      {"made_by", row.made_by},
      {"made_at", time_json(row.made_at)},
      {"deadline_at", time_json(row.deadline_at)},
      {"state", row.ended_at == SystemTime{} ? "running" : "ended"},
      {"ended_at", time_json(row.ended_at)},
  };
}

json::Value to_json(const StepRow& row, const std::string& station) {
  return Object{
      {"station", text_or_null(station)},     {"state", name_in(step_states, row.state)},
      {"outcome", text_or_null(row.outcome)}, {"detail", detail_json(row.detail)},
      {"ended_at", time_json(row.ended_at)},
  };
}

json::Value to_json(const EventRow& row, const std::string& station) {
  Object out{{"id", row.id},
             {"kind", to_text(row.kind)},
             {"station", text_or_null(station)},
             {"at", time_json(row.at)}};
  const auto add = [&](std::string_view name, json::Value value) {
    out.push_back({std::string{name}, std::move(value)});
  };
  const auto status = [&](std::span<const std::string_view> of) {
    add("status", name_in(of, row.reference));
  };
  switch (row.kind) {
    case EventKind::connector_status:
      add("connector", std::int64_t{row.connector.get()});
      add("status", name_in(names().status, row.reference / 256));
      add("error", name_in(names().error, row.reference % 256));
      break;
    case EventKind::transaction_started:
    case EventKind::transaction_ended:
      add("connector", std::int64_t{row.connector.get()});
      add("transaction", row.reference);
      break;
    case EventKind::stop_unknown:
      add("unknown_stop", row.reference);
      break;
    case EventKind::reservation_changed:
      add("reservation", row.reference);
      break;
    case EventKind::operation_ended:
      add("operation", row.reference);
      break;
    case EventKind::station_booted:
      status(registrations);
      break;
    case EventKind::firmware_status:
      status(names().firmware);
      break;
    case EventKind::signed_firmware_status:
      status(names().signed_firmware);
      break;
    case EventKind::diagnostics_status:
      status(names().diagnostics);
      break;
    case EventKind::log_status:
      status(names().log);
      break;
    case EventKind::station_changed:
      add("removed", row.reference == 1);
      break;
    case EventKind::station_online:
    case EventKind::station_offline:
    case EventKind::security_event:
    case EventKind::data_transfer:
      break;
  }
  if (!row.detail.empty()) add("detail", detail_json(row.detail));
  return out;
}

json::Value to_json(const WebhookRow& row) {
  Array kinds;
  for (const std::string_view kind : split(row.kinds, ',')) {
    if (!kind.empty()) kinds.emplace_back(kind);
  }
  return Object{
      {"id", row.id},
      {"url", row.url},
      {"kinds", std::move(kinds)},
      {"made_at", time_json(row.made_at)},
      {"state", row.is_dead()      ? "dead"
                : row.failures > 0 ? "failing"
                                   : "ok"},
      {"delivered_to", row.sent_to},
      {"failures", std::int64_t{row.failures}},
      {"last_error", text_or_null(row.last_error)},
  };
}

// --- CSV -----------------------------------------------------------------------------------------

std::string transactions_csv(const std::vector<TransactionRow>& rows,
                             const std::vector<std::string>& stations) {
  std::string out =
      "id,station,connector,tag,tag_status,owner,state,started_at,meter_start_wh,stopped_at,"
      "meter_stop_wh,energy_wh,stop_reason\r\n";
  CsvWriter csv{out};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TransactionRow& row = rows[i];
    csv.number(row.id.get()).text(stations[i]).number(row.connector.get()).text(row.tag);
    csv.text(name_in(tag_statuses, row.tag_status)).text(row.owner).text(to_text(row.state));
    csv.text(time_or_empty(row.started_at)).number(row.meter_start);
    if (row.state == TransactionState::ended) {
      csv.text(time_or_empty(row.stopped_at)).number(row.meter_stop);
      csv.number(row.meter_stop - row.meter_start).text(name_in(names().reason, row.stop_reason));
    } else {
      csv.text("").text("").text("").text("");
    }
    csv.end_line();
  }
  return out;
}

std::string meters_csv(const std::vector<MeterRow>& rows) {
  std::string out = "id,connector,timestamp,measurand,value,unit,phase,context,location\r\n";
  CsvWriter csv{out};
  const auto cell = [&](std::span<const std::string_view> of, const auto& value) {
    csv.text(value ? name_in(of, *value) : std::string_view{});
  };
  for (const MeterRow& row : rows) {
    for (const ocpp::MeterValue& value : parse_readings(row.readings)) {
      for (const ocpp::SampledValue& sample : value.sampled_value) {
        csv.number(row.id).number(row.connector.get()).text(time_or_empty(value.timestamp));
        csv.text(name_in(names().measurand, ocpp::measurand_of(sample)));
        // A plain number stays one; anything else may be a formula.
        const auto number = parse_i64(sample.value);
        if (number) {
          csv.number(*number);
        } else {
          csv.text(sample.value);
        }
        cell(names().unit, sample.unit);
        cell(names().phase, sample.phase);
        cell(names().context, sample.context);
        cell(names().location, sample.location);
        csv.end_line();
      }
    }
  }
  return out;
}

}  // namespace mainstay::charging
