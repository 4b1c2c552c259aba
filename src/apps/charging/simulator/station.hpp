#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "apps/charging/simulator/charging_limits.hpp"
#include "apps/charging/simulator/configuration.hpp"
#include "apps/charging/simulator/tally.hpp"
#include "apps/charging/simulator/vehicle.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {

class ObjectWriter;

/// What the stations of a run do by themselves.
struct Behaviour {
  enum class Work : std::uint8_t {
    life,    // vehicles come and go
    cycles,  // StartTransaction, MeterValues, StopTransaction without end: load
    idle,    // nothing but what the protocol wants
  };

  Work work = Work::life;
  std::uint16_t connectors = 2;
  double sessions_per_hour = 0.5;        // of a connector
  double session_minutes = 45;           // on average, from plugging in to leaving
  double offline_per_hour = 0;           // of a station
  double offline_seconds = 120;          // on average
  unsigned direct_current_percent = 30;  // of the stations
  bool boots_on_reconnect = false;       // as after a loss of power
  Seconds boot_retry{30};                // when the answer names no interval
  unsigned cycle_meters = 1;             // MeterValues of a cycle
  bool cycle_paced = false;              // a step at each nudge() instead of at each answer
  /// What vehicles identify themselves by; empty: each connector has a tag of its own.
  std::vector<std::string> tags = {};
  Defaults defaults = standard_defaults();
};

/// A station's way to its backend. Calls come within calls of the station; none of them may call
/// back.
class Link {
 public:
  virtual ~Link() = default;
  /// Ends in Station::on_open() or on_closed().
  virtual void connect() = 0;
  virtual void send(std::string_view text) = 0;
  virtual void ping() = 0;
  /// No on_closed() follows.
  virtual void close() = 0;
};

/// One OCPP 1.6J station as a pure state machine: events and times in, messages out to its Link.
/// The same seed, events and times give the same messages. It keeps what a real one keeps:
/// transaction messages are queued while it is offline and repeated as TransactionMessageAttempts
/// and TransactionMessageRetryInterval say, one call is outstanding at a time, reconnects back off.
///
/// One thread. Bound: queue_max messages; the oldest MeterValues go first (counted as dropped).
class Station {
 public:
  static constexpr std::size_t queue_max = 10'000;
  static constexpr std::size_t prompts_max = 64;  // further ones are left out

  /// All but the text outlive it.
  Station(const Behaviour& behaviour, std::string identity, std::uint64_t seed, Link& link,
          Tally& tally);

  /// First event: connects at `connect_at`.
  void start(SystemTime now, SystemTime connect_at);

  void on_open(SystemTime now);
  /// Also a handshake that failed.
  void on_closed(SystemTime now);
  void on_text(std::string_view text, SystemTime now);
  void on_pong(SystemTime now);
  /// At next_wake() or later.
  void on_time(SystemTime now);
  [[nodiscard]] SystemTime next_wake() const;

  /// Paced cycles: the next step was due at `due`.
  void nudge(SystemTime due, SystemTime now);

  [[nodiscard]] const std::string& identity() const { return identity_; }
  /// "" without: the link's HTTP Basic password.
  [[nodiscard]] const std::string& password() const {
    return configuration_.text(Key::authorization_key);
  }
  void set_password(std::string password) {
    configuration_.set(Key::authorization_key, std::move(password));
  }
  [[nodiscard]] bool is_online() const { return phase_ == Phase::open; }
  [[nodiscard]] bool is_accepted() const { return registration_ == Registration::accepted; }
  /// Online, accepted, and everything it had to say was answered.
  [[nodiscard]] bool is_settled() const;
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] std::size_t sessions_running() const;

 private:
  enum class Phase : std::uint8_t { resting, connecting, open };
  enum class Registration : std::uint8_t { none, pending, rejected, accepted };
  enum class Reason : std::uint8_t {
    local,
    ev_disconnected,
    remote,
    soft_reset,
    hard_reset,
    de_authorized,
    unlock_command,
  };
  enum class Status : std::uint8_t {
    available,
    preparing,
    charging,
    suspended_evse,
    suspended_ev,
    finishing,
    reserved,
    unavailable,
  };

  struct Reservation {
    std::int64_t id;
    std::string tag;
    std::string parent_tag;
    SystemTime expires_at;
  };
  struct Outlet {
    enum class Step : std::uint8_t { free, preparing, charging, finishing };
    Step step = Step::free;
    Status status = Status::available;
    bool status_due = true;  // to be told
    bool operative = true;
    bool wants_inoperative = false;  // scheduled, behind the charge
    bool remote = false;             // begun from afar
    Supply supply;
    Vehicle vehicle;
    std::string tag;
    std::uint32_t serial = 0;  // of its session
    SystemTime next_at;        // of its step
    SystemTime sample_at = SystemTime::max();
    SystemTime metered_to;
    std::int64_t meter_wms = 0;
    Watts power = 0;
    Watts offered = 0;  // since metered_to
    SystemTime limit_change_at = SystemTime::max();
    std::optional<Reservation> reservation;
  };
  /// From plugging in until the backend has answered its last message.
  struct Session {
    std::uint32_t serial;
    ConnectorNumber connector;
    std::string tag;
    SystemTime started_at;
    std::optional<std::int32_t> transaction_id = {};
    std::optional<std::int64_t> reservation_id = {};
  };
  /// A transaction message that the backend has not answered.
  struct Queued {
    Action action;
    Reason reason = Reason::local;
    std::uint8_t attempts = 0;
    std::optional<std::uint16_t> permille = {};  // none: no car
    std::uint32_t serial = 0;
    SystemTime at;
    WattHours meter = 0;
    Watts power = 0;
    Watts offered = 0;
    SystemTime due;  // latency counts from here
  };
  struct Outstanding {
    Action action;
    std::uint16_t connector = 0;  // whose tag is authorized, or whose status was told
    bool queued = false;          // the head of the queue
    std::uint64_t number = 0;     // its message id
    SystemTime due;
    SystemTime expires_at;
  };
  /// A call beside the queue.
  struct Prompt {
    Action action;
    std::string payload;
    std::uint16_t connector = 0;
    bool triggered = false;  // by the backend: goes out while its registration is pending too
  };
  struct Later {
    enum class What : std::uint8_t {
      firmware,
      diagnostics,
      log,
      signed_firmware,
      reset,
      boot_trigger,
      availability,
    };
    SystemTime at;
    What what;
    std::uint8_t step = 0;
    std::int64_t request_id = 0;
  };
  struct Answer;  // to a call of the backend

  // station.cpp: connection, registration, calls
  void connect_later(SystemTime now);
  void take_offline(SystemTime now);
  void on_offline_over(SystemTime now);
  void lose_call(SystemTime now);
  void pump(SystemTime now);
  bool send_next(SystemTime now);
  bool send_prompt(SystemTime now);
  void call(Action action, std::string_view payload, SystemTime due, SystemTime now);
  void send_boot(SystemTime now);
  bool send_status(SystemTime now);
  bool send_queued(SystemTime now);
  [[nodiscard]] std::string status_text(std::uint16_t connector, SystemTime now) const;
  std::string_view render(const Queued& message);
  [[nodiscard]] std::string meter_text(const Outlet& outlet, SystemTime now) const;
  void append_meter_value(ObjectWriter& out, const Queued& message) const;
  void render_samples(std::string& out, const Queued& message) const;
  void on_result(std::string_view payload, SystemTime now);
  void on_refused(std::string_view code, SystemTime now);
  void on_timeout(SystemTime now);
  void on_booted(const json::Value& answer, SystemTime now);
  void on_authorized(const json::Value& answer, std::uint16_t connector, SystemTime now);
  void not_authorized(std::uint16_t connector, SystemTime now);
  void on_start_answered(const json::Value& answer, SystemTime now);
  void queue_failed(SystemTime now);
  void acknowledge(const Queued& message, const Session& session);
  void finish_head(SystemTime now);
  void enqueue(Queued message);
  void prompt(Prompt wanted);
  void on_heartbeat_due(SystemTime now);
  void on_ping_due(SystemTime now);
  void cycle(SystemTime due, SystemTime now);

  // station_sessions.cpp: outlets, vehicles, meters
  void begin_life(SystemTime now);
  Outlet& outlet(ConnectorNumber connector) { return outlets_[connector.get() - 1U]; }
  [[nodiscard]] ConnectorNumber number_of(const Outlet& outlet) const;
  void on_outlet_time(Outlet& outlet, SystemTime now);
  void plug_in(Outlet& outlet, std::string tag, bool remote, SystemTime now);
  void authorize(Outlet& outlet, SystemTime now);
  [[nodiscard]] bool admits_offline(const std::string& tag) const;
  void start_charge(Outlet& outlet, SystemTime now);
  void stop_charge(Outlet& outlet, Reason reason, SystemTime now);
  void leave(Outlet& outlet, SystemTime now);
  void sample(Outlet& outlet, SystemTime now);
  void advance(Outlet& outlet, SystemTime now);
  [[nodiscard]] Watts offered(const Outlet& outlet, SystemTime now) const;
  void show(Outlet& outlet, Status status);
  void show_resting(Outlet& outlet);
  Queued reading(Action action, const Outlet& outlet, SystemTime now) const;
  SystemTime random_time(SystemTime from, double mean_seconds);
  std::string random_tag(const Outlet& outlet);
  Session* find_session(std::uint32_t serial);
  Session* find_transaction(std::int64_t transaction_id);
  [[nodiscard]] RunningCharge running(const Outlet& outlet) const;
  void refresh_limits(SystemTime now);

  // station_calls.cpp: what the backend calls
  struct Handler;
  void answer_call(std::string_view id, std::string_view action, std::string_view payload,
                   SystemTime now);
  Answer change_availability(const json::Value& in, SystemTime now);
  Answer change_configuration(const json::Value& in, SystemTime now);
  Answer clear_cache(const json::Value& in, SystemTime now);
  Answer get_configuration(const json::Value& in, SystemTime now);
  Answer data_transfer(const json::Value& in, SystemTime now);
  Answer remote_start(const json::Value& in, SystemTime now);
  Answer remote_stop(const json::Value& in, SystemTime now);
  Answer reset(const json::Value& in, SystemTime now);
  Answer unlock_connector(const json::Value& in, SystemTime now);
  Answer get_diagnostics(const json::Value& in, SystemTime now);
  Answer update_firmware(const json::Value& in, SystemTime now);
  Answer get_local_list_version(const json::Value& in, SystemTime now);
  Answer send_local_list(const json::Value& in, SystemTime now);
  Answer reserve_now(const json::Value& in, SystemTime now);
  Answer cancel_reservation(const json::Value& in, SystemTime now);
  Answer set_charging_profile(const json::Value& in, SystemTime now);
  Answer clear_charging_profile(const json::Value& in, SystemTime now);
  Answer get_composite_schedule(const json::Value& in, SystemTime now);
  Answer trigger_message(const json::Value& in, SystemTime now);
  Answer extended_trigger_message(const json::Value& in, SystemTime now);
  Answer trigger(const json::Value& in, Action transfer_status, SystemTime now);
  Answer certificate_signed(const json::Value& in, SystemTime now);
  Answer delete_certificate(const json::Value& in, SystemTime now);
  Answer install_certificate(const json::Value& in, SystemTime now);
  Answer get_installed_certificate_ids(const json::Value& in, SystemTime now);
  Answer get_log(const json::Value& in, SystemTime now);
  Answer signed_update_firmware(const json::Value& in, SystemTime now);
  void on_later(const Later& later, SystemTime now);
  void go_on_later(Later later, Seconds behind, SystemTime now);
  [[nodiscard]] bool has_connector(std::int64_t number) const;
  void restart(SystemTime now);

  const Behaviour& behaviour_;
  std::string identity_;
  Random random_;
  Link& link_;
  Tally& tally_;
  Configuration configuration_;
  ChargingLimits limits_;
  std::vector<Outlet> outlets_;
  std::vector<Session> sessions_;
  std::deque<Queued> queue_;
  std::deque<Prompt> prompts_;
  std::vector<Later> later_;
  std::optional<Outstanding> outstanding_;
  std::string scratch_;  // of the payload in hand

  struct Listed {
    std::string tag;
    bool accepted;
  };
  std::vector<Listed> local_list_;
  std::int64_t local_list_version_ = 0;
  std::vector<std::string> certificates_;

  Phase phase_ = Phase::resting;
  Registration registration_ = Registration::none;
  bool lives_ = false;        // vehicles come
  bool is_operative_ = true;  // the station as a whole
  bool whole_status_due_ = true;
  bool has_sent_boot_ = false;  // since the connection was opened
  std::uint64_t last_number_ = 0;
  std::uint32_t last_serial_ = 0;
  unsigned failed_connects_ = 0;
  unsigned cycle_step_ = 0;
  SystemTime connect_at_ = SystemTime::max();
  SystemTime boot_at_ = SystemTime::max();
  SystemTime heartbeat_at_ = SystemTime::max();
  SystemTime retry_at_{};  // of the queue's head
  SystemTime ping_at_ = SystemTime::max();
  SystemTime pong_by_ = SystemTime::max();
  SystemTime offline_at_ = SystemTime::max();  // the next time it loses its link
};

}  // namespace mainstay::charging::simulator
