#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "apps/apim/domain/spike.hpp"
#include "apps/apim/domain/usage.hpp"

namespace mainstay::apim {

/// Whose counters.
struct Subject {
  std::string_view service_id;
  std::string_view application_id;
};

/// A moment, and the windows that hold it when they are not UTC's: those of the zone that the
/// service counts in.
struct Moment {
  Moment(UnixSeconds moment, const Windows* zoned = nullptr)  // NOLINT(google-explicit-constructor)
      : at(moment), windows(zoned) {}
  UnixSeconds at;
  const Windows* windows;  // null: windows_at(at)
};

/// What was counted in one window.
struct UsagePoint {
  UnixSeconds begin = 0;
  std::int64_t value = 0;
};

/// One window of one metric: what to read, and, unless `compare` is `nothing`, what must hold for
/// the call to pass. `current` is filled in: the stored value before this call.
struct LimitProbe {
  enum class Compare : std::uint8_t {
    nothing,     // only read
    stored,      // current <= max
    with_usage,  // current after `usage` <= max
  };
  std::string_view metric_id;
  Period period = Period::minute;
  std::int64_t max = 0;
  Compare compare = Compare::nothing;
  UsageValue usage;
  std::int64_t current = 0;
};

/// What to count for one call or one reported transaction.
struct MetricCharge {
  std::string_view metric_id;
  UsageValue value;
};
/// One spike limit that a charge counts towards. `room` and the waits are filled in: how it stands
/// before the charge.
struct SpikeProbe {
  std::string_view metric_id;
  SpikeRule rule;
  std::int64_t amount = 0;  // that the charge adds; 0: only read
  UnixNanos at = 0;         // when it was used, not later than `now`
  UnixNanos now = 0;
  std::int64_t room = 0;      // units that fit
  std::int64_t wait = 0;      // nanoseconds until `amount` fits; 0: now; -1: never
  std::int64_t wait_all = 0;  // nanoseconds until all room is back
};
/// Where a metric stands after a charge: what its record tells.
struct SpikeAdvance {
  std::string_view metric_id;
  SpikeState state;
};
/// What an engine has worked out of a charge, for a caller that makes the same one again and again.
/// The caller's to keep, for one charge at a time; forgotten when anything but its time changes.
struct ChargeMemo {
  std::size_t subject_hash = 0;  // 0: not known
  UnixSeconds at = 0;
  UnixSeconds now = 0;
  std::string record{};  // of that time; empty: none
  void forget() {
    subject_hash = 0;
    record.clear();
  }
};
struct Charge {
  Subject subject;
  UnixSeconds at = 0;                     // which windows are counted in
  std::span<const MetricCharge> metrics;  // values of 0 count nothing, '#0' removes
  int response_code = 0;                  // the upstream's HTTP status; 0: none
  /// The windows that hold `at`, when they are not UTC's.
  const Windows* windows = nullptr;
  std::span<SpikeProbe> spikes = {};            // none when the plan has none
  std::span<const SpikeAdvance> advanced = {};  // in a record, in the place of `spikes`
  ChargeMemo* memo = nullptr;                   // may be null
};

/// Bytes of the ids that a charge names: what bounds its record.
std::size_t charge_bytes(const Subject& subject, std::span<const MetricCharge> metrics);

/// A client's own name for one of its calls, by which a repetition of it is known. Two kinds of
/// calls and two services may use the same text: those are different keys.
struct CallKey {
  enum class Kind : std::uint8_t { authrep = 1, report };
  std::string_view service_id;
  Kind kind = Kind::authrep;
  std::string_view text;
  std::string_view request;  // what else the call says; the same for the same call
};

/// How long a key is known at least, by the clocks of the calls; rounded up to a full minute.
inline constexpr Seconds call_key_life{86'400};
/// When a key that comes at `now` is forgotten, in minutes since 1970.
std::uint32_t call_key_expiry(UnixSeconds now);

/// What became of a call with a key.
enum class Keyed : std::uint8_t {
  counted,   // its first time
  denied,    // a comparison failed: nothing changed, and the key may be tried again
  repeated,  // counted before: nothing changed
  reused,    // the key was another request's: nothing changed
  full,      // no room for one more key: nothing changed
};

/// What a charge said about its application's traffic. Whoever keeps Events beside the counters has
/// told of it by then, in the record of the charge.
struct Traffic {
  bool first_ever = false;
  bool first_today = false;  // of the UTC day of `now`
};

/// All usage counters: per application, metric and period, one value a calendar window. Response
/// codes count beside them under response_code_metric().
///
/// Obligations: each call is atomic and totally ordered with every other call on the same subject,
/// from any thread; what a call changed survives as the engine promises once the answer's commit is
/// through (the journal's commit barrier). Windows that have passed stay readable for 26 hours by a
/// steady clock; longer ones then lie in the UsageHistory, and are as they were when they are
/// counted in again.
class Counters {
 public:
  virtual ~Counters() = default;

  /// Fills every probe's `current` from the windows that hold `charge.at`, and how the spikes
  /// stand. When all comparisons hold and every spike has room, counts `charge` and returns true;
  /// else changes nothing and returns false. `now` dates the traffic.
  virtual bool check_and_charge(std::span<LimitProbe> probes, const Charge& charge, UnixSeconds now,
                                Traffic& traffic) = 0;

  /// Fills every probe's `current` from the windows that hold `at`; true when all comparisons hold.
  virtual bool check(const Subject& subject, const Moment& at,
                     std::span<LimitProbe> probes) const = 0;

  /// Counts a whole batch, all of it or, after a crash, nothing; spikes fill up whether there was
  /// room or not. `traffic[i]` belongs to `charges[i]`.
  virtual void charge(std::span<const Charge> charges, UnixSeconds now,
                      std::span<Traffic> traffic) = 0;

  /// As check_and_charge() and charge(), once for a key: the key is known from then on, as durably
  /// as the charge, since both are one step and one record. A call that counts nothing takes its
  /// key too. Probes are filled in any case. Repeated calls and others: see Keyed.
  virtual Keyed check_and_charge_once(const CallKey& key, std::span<LimitProbe> probes,
                                      const Charge& charge, UnixSeconds now, Traffic& traffic) = 0;
  virtual Keyed charge_once(const CallKey& key, std::span<const Charge> charges, UnixSeconds now,
                            std::span<Traffic> traffic) = 0;
  /// Whether that very call was counted: it would be `repeated`.
  [[nodiscard]] virtual bool was_counted(const CallKey& key, UnixSeconds now) const = 0;

  /// One stored value: of the window that holds `at`.
  [[nodiscard]] virtual std::int64_t value(const Subject& subject, std::string_view metric_id,
                                           Period period, const Moment& at) const = 0;

  /// Appends what is still held here of the windows of `period` that begin in [from, until),
  /// ascending by begin, those of 0 among them: newer than anything kept elsewhere.
  virtual void windows(const Subject& subject, std::string_view metric_id, Period period,
                       UnixSeconds from, UnixSeconds until, std::vector<UsagePoint>& out) const = 0;

  /// Removes all counters of a service, its applications' traffic marks included: at once for every
  /// reader here, in the background from memory and from the history. What is counted afterwards
  /// counts anew. Keys stay: a call that was counted before is not counted after.
  virtual void erase_service(std::string_view service_id) = 0;
  /// Whether the history may still have what was erased: until then all of the service is here.
  [[nodiscard]] virtual bool is_erasure_pending(std::string_view service_id) const = 0;

  /// The same for the same counters in memory, whatever the order that they came in and whichever
  /// implementation.
  [[nodiscard]] virtual std::uint64_t state_hash() const = 0;
};

/// How long a window is kept after its end, in memory or in the history; 0: for ever.
Seconds retention_of(Period period);

/// The counters that a response code feeds: its class ("2XX", "4XX", "5XX"; none for others) and,
/// for 200, 403, 404, 500 and 503, its own. Ids no metric can have. Empty views where none.
struct ResponseCodeMetrics {
  std::string_view of_class;
  std::string_view of_code;
};
ResponseCodeMetrics response_code_metrics(int code);

}  // namespace mainstay::apim
