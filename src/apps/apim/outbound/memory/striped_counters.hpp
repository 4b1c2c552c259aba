#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/outbound/memory/idempotency_keys.hpp"
#include "apps/apim/outbound/memory/metric_counter.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "base/bytes.hpp"
#include "base/locked.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace mainstay::apim {

/// The counters of the process, striped by application: a call holds its stripe's lock while it
/// compares, appends its record to the log and counts, so a limit is exact and the log's order is
/// the order of application. Any thread.
///
/// Each application knows the last record it was changed by. A snapshot is therefore taken stripe
/// by stripe while serving: replay gives each application only the records it has not seen.
class StripedCounters final : public Counters {
 public:
  explicit StripedCounters(RecordLog& log, std::size_t keys_max = IdempotencyKeys::keys_max_default)
      : log_(&log), keys_(keys_max) {}

  bool check_and_charge(std::span<LimitProbe> probes, const Charge& charge, UnixSeconds now,
                        Traffic& traffic) override;
  bool check(const Subject& subject, const Moment& at, std::span<LimitProbe> probes) const override;
  void charge(std::span<const Charge> charges, UnixSeconds now,
              std::span<Traffic> traffic) override;
  Keyed check_and_charge_once(const CallKey& key, std::span<LimitProbe> probes,
                              const Charge& charge, UnixSeconds now, Traffic& traffic) override;
  Keyed charge_once(const CallKey& key, std::span<const Charge> charges, UnixSeconds now,
                    std::span<Traffic> traffic) override;
  [[nodiscard]] bool was_counted(const CallKey& key, UnixSeconds now) const override {
    return keys_.was_counted(key, now);
  }
  [[nodiscard]] std::int64_t value(const Subject& subject, std::string_view metric_id,
                                   Period period, const Moment& at) const override;
  void windows(const Subject& subject, std::string_view metric_id, Period period, UnixSeconds from,
               UnixSeconds until, std::vector<UsagePoint>& out) const override;
  void erase_service(std::string_view service_id) override;
  [[nodiscard]] std::uint64_t state_hash() const override;

  /// As charge(), with what rides in the batch's record, which is written even when nothing counts.
  /// The record's sequence.
  std::uint64_t charge_with(const UsageRider* rider, std::span<const Charge> charges,
                            UnixSeconds now, std::span<Traffic> traffic);

  /// Saved and loaded beside the counters.
  [[nodiscard]] IdempotencyKeys& keys() { return keys_; }

  /// See CounterWindows, whose sync() is the log's. An application that has windows has had
  /// traffic.
  void put_windows(const Subject& subject, std::string_view metric_id,
                   std::span<const CounterWindow> windows);
  /// Holds one stripe at a time.
  void each_window(const CounterWindows::Visit& visit) const;

  // Recovery: load() into an empty one, then the records in their order, then service.
  void replay(std::uint64_t sequence, const UsageCharged& record);
  void replay(std::uint64_t sequence, const ServiceErased& record);
  void replay(std::uint64_t sequence, const WindowsPut& record);
  /// Appends everything; holds one stripe at a time. Whoever reads the log's last sequence first
  /// can replay from there.
  void save(std::string& out) const;
  Result<> load(ByteReader& in);

 private:
#if defined(__SANITIZE_THREAD__)
  static constexpr std::size_t stripe_bits = 5;  // it follows at most 64 locks held at once
#else
  static constexpr std::size_t stripe_bits = 8;
#endif
  static constexpr std::size_t stripe_count = 1U << stripe_bits;

  struct Metric {
    std::string id;
    MetricCounter counter;
  };
  struct Application {
    std::uint64_t sequence = 0;  // of the last record that changed it
    DayNumber newest_day = no_day;
    std::vector<Metric> metrics;  // by id

    [[nodiscard]] const MetricCounter* find(std::string_view metric_id) const;
    Traffic apply(const Charge& charge, const Windows& windows, UnixSeconds now);
    void count(std::string_view metric_id, const Windows& windows, const UsageValue& usage);
    void put(std::string_view metric_id, std::span<const CounterWindow> windows);
  };

  /// A subject and its hash, which chooses the stripe and then the place in it.
  struct Hashed : Subject {
    explicit Hashed(const Subject& subject);
    std::size_t hash;
    [[nodiscard]] std::size_t stripe() const { return hash >> (64U - stripe_bits); }
  };
  struct Key {
    std::string service_id;
    std::string application_id;
    std::size_t hash = 0;
  };
  struct KeyHash {
    using is_transparent = void;
    template <class K>
    std::size_t operator()(const K& key) const noexcept {
      return key.hash;
    }
  };
  struct KeyEqual {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return a.hash == b.hash && a.application_id == b.application_id &&
             a.service_id == b.service_id;
    }
  };

  struct Stripe {
    using Applications = std::unordered_map<Key, Application, KeyHash, KeyEqual>;
    Applications applications;
    /// What erasing a service goes by; never shrinks otherwise, for applications leave in no other
    /// way.
    std::unordered_map<std::string, std::vector<const Key*>, StringHash, std::equal_to<>>
        of_service;
    std::string record;  // scratch, so that a call allocates nothing
    Windows windows{};   // of the last moment asked for: most calls share its minute

    const Windows& windows_of(UnixSeconds at) {
      const Window& minute = windows[index(Period::minute)];
      if (at < minute.begin || at >= minute.end) windows = windows_at(at);
      return windows;
    }
    const Windows& windows_of(const Charge& charge) {
      return charge.windows != nullptr ? *charge.windows : windows_of(charge.at);
    }
    [[nodiscard]] const Application* find(const Hashed& subject) const;
    Application& find_or_create(const Hashed& subject);
    void erase_service(std::string_view service_id);
  };
  using Access = Locked<Stripe>::Access<Stripe>;

  static bool fill(const Application* application, const Windows& windows,
                   std::span<LimitProbe> probes);
  [[nodiscard]] std::uint64_t append_usage(std::string& scratch, std::span<const Charge> charges,
                                           UnixSeconds now, const UsageRider* rider);
  std::vector<Access> lock_stripes(const std::bitset<stripe_count>& which);

  RecordLog* log_;
  IdempotencyKeys keys_;  // its stripes are locked before those of the applications
  /// A line of the cache each, so that stripes do not slow each other down.
  struct alignas(64) Slot : Locked<Stripe> {};
  std::unique_ptr<std::array<Slot, stripe_count>> stripes_ =
      std::make_unique<std::array<Slot, stripe_count>>();
};

}  // namespace mainstay::apim
