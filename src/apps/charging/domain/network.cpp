#include "apps/charging/domain/network.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::charging {
namespace {

/// A JSON object of the members that are said.
class Detail {
 public:
  Detail& add(std::string_view name, const std::optional<std::string>& value) {
    if (!value || value->empty()) return *this;
    begin(name);
    append_json_quoted(text_, *value);
    return *this;
  }
  Detail& add(std::string_view name, std::optional<std::int32_t> value) {
    if (!value) return *this;
    begin(name);
    append_number(text_, *value);
    return *this;
  }
  /// Empty when nothing was said.
  std::string take() {
    if (!text_.empty()) text_.push_back('}');
    return std::move(text_);
  }

 private:
  void begin(std::string_view name) {
    text_.push_back(text_.empty() ? '{' : ',');
    append_json_quoted(text_, name);
    text_.push_back(':');
  }
  std::string text_;
};

template <class Enum>
std::int64_t number_of(Enum value) {
  return static_cast<std::int64_t>(value);
}

ConnectorNumber whole_station() { return ConnectorNumber{}; }

}  // namespace

std::string tag_key(std::string_view tag) {
  std::string out{tag};
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 20 &&
         std::ranges::all_of(tag, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_identity(std::string_view identity) {
  return !identity.empty() && identity.size() <= 48 && identity.front() != ' ' &&
         identity.back() != ' ' && std::ranges::all_of(identity, [](char c) {
           return c >= ' ' && c < 0x7f && c != '/' && c != ':';
         });
}

const Connector* Station::connector(ConnectorNumber number) const {
  const auto at = std::ranges::lower_bound(connectors, number, {},
                                           [](const Connector& one) { return one.row.connector; });
  return at != connectors.end() && at->row.connector == number ? &*at : nullptr;
}

Network::Network(NetworkRules rules, NetworkRows&& rows)
    : rules_(rules),
      last_station_(rows.last_station),
      last_transaction_(rows.last_transaction),
      last_meter_(rows.last_meter),
      last_unknown_stop_(rows.last_unknown_stop),
      last_reservation_(rows.last_reservation),
      last_operation_(rows.last_operation),
      last_event_(rows.last_event) {
  for (StationRow& row : rows.stations) {
    identities_.emplace(row.identity, row.id);
    const StationId id = row.id;
    stations_[id].row = std::move(row);
  }
  for (const ConnectorRow& row : rows.connectors) {
    if (Station* const station = find(row.station)) {
      connector_of(*station, row.connector).row = row;
    }
  }
  for (TagRow& row : rows.tags) keep_tag(std::move(row));
  for (const auto& [id, at] : rows.newest_starts) {
    if (Station* const station = find(id)) station->newest_start = at;
  }
  for (const StationId id : rows.loose_readings) {
    if (Station* const station = find(id)) station->has_loose_readings = true;
  }
  for (TransactionRow& row : rows.active) {
    if (Station* const station = find(row.station)) {
      connector_of(*station, row.connector).active = row.id;
    }
    active_of_tag_.emplace(row.tag, row.id);
    const TransactionId id = row.id;
    active_.emplace(id, std::move(row));
  }
  for (ReservationRow& row : rows.reservations) {
    const ReservationId id = row.id;
    reservations_.emplace(id, std::move(row));
  }
}

Station* Network::find(StationId id) {
  const auto at = stations_.find(id);
  return at == stations_.end() ? nullptr : &at->second;
}

const Station* Network::station(StationId id) const {
  const auto at = stations_.find(id);
  return at == stations_.end() ? nullptr : &at->second;
}

const Station* Network::station(std::string_view identity) const {
  const auto at = identities_.find(identity);
  return at == identities_.end() ? nullptr : station(at->second);
}

const TransactionRow* Network::active(TransactionId id) const {
  const auto at = active_.find(id);
  return at == active_.end() ? nullptr : &at->second;
}

const TagRow* Network::tag(std::string_view tag) const {
  const auto at = tags_.find(tag_key(tag));
  return at == tags_.end() ? nullptr : &at->second;
}

const ReservationRow* Network::reservation(ReservationId id) const {
  const auto at = reservations_.find(id);
  return at == reservations_.end() ? nullptr : &at->second;
}

Connector& Network::connector_of(Station& station, ConnectorNumber number) {
  const auto at = std::ranges::lower_bound(station.connectors, number, {},
                                           [](const Connector& one) { return one.row.connector; });
  if (at != station.connectors.end() && at->row.connector == number) return *at;
  Connector made;
  made.row.station = station.row.id;
  made.row.connector = number;
  return *station.connectors.insert(at, made);
}

SystemTime Network::believed(SystemTime said, SystemTime now) const {
  return said > now + rules_.ahead_max || said < clocks_are_set ? now : said;
}

void Network::log(EventKind kind, StationId station, ConnectorNumber connector, SystemTime at,
                  std::int64_t reference, std::string detail, Batch& batch) {
  batch.changes.events.push_back(
      {++last_event_, kind, station, connector, at, reference, std::move(detail)});
}

// --- what stations say ---------------------------------------------------------------------------

struct Network::Visit {
  Network& network;
  Station& station;
  SystemTime now;
  Batch& batch;
  const Found* found;

  void note(EventKind kind, std::int64_t reference, std::string detail) const {
    network.log(kind, station.row.id, whole_station(), now, reference, std::move(detail), batch);
  }

  Answer operator()(const ocpp::Authorize& said) const {
    return StationAnswer{ocpp::AuthorizeAnswer{network.judge(said.id_tag, now)}};
  }
  Answer operator()(const ocpp::Heartbeat&) const {
    return StationAnswer{ocpp::HeartbeatAnswer{now}};
  }
  Answer operator()(const ocpp::BootNotification& said) const {
    return network.on(station, said, now, batch);
  }
  Answer operator()(const ocpp::StatusNotification& said) const {
    return network.on(station, said, now, batch);
  }
  Answer operator()(const ocpp::StartTransaction& said) const {
    return network.on(station, said, now, batch, found);
  }
  Answer operator()(const ocpp::StopTransaction& said) const {
    return network.on(station, said, now, batch, found);
  }
  Answer operator()(const ocpp::MeterValues& said) const {
    const MeterMessage message{said.connector_id, said.transaction_id,
                               make_readings(said.meter_value)};
    const auto lookup = network.meter_values(station.row.id, message, now, batch, found);
    if (lookup) return *lookup;
    return StationAnswer{ocpp::MeterValuesAnswer{}};
  }
  Answer operator()(const ocpp::DataTransfer& said) const {
    note(EventKind::data_transfer, 0,
         Detail{}
             .add("vendor_id", said.vendor_id)
             .add("message_id", said.message_id)
             .add("data", said.data)
             .take());
    ocpp::DataTransferAnswer answer;
    answer.status = ocpp::DataTransferStatus::unknown_vendor_id;  // kept, and no one's to answer
    return StationAnswer{answer};
  }
  Answer operator()(const ocpp::DiagnosticsStatusNotification& said) const {
    note(EventKind::diagnostics_status, number_of(said.status), {});
    return StationAnswer{ocpp::DiagnosticsStatusNotificationAnswer{}};
  }
  Answer operator()(const ocpp::FirmwareStatusNotification& said) const {
    note(EventKind::firmware_status, number_of(said.status), {});
    return StationAnswer{ocpp::FirmwareStatusNotificationAnswer{}};
  }
  Answer operator()(const ocpp::LogStatusNotification& said) const {
    note(EventKind::log_status, number_of(said.status),
         Detail{}.add("request_id", said.request_id).take());
    return StationAnswer{ocpp::LogStatusNotificationAnswer{}};
  }
  Answer operator()(const ocpp::SignedFirmwareStatusNotification& said) const {
    note(EventKind::signed_firmware_status, number_of(said.status),
         Detail{}.add("request_id", said.request_id).take());
    return StationAnswer{ocpp::SignedFirmwareStatusNotificationAnswer{}};
  }
  Answer operator()(const ocpp::SecurityEventNotification& said) const {
    network.log(EventKind::security_event, station.row.id, whole_station(),
                network.believed(said.timestamp, now), 0,
                Detail{}.add("type", said.type).add("tech_info", said.tech_info).take(), batch);
    return StationAnswer{ocpp::SecurityEventNotificationAnswer{}};
  }
  Answer operator()(const ocpp::SignCertificate&) const {
    return StationAnswer{ocpp::SignCertificateAnswer{}};  // whoever has an authority answers first
  }
};

Network::Answer Network::handle(StationId id, const StationRequest& request, SystemTime now,
                                Batch& batch, const Found* found) {
  Station* const known = find(id);
  if (known == nullptr) {
    return ocpp::CallError{ocpp::CallErrorCode::security_error, "the station is not registered"};
  }
  known->seen_at = now;
  return std::visit(Visit{*this, *known, now, batch, found}, request);
}

Network::Answer Network::on(Station& station, const ocpp::BootNotification& said, SystemTime now,
                            Batch& batch) {
  StationRow& row = station.row;
  row.booted_at = now;
  row.registration = row.admission;
  row.vendor = said.charge_point_vendor;
  row.model = said.charge_point_model;
  row.boot = Detail{}
                 .add("charge_point_serial_number", said.charge_point_serial_number)
                 .add("charge_box_serial_number", said.charge_box_serial_number)
                 .add("firmware_version", said.firmware_version)
                 .add("iccid", said.iccid)
                 .add("imsi", said.imsi)
                 .add("meter_type", said.meter_type)
                 .add("meter_serial_number", said.meter_serial_number)
                 .take();
  station.configuration_keys_max = 0;  // new firmware may think otherwise
  batch.changes.stations.push_back(row);
  log(EventKind::station_booted, row.id, whole_station(), now, number_of(row.admission), {}, batch);
  batch.events.emplace_back(StationBooted{row.id, row.admission, row.vendor, row.model, now});
  ocpp::BootNotificationAnswer answer;
  answer.status = row.admission;
  answer.current_time = now;
  answer.interval = row.admission == ocpp::RegistrationStatus::accepted ? rules_.heartbeat_interval
                                                                        : rules_.boot_retry;
  return StationAnswer{answer};
}

/// What was the case already is not written again: after a boot and a reconnect every connector
/// reports. An older report than the one at hand, replayed, is history only.
Network::Answer Network::on(Station& station, const ocpp::StatusNotification& said, SystemTime now,
                            Batch& batch) {
  const Answer answer{StationAnswer{ocpp::StatusNotificationAnswer{}}};
  const SystemTime at = believed(said.timestamp.value_or(now), now);
  const StationId id = station.row.id;
  ocpp::ConnectorStatus status = said.status;
  // Of the whole station only these are admitted (4.9); what else is said means that it works.
  if (said.connector_id == whole_station() && status != ocpp::ConnectorStatus::unavailable &&
      status != ocpp::ConnectorStatus::faulted) {
    status = ocpp::ConnectorStatus::available;
  }
  const Connector* const known = station.connector(said.connector_id);
  const bool is_new = known == nullptr;
  if (!is_new) {
    Connector& here = connector_of(station, said.connector_id);
    here.reported_at = std::max(here.reported_at, at);
  }
  const bool tells_more = said.info || said.vendor_error_code;
  if (!is_new && !tells_more && known->row.status == status &&
      known->row.error == said.error_code) {
    return answer;
  }
  log(EventKind::connector_status, id, said.connector_id, at,
      number_of(said.status) * 256 + number_of(said.error_code),
      Detail{}
          .add("info", said.info)
          .add("vendor_id", said.vendor_id)
          .add("vendor_error_code", said.vendor_error_code)
          .take(),
      batch);
  if (is_new && station.connectors.size() >= rules_.connectors_max) return answer;
  if (!is_new && at < known->row.at) return answer;
  Connector& connector = connector_of(station, said.connector_id);
  const bool is_change =
      is_new || connector.row.status != status || connector.row.error != said.error_code;
  if (!is_change) return answer;
  connector.row.status = status;
  connector.row.error = said.error_code;
  connector.row.at = at;
  batch.changes.connectors.push_back(connector.row);
  batch.events.emplace_back(
      ConnectorStatusChanged{id, said.connector_id, status, said.error_code, at});
  return answer;
}

void Network::connected(StationId id, SystemTime now, Batch& batch) {
  Station* const station = find(id);
  if (station == nullptr) return;
  station->online_since = now;
  if (station->is_online) return;
  station->is_online = true;
  station->seen_at = now;
  log(EventKind::station_online, id, whole_station(), now, 0, {}, batch);
  batch.events.emplace_back(StationOnline{id, now});
}

void Network::still_connected(StationId id, const Presence& presence) {
  Station* const station = find(id);
  if (station == nullptr) return;
  station->is_online = true;
  station->online_since = presence.since;
  station->seen_at = presence.seen_at;
}

void Network::disconnected(StationId id, SystemTime now, Batch& batch) {
  Station* const station = find(id);
  if (station == nullptr || !station->is_online) return;
  station->is_online = false;
  log(EventKind::station_offline, id, whole_station(), now, 0, {}, batch);
  batch.events.emplace_back(StationOffline{id, now});
}

ocpp::ConnectorStatus Network::effective_status(const Station& station,
                                                const Connector& connector) {
  const Connector* const whole = station.connector(whole_station());
  const bool is_out = whole != nullptr && whole->row.status != ocpp::ConnectorStatus::available;
  return is_out ? whole->row.status : connector.row.status;
}

// --- what operators say --------------------------------------------------------------------------

Result<StationId> Network::add_station(StationRow wanted, SystemTime now, Batch& batch) {
  if (!is_identity(wanted.identity)) return Error{NetworkErrc::identity_invalid, wanted.identity};
  if (identities_.contains(wanted.identity)) {
    return Error{NetworkErrc::identity_taken, wanted.identity};
  }
  if (stations_.size() >= rules_.stations_max) return NetworkErrc::too_many_stations;
  wanted.id = StationId{++last_station_};
  wanted.made_at = now;
  identities_.emplace(wanted.identity, wanted.id);
  batch.changes.stations.push_back(wanted);
  log(EventKind::station_changed, wanted.id, whole_station(), now, 0, {}, batch);
  batch.events.emplace_back(StationChanged{wanted.id, false});
  const StationId id = wanted.id;
  stations_[id].row = std::move(wanted);
  return id;
}

Result<> Network::change_station(const StationRow& wanted, SystemTime now, Batch& batch) {
  Station* const station = find(wanted.id);
  if (station == nullptr) return NetworkErrc::station_unknown;
  StationRow& row = station->row;
  row.name = wanted.name;
  row.admission = wanted.admission;
  row.groups = wanted.groups;
  row.plot = wanted.plot;
  batch.changes.stations.push_back(row);
  log(EventKind::station_changed, row.id, whole_station(), now, 0, {}, batch);
  batch.events.emplace_back(StationChanged{row.id, false});
  return {};
}

Result<> Network::remove_station(StationId id, SystemTime now, Batch& batch) {
  Station* const station = find(id);
  if (station == nullptr) return NetworkErrc::station_unknown;
  const bool is_charging = std::ranges::any_of(
      station->connectors, [](const Connector& one) { return one.active.get() != 0; });
  if (is_charging) return NetworkErrc::station_has_transactions;
  for (auto at = reservations_.begin(); at != reservations_.end();) {
    ReservationRow& reservation = (at++)->second;
    if (reservation.station == id) settle(reservation, ReservationState::cancelled, now, batch);
  }
  identities_.erase(station->row.identity);
  stations_.erase(id);
  // Removals are stored first.
  std::erase_if(batch.changes.stations, [&](const StationRow& row) { return row.id == id; });
  std::erase_if(batch.changes.connectors,
                [&](const ConnectorRow& row) { return row.station == id; });
  batch.changes.removed.stations.push_back(id);
  log(EventKind::station_changed, id, whole_station(), now, 1, {}, batch);
  batch.events.emplace_back(StationChanged{id, true});
  return {};
}

void Network::set_operative(StationId id, ConnectorNumber number, bool is_operative, Batch& batch) {
  Station* const station = find(id);
  if (station == nullptr) return;
  if (number != whole_station() && station->connector(number) == nullptr) return;
  const auto set = [&](Connector& connector) {
    if (connector.row.is_operative == is_operative) return;
    connector.row.is_operative = is_operative;
    batch.changes.connectors.push_back(connector.row);
  };
  if (number != whole_station()) return set(connector_of(*station, number));
  for (Connector& connector : station->connectors) set(connector);
}

void Network::note_configuration_keys_max(StationId id, std::int32_t most) {
  if (Station* const station = find(id)) station->configuration_keys_max = most;
}

}  // namespace mainstay::charging
