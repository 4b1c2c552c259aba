#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging::simulator {

/// What stations call.
enum class Action : std::uint8_t {
  authorize,
  boot_notification,
  data_transfer,
  diagnostics_status_notification,
  firmware_status_notification,
  heartbeat,
  log_status_notification,
  meter_values,
  security_event_notification,
  sign_certificate,
  signed_firmware_status_notification,
  start_transaction,
  status_notification,
  stop_transaction,
};
inline constexpr std::size_t action_count = 14;
std::string_view name_of(Action action);

/// Durations by logarithm: 32 steps to each power of two, so at most 3 % off. 1 us to 70 minutes.
class Latencies {
 public:
  void add(Micros took);
  void merge(const Latencies& other);
  /// 0 when there are none. `share` in (0, 1].
  [[nodiscard]] Micros percentile(double share) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  static constexpr unsigned step_bits = 5;
  static constexpr std::size_t slots = (33U - step_bits) << step_bits;
  std::array<std::uint32_t, slots> slots_{};
  std::uint64_t count_ = 0;
};

/// A transaction message that the backend has answered: from then on it must not lose it.
struct Acknowledged {
  std::string_view identity;
  Action action;
  ConnectorNumber connector;
  std::int32_t transaction_id;
  std::string_view id_tag;
  WattHours meter;
  SystemTime at;  // the message's own time
};

/// What a run counts. One thread; merged at the end.
struct Tally {
  struct PerAction {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;    // CALLERROR
    std::uint64_t timed_out = 0;  // no answer in time
    std::uint64_t cut_off = 0;    // the connection ended first
    Latencies latencies = {};
  };
  std::array<PerAction, action_count> calls = {};

  std::uint64_t connects = 0;  // handshakes done
  std::uint64_t refusals = 0;  // handshakes that were answered otherwise, or failed
  std::uint64_t losses = 0;    // connections that ended
  std::uint64_t boots_accepted = 0;
  std::uint64_t sessions = 0;         // begun
  std::uint64_t dropped = 0;          // transaction messages given up after their attempts
  std::uint64_t backend_calls = 0;    // answered
  std::uint64_t backend_refused = 0;  // of them with a CALLERROR
  std::uint64_t odd_frames = 0;       // not understood, or answers to nothing

  /// When it wants to know. Not merged.
  UniqueFunction<void(const Acknowledged&)> on_acknowledged = {};

  PerAction& of(Action action) { return calls[static_cast<std::size_t>(action)]; }
  void merge(const Tally& other);
  [[nodiscard]] PerAction total() const;
};

}  // namespace mainstay::charging::simulator
