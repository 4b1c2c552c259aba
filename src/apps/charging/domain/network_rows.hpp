#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"

namespace mainstay::charging {

// What the network keeps: one struct a table of migrations/. A time that may be absent is
// SystemTime{} (1970) then.

/// At most identity_chars_max characters of printable ASCII without `/` and blanks at the ends.
struct StationRow {
  StationId id{};
  std::string identity{};
  std::string name{};  // for people
  ocpp::RegistrationStatus admission = ocpp::RegistrationStatus::accepted;
  std::string groups{};  // names between commas: ",north,fast,"; empty: none
  PlotId plot{};         // 0: none
  SystemTime made_at{};
  SystemTime booted_at{};
  /// What the newest boot was answered; none: it never sent one.
  std::optional<ocpp::RegistrationStatus> registration{};
  std::string vendor{};
  std::string model{};
  std::string boot{};  // what else it said of itself: a JSON object, or empty
};

struct ConnectorRow {
  StationId station{};
  ConnectorNumber connector{};
  ocpp::ConnectorStatus status = ocpp::ConnectorStatus::unavailable;
  ocpp::ErrorCode error = ocpp::ErrorCode::no_error;
  SystemTime at{};           // when it became so, by the station's clock
  bool is_operative = true;  // as operators asked
};

/// An idTag: a card, an app's token. OCPP's expired, invalid and concurrent follow from the rest.
struct TagRow {
  std::string tag{};  // in capitals, at most 20 characters
  bool is_blocked = false;
  SystemTime expires_at{};  // none: never
  std::string parent{};     // in capitals; those with one parent may stop each other's transactions
  std::string owner{};      // a user's id, or empty
  std::string label{};
  int transactions_max = 1;  // at once; 0: any number
  SystemTime made_at{};
};

enum class TransactionState : std::uint8_t {
  active,
  ended,
  superseded,  // ended without a word: another one began at its connector; a late stop ends it
};

struct TransactionRow {
  TransactionId id{};
  StationId station{};
  ConnectorNumber connector{};
  std::string tag{};  // as the station wrote it, in capitals
  ocpp::AuthorizationStatus tag_status = ocpp::AuthorizationStatus::invalid;  // what it was told
  std::string owner{};              // the tag's, when it began
  std::int32_t reservation_id = 0;  // that it used; 0: none
  WattHours meter_start = 0;
  SystemTime started_at{};   // by the station's clock
  SystemTime received_at{};  // by ours
  TransactionState state = TransactionState::active;
  // Once it has ended.
  WattHours meter_stop = 0;
  SystemTime stopped_at{};
  ocpp::StopReason stop_reason = ocpp::StopReason::local;
  std::string stop_tag{};
};

/// When it began: by the station's clock, or by ours when that was never set.
inline SystemTime began_at(const TransactionRow& row) {
  return row.started_at < clocks_are_set ? row.received_at : row.started_at;
}

/// One message with readings. `transaction` is that of an id, or -station for those of which the
/// transaction is not known.
struct MeterRow {
  std::int64_t id = 0;
  std::int64_t transaction = 0;
  ConnectorNumber connector{};
  SystemTime at{};         // of its first sample
  std::string readings{};  // meter_text.hpp
};

/// A StopTransaction that named no transaction of that station: kept for people to attach.
struct UnknownStopRow {
  std::int64_t id = 0;
  StationId station{};
  TransactionId said{};
  std::string tag{};
  WattHours meter_stop = 0;
  SystemTime stopped_at{};
  ocpp::StopReason stop_reason = ocpp::StopReason::local;
  SystemTime received_at{};
  std::string readings{};
  std::int32_t attached_to = 0;  // 0: waits; -1: set aside
};

using ReservationId = Strong<struct ReservationIdTag, std::int32_t>;  // ours, from 1

enum class ReservationState : std::uint8_t {
  asked,   // the station has not answered yet
  active,  // it keeps the connector free
  used,
  cancelled,
  expired,  // nobody came
  refused,  // by the station, or it could not be asked
};

struct ReservationRow {
  ReservationId id{};
  StationId station{};
  ConnectorNumber connector{};  // 0: any of the station's
  std::string tag{};
  std::string parent{};
  std::string owner{};  // a user's id, or empty
  SystemTime made_at{};
  SystemTime expires_at{};
  ReservationState state = ReservationState::asked;
  TransactionId transaction{};  // that used it; 0: none, or a stranger's
};

using OperationId = Strong<struct OperationIdTag, std::int64_t>;  // ours, from 1

/// A command to one station or many, asked for by a person.
struct OperationRow {
  OperationId id{};
  std::string command{};
  std::string request{};  // JSON
  std::string made_by{};  // a user's id
  SystemTime made_at{};
  SystemTime deadline_at{};  // stations that are offline until then have failed
  SystemTime ended_at{};     // none: not yet
};

enum class StepState : std::uint8_t {
  waiting,  // to be sent
  sent,
  done,    // the station has answered, whatever it said
  failed,  // it could not be asked, or did not answer
  lost,    // it was on its way when the server ended: nobody knows
};

/// What became of an operation at one station.
struct StepRow {
  OperationId operation{};
  StationId station{};
  StepState state = StepState::waiting;
  std::string outcome{};  // its status ("Accepted"), or why it failed ("offline")
  std::string detail{};   // its answer as JSON, or words; may be empty
  SystemTime ended_at{};
};

/// The event log, which operators read with a cursor and webhooks send. The number is the cursor.
enum class EventKind : std::uint8_t {
  station_booted = 1,
  station_online,
  station_offline,
  connector_status,
  transaction_started,
  transaction_ended,
  stop_unknown,
  reservation_changed,
  operation_ended,
  firmware_status,
  signed_firmware_status,
  diagnostics_status,
  log_status,
  security_event,
  data_transfer,
  station_changed,  // by an operator: registered, changed, removed
};

struct EventRow {
  std::int64_t id = 0;
  EventKind kind{};
  StationId station{};
  ConnectorNumber connector{};
  SystemTime at{};
  std::int64_t reference = 0;  // a transaction, reservation, operation or unknown stop
  std::string detail{};        // JSON; empty: what it refers to says it
};

/// Deletions are rows of their own.
struct RemovedRows {
  std::vector<StationId> stations{};
  std::vector<std::string> tags{};
};

/// What a decision changes; written in one transaction, removals first. Where a row is there
/// already it is replaced, except meter values, unknown stops (the first one stays) and events,
/// which are new.
struct Changes {
  std::vector<StationRow> stations{};
  std::vector<ConnectorRow> connectors{};
  std::vector<TagRow> tags{};
  std::vector<TransactionRow> started{};
  std::vector<TransactionRow> ended{};
  std::vector<MeterRow> meters{};
  std::vector<UnknownStopRow> unknown_stops{};
  std::vector<UnknownStopRow> settled_stops{};
  std::vector<ReservationRow> reservations{};
  std::vector<OperationRow> operations{};
  std::vector<StepRow> steps{};
  std::vector<EventRow> events{};
  RemovedRows removed{};
  /// Readings of a connector without a transaction that turn out to be this one's: from its start
  /// on.
  std::vector<TransactionRow> adopters{};

  [[nodiscard]] bool empty() const;
  void append(Changes&& other);
};

}  // namespace mainstay::charging
