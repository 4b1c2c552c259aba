// Transactions and their readings.
#include <algorithm>
#include <utility>

#include "apps/charging/domain/network.hpp"

namespace mainstay::charging {
namespace {

/// What a station says that never learned a transaction's number (errata 3.18).
constexpr std::int32_t number_not_known = -1;

bool is_same_stop(const TransactionRow& row, const ocpp::StopTransaction& said) {
  return row.state == TransactionState::ended && row.meter_stop == said.meter_stop &&
         row.stopped_at == said.timestamp;
}

}  // namespace

bool is_same_start(const TransactionRow& row, const ocpp::StartTransaction& said) {
  return row.connector == said.connector_id && row.started_at == said.timestamp &&
         row.meter_start == said.meter_start && row.tag == tag_key(said.id_tag);
}

// --- beginning -----------------------------------------------------------------------------------

/// Said again, under whatever message id, it gives what it gave before. One that is not newer than
/// all others may be a repetition of one that has ended: that is looked up. It is never refused by
/// an error (errata 3.18, 4.8).
Network::Answer Network::on(Station& station, const ocpp::StartTransaction& said, SystemTime now,
                            Batch& batch, const Found* found) {
  const auto again = [&](const TransactionRow& row) {
    ocpp::StartTransactionAnswer answer;
    answer.transaction_id = row.id;
    answer.id_tag_info = judge(row.tag, row.started_at);
    answer.id_tag_info.status = row.tag_status;
    return Answer{StationAnswer{answer}};
  };
  const Connector* const connector = station.connector(said.connector_id);
  if (connector != nullptr && connector->active.get() != 0) {
    const TransactionRow& row = active_.at(connector->active);
    if (is_same_start(row, said)) return again(row);
  }
  if (found != nullptr && *found) return again(**found);
  if (found == nullptr && said.timestamp <= station.newest_start) {
    return Lookup{TransactionId{}, said.timestamp};
  }
  return StationAnswer{begin(station, said, now, batch)};
}

ocpp::StartTransactionAnswer Network::begin(Station& station, const ocpp::StartTransaction& said,
                                            SystemTime now, Batch& batch) {
  const StationId id = station.row.id;
  ocpp::StartTransactionAnswer answer;
  // By the clock of the charge: a replayed one was judged by the station when it began.
  const SystemTime at = believed(said.timestamp, now);
  answer.id_tag_info = judge(said.id_tag, at, Place{id, said.connector_id});
  answer.transaction_id = TransactionId{++last_transaction_};
  TransactionRow row;
  row.id = answer.transaction_id;
  row.station = id;
  row.connector = said.connector_id;
  row.tag = tag_key(said.id_tag);
  row.tag_status = answer.id_tag_info.status;
  if (const TagRow* const known = tag(row.tag)) row.owner = known->owner;
  row.reservation_id = said.reservation_id.value_or(0);
  row.meter_start = said.meter_start;
  row.started_at = said.timestamp;
  row.received_at = now;
  station.newest_start = std::max(station.newest_start, said.timestamp);
  Connector& connector = connector_of(station, said.connector_id);
  const TransactionRow* const before = active(connector.active);
  if (before != nullptr && began_at(*before) > began_at(row)) {
    row.state = TransactionState::superseded;  // the newer one is known already
  } else if (before != nullptr) {
    supersede(connector, now, batch);
  }
  use_reservation(station, row, now, batch);
  batch.changes.started.push_back(row);
  if (station.has_loose_readings) batch.changes.adopters.push_back(row);
  log(EventKind::transaction_started, id, row.connector, at, row.id.get(), {}, batch);
  batch.events.emplace_back(TransactionStarted{row});
  if (row.state != TransactionState::active) return answer;
  connector.active = row.id;
  active_of_tag_.emplace(row.tag, row.id);
  const TransactionId key = row.id;
  active_.emplace(key, std::move(row));
  return answer;
}

/// A connector has one transaction at a time: another one begins, so this one's end was lost, or
/// is still to come.
void Network::supersede(Connector& connector, SystemTime now, Batch& batch) {
  TransactionRow row = active_.at(connector.active);
  row.state = TransactionState::superseded;
  finish(std::move(row), now, batch);
}

// --- ending --------------------------------------------------------------------------------------

/// Without a number it may be one that has counted, said once more: that comes first, or it would
/// end another one that fits.
Network::Answer Network::on(Station& station, const ocpp::StopTransaction& said, SystemTime now,
                            Batch& batch, const Found* found) {
  const bool has_number = said.transaction_id.get() > 0;
  if (!has_number && found == nullptr) return Lookup{};
  const TransactionRow* const known =
      found != nullptr && *found && (*found)->station == station.row.id ? &**found : nullptr;
  if (known != nullptr && is_same_stop(*known, said)) {
    return StationAnswer{
        ocpp::StopTransactionAnswer{stop_info_if_said(*known, said, said.timestamp)}};
  }
  if (TransactionRow* const row = find_stopped(station, said)) {
    return StationAnswer{end(*row, said, now, batch)};
  }
  if (has_number && found == nullptr) return Lookup{said.transaction_id, {}};
  if (known != nullptr && known->state == TransactionState::superseded) {
    return StationAnswer{end(*known, said, now, batch)};
  }
  keep_unknown(station, said, now, batch);
  ocpp::StopTransactionAnswer answer;
  if (said.id_tag) answer.id_tag_info = judge(*said.id_tag, believed(said.timestamp, now));
  return StationAnswer{answer};
}

/// The active transaction that it means: by its number, or, when the station never learned that,
/// the only one that fits.
TransactionRow* Network::find_stopped(const Station& station, const ocpp::StopTransaction& said) {
  if (said.transaction_id.get() > 0) {
    const auto at = active_.find(said.transaction_id);
    const bool is_ours = at != active_.end() && at->second.station == station.row.id;
    return is_ours ? &at->second : nullptr;
  }
  TransactionRow* only = nullptr;
  for (const Connector& connector : station.connectors) {
    const auto at = active_.find(connector.active);
    if (at == active_.end()) continue;
    TransactionRow& row = at->second;
    if (row.started_at > said.timestamp || row.meter_start > said.meter_stop) continue;
    if (said.id_tag && !may_stop(row, *said.id_tag)) continue;
    if (only != nullptr) return nullptr;
    only = &row;
  }
  return only;
}

ocpp::StopTransactionAnswer Network::end(TransactionRow row, const ocpp::StopTransaction& said,
                                         SystemTime now, Batch& batch) {
  row.state = TransactionState::ended;
  row.meter_stop = said.meter_stop;
  row.stopped_at = said.timestamp;
  row.stop_reason = said.reason.value_or(ocpp::StopReason::local);
  row.stop_tag = said.id_tag ? tag_key(*said.id_tag) : std::string{};
  if (!said.transaction_data.empty()) {
    add_meter(row.id.get(), row.connector, make_readings(said.transaction_data), batch);
  }
  ocpp::StopTransactionAnswer answer;
  answer.id_tag_info = stop_info_if_said(row, said, believed(said.timestamp, now));
  finish(std::move(row), now, batch);
  return answer;
}

std::optional<ocpp::IdTagInfo> Network::stop_info_if_said(const TransactionRow& row,
                                                          const ocpp::StopTransaction& said,
                                                          SystemTime at) const {
  if (!said.id_tag) return std::nullopt;
  ocpp::IdTagInfo info = judge(*said.id_tag, at);
  if (!may_stop(row, *said.id_tag)) info.status = ocpp::AuthorizationStatus::invalid;
  return info;
}

/// Out of memory, into the store.
void Network::finish(TransactionRow row, SystemTime now, Batch& batch) {
  active_.erase(row.id);
  const auto [from, to] = active_of_tag_.equal_range(row.tag);
  for (auto at = from; at != to; ++at) {
    if (at->second == row.id) {
      active_of_tag_.erase(at);
      break;
    }
  }
  TransactionId running{};
  if (Station* const station = find(row.station)) {
    Connector& connector = connector_of(*station, row.connector);
    if (connector.active == row.id) connector.active = TransactionId{};
    running = connector.active;
  }
  const SystemTime at = row.state == TransactionState::ended ? believed(row.stopped_at, now) : now;
  log(EventKind::transaction_ended, row.station, row.connector, at, row.id.get(), {}, batch);
  batch.changes.ended.push_back(row);
  const TagRow* const known = tag(row.tag);
  if (known != nullptr && is_visit_tag(*known) && !active_of_tag_.contains(row.tag)) {
    (void)remove_tag(row.tag, batch);
  }
  batch.events.emplace_back(TransactionEnded{std::move(row), running});
}

void Network::keep_unknown(Station& station, const ocpp::StopTransaction& said, SystemTime now,
                           Batch& batch) {
  UnknownStopRow row;
  row.id = ++last_unknown_stop_;
  row.station = station.row.id;
  row.said = said.transaction_id;
  if (said.id_tag) row.tag = tag_key(*said.id_tag);
  row.meter_stop = said.meter_stop;
  row.stopped_at = said.timestamp;
  row.stop_reason = said.reason.value_or(ocpp::StopReason::local);
  row.received_at = now;
  row.readings = make_readings(said.transaction_data).text;
  log(EventKind::stop_unknown, row.station, ConnectorNumber{}, believed(said.timestamp, now),
      row.id, {}, batch);
  batch.changes.unknown_stops.push_back(std::move(row));
}

/// The same tag, or one of the same group (4.2: parentIdTag).
bool Network::may_stop(const TransactionRow& row, std::string_view wanted) const {
  const std::string key = tag_key(wanted);
  if (key == row.tag) return true;
  const TagRow* const starter = tag(row.tag);
  const TagRow* const stopper = tag(key);
  const auto group = [](const TagRow* of) { return of == nullptr ? std::string{} : of->parent; };
  // Who is the parent of the other belongs to its group too.
  return (!group(starter).empty() && (group(starter) == group(stopper) || group(starter) == key)) ||
         (!group(stopper).empty() && group(stopper) == row.tag);
}

Result<TransactionRow> Network::close_transaction(TransactionRow target, WattHours meter_stop,
                                                  SystemTime stopped_at, SystemTime now,
                                                  Batch& batch) {
  if (const TransactionRow* const known = active(target.id)) target = *known;
  if (target.state == TransactionState::ended) return NetworkErrc::transaction_not_active;
  if (meter_stop < target.meter_start || stopped_at < target.started_at ||
      stopped_at > now + rules_.ahead_max) {
    return Error{NetworkErrc::input_invalid, "the end lies before the start, or in the future"};
  }
  target.state = TransactionState::ended;
  target.meter_stop = meter_stop;
  target.stopped_at = stopped_at;
  target.stop_reason = ocpp::StopReason::other;
  finish(target, now, batch);
  return target;
}

Result<TransactionRow> Network::attach(const UnknownStopRow& stop, TransactionRow target,
                                       SystemTime now, Batch& batch) {
  if (stop.attached_to != 0) return NetworkErrc::unknown_stop_settled;
  if (const TransactionRow* const known = active(target.id)) target = *known;
  if (target.state == TransactionState::ended) return NetworkErrc::transaction_not_active;
  if (target.station != stop.station) return NetworkErrc::transaction_other_station;
  target.state = TransactionState::ended;
  target.meter_stop = stop.meter_stop;
  target.stopped_at = stop.stopped_at;
  target.stop_reason = stop.stop_reason;
  target.stop_tag = stop.tag;
  UnknownStopRow settled = stop;
  settled.attached_to = target.id.get();
  batch.changes.settled_stops.push_back(settled);
  if (!stop.readings.empty()) {
    Readings readings;
    readings.text = stop.readings;
    readings.first = stop.stopped_at;
    add_meter(target.id.get(), target.connector, readings, batch);
  }
  finish(target, now, batch);
  return target;
}

// --- readings ------------------------------------------------------------------------------------

void Network::add_meter(std::int64_t transaction, ConnectorNumber connector,
                        const Readings& readings, Batch& batch) {
  batch.changes.meters.push_back(
      {++last_meter_, transaction, connector, readings.first, readings.text});
}

/// Of the transaction that it names, if that is one of this station's: of one that has ended it is
/// looked up. Without a number (or with -1) of the one that runs at that connector, if the readings
/// are not from before it. Others are kept for the station.
std::optional<Network::Lookup> Network::meter_values(StationId id, const MeterMessage& message,
                                                     SystemTime now, Batch& batch,
                                                     const Found* found) {
  Station* const station = find(id);
  if (station == nullptr) return std::nullopt;
  const Readings& readings = message.readings;
  const TransactionRow* row = nullptr;
  const bool has_number = message.transaction && message.transaction->get() != number_not_known;
  if (has_number) {
    row = active(*message.transaction);
    const bool was_given =
        message.transaction->get() > 0 && message.transaction->get() <= last_transaction_;
    if (row == nullptr && was_given && found == nullptr) return Lookup{*message.transaction, {}};
    if (row == nullptr && found != nullptr && *found) row = &**found;
    if (row != nullptr && row->station != id) row = nullptr;
  } else if (const Connector* const connector = station->connector(message.connector)) {
    row = active(connector->active);
    if (row != nullptr && readings.first < row->started_at) row = nullptr;
  }
  station->seen_at = now;
  if (row == nullptr) station->has_loose_readings = true;
  add_meter(row == nullptr ? -id.get() : row->id.get(), message.connector, readings, batch);
  if (row == nullptr || row->state != TransactionState::active) return std::nullopt;
  batch.events.emplace_back(TransactionMetered{row->id, id, row->connector, row->owner,
                                               readings.newest, row->meter_start,
                                               readings.energy_register, readings.power_import,
                                               readings.current_import, readings.state_of_charge});
  return std::nullopt;
}

}  // namespace mainstay::charging
