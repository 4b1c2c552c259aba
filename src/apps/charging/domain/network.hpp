#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/domain/network_rows.hpp"
#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/domain/readings.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace mainstay::charging {

struct NetworkRules {
  Seconds heartbeat_interval{300};  // told to accepted stations
  Seconds boot_retry{60};           // told to the others
  /// Tags that nobody registered are accepted: for tests and open sites.
  bool accepts_unknown_tags = false;
  /// A station's clock may be ahead of ours by so much; later times count as now.
  Seconds ahead_max{300};
  std::size_t stations_max = 200'000;
  std::size_t tags_max = 2'000'000;
  std::size_t connectors_max = 64;            // of a station; statuses of others are only logged
  std::size_t reservations_max = 50'000;      // open ones
  std::size_t reservations_of_owner_max = 5;  // of those that a driver asked for
  Seconds reservation_max{24 * 3600};
  // When it is certain that nobody came: a station that was away tells of a charge when it is back.
  Seconds silence_max{0};          // a lost connection is noticed within this
  Seconds queue_max{600};          // behind its coming back a station has told what it had to tell
  Seconds no_show_max{24 * 3600};  // behind a reservation's end nobody waits any longer
};

/// The rows that a network begins with: all stations, connectors and tags, what is open of the
/// others, and the numbers given last.
struct NetworkRows {
  std::vector<StationRow> stations{};
  std::vector<ConnectorRow> connectors{};
  std::vector<TagRow> tags{};
  std::vector<TransactionRow> active{};
  std::vector<ReservationRow> reservations{};
  std::vector<std::pair<StationId, SystemTime>> newest_starts{};
  std::vector<StationId> loose_readings{};  // stations that have readings of no known transaction
  std::int64_t last_station = 0;
  std::int32_t last_transaction = 0;
  std::int64_t last_meter = 0;
  std::int64_t last_unknown_stop = 0;
  std::int32_t last_reservation = 0;
  std::int64_t last_operation = 0;
  std::int64_t last_event = 0;
  std::int64_t last_outside = 0;  // change by a command, beside the server
};

/// What decisions change and whom they tell, in the order of the decisions.
struct Batch {
  Changes changes{};
  std::vector<NetworkEvent> events{};
};

/// A station as the network has it in memory.
struct Connector {
  ConnectorRow row{};
  TransactionId active{};    // 0: none
  SystemTime reported_at{};  // the newest report, also one that changed nothing
};
struct Station {
  StationRow row{};
  std::vector<Connector> connectors{};  // by number; 0 is the station as a whole
  bool is_online = false;
  SystemTime online_since{};  // the newest connection, while there is one
  SystemTime seen_at{};       // the newest message; none: not since the program started
  SystemTime newest_start{};
  bool has_loose_readings = false;
  std::int32_t configuration_keys_max = 0;  // GetConfigurationMaxKeys; 0: not known

  [[nodiscard]] const Connector* connector(ConnectorNumber number) const;
};

/// Meter values as the lane gets them: made of the message on the thread that received it.
struct MeterMessage {
  ConnectorNumber connector{};
  std::optional<TransactionId> transaction{};
  Readings readings{};
};

/// The charging network's state and its rules: OCPP 1.6 edition 2, sections 4 and 5 with errata 4.
/// Decides in memory; whoever calls stores `batch` before it answers, and starts anew from the
/// store when that fails. Synchronous, one thread.
class Network {
 public:
  explicit Network(NetworkRules rules = {}) : rules_(rules) {}
  Network(NetworkRules rules, NetworkRows&& rows);

  // --- what stations say

  /// Some messages can be judged only by what is no longer in memory: then the caller looks the
  /// transaction up, by its number or by what was said, and calls the same again with what it
  /// found.
  struct Lookup {
    /// 0: the one that began with this very start (by station, connector, time, register and tag),
    /// or ended with this very stop (by station, time, register and tag).
    TransactionId id{};
    SystemTime started_at{};  // of a start
  };
  using Found = std::optional<TransactionRow>;
  /// Nothing has happened yet when it is a Lookup.
  using Answer = std::variant<StationAnswer, ocpp::CallError, Lookup>;

  /// `found`: null, or what the lookup gave.
  Answer handle(StationId station, const StationRequest& request, SystemTime now, Batch& batch,
                const Found* found = nullptr);
  /// The same of readings, which are always taken: none, or what has to be looked up.
  std::optional<Lookup> meter_values(StationId station, const MeterMessage& message, SystemTime now,
                                     Batch& batch, const Found* found = nullptr);
  void connected(StationId station, SystemTime now, Batch& batch);
  /// Behind a load: it was there before, and everybody knows.
  struct Presence {
    SystemTime since{};
    SystemTime seen_at{};
  };
  void still_connected(StationId station, const Presence& presence);
  void disconnected(StationId station, SystemTime now, Batch& batch);

  // --- what operators and drivers say

  /// Gives it a number.
  Result<StationId> add_station(StationRow wanted, SystemTime now, Batch& batch);
  /// Name, admission, groups and plot.
  Result<> change_station(const StationRow& wanted, SystemTime now, Batch& batch);
  Result<> remove_station(StationId station, SystemTime now, Batch& batch);
  Result<> put_tag(TagRow wanted, SystemTime now, Batch& batch);
  Result<> remove_tag(std::string_view tag, Batch& batch);
  /// Ends a transaction that the station will not end any more: active, or superseded and looked
  /// up.
  Result<TransactionRow> close_transaction(TransactionRow target, WattHours meter_stop,
                                           SystemTime stopped_at, SystemTime now, Batch& batch);
  /// Ends `target` with what that stop said. `target` is active, or superseded and looked up.
  Result<TransactionRow> attach(const UnknownStopRow& stop, TransactionRow target, SystemTime now,
                                Batch& batch);
  /// State asked: the caller asks the station and reports by answer_reservation(). With an owner in
  /// it, it is the wish of that driver, who may have some at once.
  Result<ReservationRow> reserve(ReservationRow wanted, SystemTime now, Batch& batch);
  void answer_reservation(ReservationId id, bool is_accepted, SystemTime now, Batch& batch);
  /// Where it is, for a caller who asks that station to forget it, and then reports by
  /// cancel_reservation(): until then it is no no-show. `owner`: empty, or whose it must be.
  Result<StationId> begin_cancellation(ReservationId id, std::string_view owner, SystemTime now);
  /// However late the station answered: what counts is that it began in time.
  Result<> cancel_reservation(ReservationId id, SystemTime now, Batch& batch);
  /// An operator's wish that the station has taken up. Connector 0: all of them.
  void set_operative(StationId station, ConnectorNumber connector, bool is_operative, Batch& batch);
  void note_configuration_keys_max(StationId station, std::int32_t most);
  OperationId next_operation() { return OperationId{++last_operation_}; }
  void log(EventKind kind, StationId station, ConnectorNumber connector, SystemTime at,
           std::int64_t reference, std::string detail, Batch& batch);
  /// Ends reservations that nobody came for, once that is certain (NetworkRules), and forgets tags
  /// of visits that have expired.
  void time_passes(SystemTime now, Batch& batch);

  // --- what there is

  [[nodiscard]] const Station* station(StationId id) const;
  [[nodiscard]] const Station* station(std::string_view identity) const;
  [[nodiscard]] const std::map<StationId, Station>& stations() const { return stations_; }
  [[nodiscard]] const TransactionRow* active(TransactionId id) const;
  [[nodiscard]] const std::map<TransactionId, TransactionRow>& active() const { return active_; }
  [[nodiscard]] const TagRow* tag(std::string_view tag) const;
  [[nodiscard]] const std::unordered_map<std::string, TagRow, StringHash, std::equal_to<>>& tags()
      const {
    return tags_;
  }
  /// In their order as texts.
  [[nodiscard]] std::vector<TagRow> tags_of(const std::string& owner) const;
  [[nodiscard]] const ReservationRow* reservation(ReservationId id) const;
  [[nodiscard]] const std::map<ReservationId, ReservationRow>& reservations() const {
    return reservations_;
  }
  /// What a tag may do at `at`. Concurrent use is looked at with `here` only: the connector where
  /// it wants to begin.
  struct Place {
    StationId station{};
    ConnectorNumber connector{};
  };
  [[nodiscard]] ocpp::IdTagInfo judge(std::string_view tag, SystemTime at,
                                      std::optional<Place> here = {}) const;
  /// Of a connector as others see it: a station that is out as a whole takes its connectors along.
  [[nodiscard]] static ocpp::ConnectorStatus effective_status(const Station& station,
                                                              const Connector& connector);
  [[nodiscard]] std::int64_t last_event() const { return last_event_; }
  [[nodiscard]] const NetworkRules& rules() const { return rules_; }

 private:
  struct Visit;

  Answer on(Station& station, const ocpp::BootNotification& said, SystemTime now, Batch& batch);
  Answer on(Station& station, const ocpp::StatusNotification& said, SystemTime now, Batch& batch);
  Answer on(Station& station, const ocpp::StartTransaction& said, SystemTime now, Batch& batch,
            const Found* found);
  Answer on(Station& station, const ocpp::StopTransaction& said, SystemTime now, Batch& batch,
            const Found* found);
  ocpp::StartTransactionAnswer begin(Station& station, const ocpp::StartTransaction& said,
                                     SystemTime now, Batch& batch);
  ocpp::StopTransactionAnswer end(TransactionRow row, const ocpp::StopTransaction& said,
                                  SystemTime now, Batch& batch);
  TransactionRow* find_stopped(const Station& station, const ocpp::StopTransaction& said);
  void keep_unknown(Station& station, const ocpp::StopTransaction& said, SystemTime now,
                    Batch& batch);
  void finish(TransactionRow row, SystemTime now, Batch& batch);
  void supersede(Connector& connector, SystemTime now, Batch& batch);
  void add_meter(std::int64_t transaction, ConnectorNumber connector, const Readings& readings,
                 Batch& batch);
  void keep_tag(TagRow row);
  void drop_tag(const TagRow& row);
  void forget_visits(SystemTime now, Batch& batch);
  void use_reservation(Station& station, TransactionRow& row, SystemTime now, Batch& batch);
  void settle(ReservationRow& reservation, ReservationState state, SystemTime now, Batch& batch);
  [[nodiscard]] bool may_have_been_used(const ReservationRow& row, SystemTime now) const;
  [[nodiscard]] bool charges_elsewhere(const TagRow& wanted, const Place& here,
                                       SystemTime at) const;
  [[nodiscard]] bool may_stop(const TransactionRow& row, std::string_view wanted) const;
  Station* find(StationId id);
  static Connector& connector_of(Station& station, ConnectorNumber number);
  [[nodiscard]] SystemTime believed(SystemTime said, SystemTime now) const;
  [[nodiscard]] std::optional<ocpp::IdTagInfo> stop_info_if_said(const TransactionRow& row,
                                                                 const ocpp::StopTransaction& said,
                                                                 SystemTime at) const;

  NetworkRules rules_;
  std::map<StationId, Station> stations_;
  std::unordered_map<std::string, StationId, StringHash, std::equal_to<>> identities_;
  std::unordered_map<std::string, TagRow, StringHash, std::equal_to<>> tags_;
  std::unordered_multimap<std::string, std::string> tags_of_owner_;  // not those of nobody
  std::multimap<SystemTime, std::string> visits_;  // tags of visits, by when they expire
  std::map<TransactionId, TransactionRow> active_;
  std::unordered_multimap<std::string, TransactionId> active_of_tag_;
  std::map<ReservationId, ReservationRow> reservations_;  // open ones
  std::set<ReservationId> cancelling_;                    // of them
  std::int64_t last_station_ = 0;
  std::int32_t last_transaction_ = 0;
  std::int64_t last_meter_ = 0;
  std::int64_t last_unknown_stop_ = 0;
  std::int32_t last_reservation_ = 0;
  std::int64_t last_operation_ = 0;
  std::int64_t last_event_ = 0;
};

/// In capitals, as tags are kept: OCPP compares them without regard to case.
std::string tag_key(std::string_view tag);
bool is_tag(std::string_view tag);
/// Made for one charge of somebody without an account: gone when that ends, or when it expires.
bool is_visit_tag(const TagRow& row);
bool is_identity(std::string_view identity);

/// Whether the start is the one that this transaction began with, said once more.
bool is_same_start(const TransactionRow& row, const ocpp::StartTransaction& said);

}  // namespace mainstay::charging
