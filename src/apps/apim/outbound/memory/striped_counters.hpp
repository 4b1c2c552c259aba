#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/apim/outbound/journal/records.hpp"
#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/outbound/memory/event_queue.hpp"
#include "apps/apim/outbound/memory/idempotency_keys.hpp"
#include "apps/apim/outbound/memory/metric_counter.hpp"
#include "apps/apim/outbound/memory/spike_states.hpp"
#include "apps/apim/ports/counter_windows.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "apps/apim/ports/usage_history.hpp"
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
///
/// The mirror copies windows of an hour and longer into the history. What it has copied and what
/// is older than the report window leaves memory, but for each counter's newest windows. Counted in
/// again (the clock stepped back), such a window holds what came since, until the mirror restores
/// the rest; see ADR 0009 for what makes that exact across crashes.
class StripedCounters final : public Counters {
 public:
  /// First traffic is told to `events`, in the record of the usage; without it nobody is told.
  explicit StripedCounters(RecordLog& log, std::size_t keys_max = IdempotencyKeys::keys_max_default,
                           EventQueue* events = nullptr)
      : log_(&log), keys_(keys_max), events_(events) {}

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
  [[nodiscard]] bool is_erasure_pending(std::string_view service_id) const override;
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
                   std::span<const CounterWindow> windows, UnixSeconds now);
  /// Holds one stripe at a time.
  void each_window(const CounterWindows::Visit& visit) const;

  // The mirror's, on its one thread.

  struct Changes {
    std::vector<UsageRow> rows;
    std::vector<UsageRow> partial;  // the history has what these had before
  };
  /// Appends changed windows until there are `rows_min` or the pass over all stripes is at its end:
  /// then false, and the next call begins a new one. A pass has all that changed before it began,
  /// but for services whose erasure is pending. Whoever takes a row writes it, come what may.
  bool take_changes(std::size_t rows_min, Changes& out);
  /// `partial` with the value that the history has of it.
  void restore(const UsageRow& base);
  /// Drops what memory need not hold any more. Only while the history has every row taken.
  void let_go(UnixSeconds now);

  /// A service whose counters were erased, while the history still has some of them.
  struct Erasure {
    std::string service_id;
    std::uint64_t sequence = 0;
  };
  [[nodiscard]] std::vector<Erasure> pending_erasures() const;
  void history_erased(const Erasure& erasure);
  /// Frees some of what was erased; true when nothing is left.
  bool purge_some();

  // Recovery: load() into an empty one, then the records in their order, then service.

  /// `visit(subject, at)` for each application that a replayed record charged, with the time of its
  /// newest: whoever charged it may have died before he told of it. It may call anything.
  template <class Visit>
  void each_replayed(Visit visit) const {
    std::vector<Replayed> some;
    for (const Slot& slot : *stripes_) {
      some.clear();
      take_replayed(slot, some);
      for (const Replayed& one : some) visit(Subject{one.service_id, one.application_id}, one.at);
    }
  }
  void replay(std::uint64_t sequence, const UsageCharged& record);
  void replay(std::uint64_t sequence, const ServiceErased& record);
  void replay(std::uint64_t sequence, const WindowRestored& record);
  void replay(std::uint64_t sequence, const HistoryErased& record);
  void replay(std::uint64_t sequence, const WindowsPut& record);
  /// Appends everything; holds one stripe at a time. Whoever reads the log's last sequence first
  /// can replay from there.
  void save(std::string& out) const;
  Result<> load(ByteReader& in);
  /// Spike limits apart from the rest: they may be newer than the applications saved before them,
  /// for their records say where they stand, not how far they went.
  void save_spikes(std::string& out) const;
  Result<> load_spikes(ByteReader& in);

 private:
#if defined(__SANITIZE_THREAD__)
  static constexpr std::size_t stripe_bits = 5;  // it follows at most 64 locks held at once
#else
  static constexpr std::size_t stripe_bits = 8;
#endif
  static constexpr std::size_t stripe_count = 1U << stripe_bits;

  struct Key;
  /// A service in one stripe. Erased, it stays until its applications are purged.
  struct Service {
    std::string id;
    bool is_erased = false;
    std::set<std::string, std::less<>> metric_ids;  // what the counters' ids point into
    std::vector<const Key*> applications;
    const std::string& metric_id(std::string_view wanted);
  };
  struct Metric {
    const std::string* id;
    MetricCounter counter;
    [[nodiscard]] std::string_view name() const { return *id; }
  };
  struct Application {
    std::uint64_t sequence = 0;   // of the last record that changed it
    std::vector<Metric> metrics;  // by id
    std::int32_t newest_day = std::numeric_limits<std::int32_t>::min();  // least: no_day
    std::uint32_t let_go_hours = 0;       // windows that ended by then may be in the history alone
    std::uint32_t replayed_at = 0;        // when it was charged last, of the replayed records
    bool is_listed = false;               // among the changed ones
    std::unique_ptr<SpikeStates> spikes;  // null: none was ever counted

    [[nodiscard]] const MetricCounter* find(std::string_view metric_id) const;
    MetricCounter* find(std::string_view metric_id);
    void apply(Service& service, const Charge& charge, const Windows& windows);
    Traffic note(UnixSeconds now);
    void count(Service& service, std::string_view metric_id, const Windows& windows,
               const UsageValue& usage);
    MetricCounter& counter_of(Service& service, std::string_view metric_id, const Windows& windows);
    [[nodiscard]] UnixSeconds let_go() const { return UnixSeconds{let_go_hours} * 3'600; }
    [[nodiscard]] DayNumber day() const;
    /// Before the record, which tells where they stand then.
    std::vector<SpikeAdvance> advance(std::span<const SpikeProbe> probes);
    void put(std::span<const SpikeAdvance> advanced);
    void put(Service& service, std::string_view metric_id, std::span<const CounterWindow> windows,
             UnixSeconds now);
  };

  /// A subject and its hash, which chooses the stripe and then the place in it.
  struct Hashed : Subject {
    explicit Hashed(const Subject& subject);
    static Hashed of(const Charge& charge);  // from its memo if it has one
    std::size_t hash;
    [[nodiscard]] std::size_t stripe() const { return hash >> (64U - stripe_bits); }

   private:
    Hashed(const Subject& subject, std::size_t known) : Subject(subject), hash(known) {}
  };
  struct Key {
    Service* service;
    std::string application_id;
    std::size_t hash;
    [[nodiscard]] Subject subject() const { return {service->id, application_id}; }
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
    bool operator()(const Key& a, const Key& b) const noexcept {
      return a.hash == b.hash && a.service == b.service && a.application_id == b.application_id;
    }
    bool operator()(const Hashed& a, const Key& b) const noexcept {
      return a.hash == b.hash && a.application_id == b.application_id && !b.service->is_erased &&
             a.service_id == b.service->id;
    }
    bool operator()(const Key& a, const Hashed& b) const noexcept { return (*this)(b, a); }
  };
  using Applications = std::unordered_map<Key, Application, KeyHash, KeyEqual>;
  using Entry = Applications::value_type;

  struct Stripe {
    Applications applications;
    std::unordered_map<std::string, std::unique_ptr<Service>, StringHash, std::equal_to<>> services;
    std::vector<std::unique_ptr<Service>> erased;
    std::vector<Entry*> changed;  // since the mirror's pass came by
    std::string record;           // scratch, so that a call allocates nothing
    Windows windows{};            // of the last moment asked for: most calls share its minute

    const Windows& windows_of(UnixSeconds at) {
      const Window& minute = windows[index(Period::minute)];
      if (at < minute.begin || at >= minute.end) windows = windows_at(at);
      return windows;
    }
    const Windows& windows_of(const Charge& charge) {
      return charge.windows != nullptr ? *charge.windows : windows_of(charge.at);
    }
    [[nodiscard]] const Application* find(const Hashed& subject) const;
    Entry* find_entry(const Hashed& subject);
    Entry& find_or_create(const Hashed& subject);
    Entry& create(const Hashed& subject);  // one that is not there
    /// What a record of that sequence has of one application.
    void count(Entry& entry, const Charge& charge, std::uint64_t sequence);
    void put(Entry& entry, std::string_view metric_id, std::span<const CounterWindow> values,
             UnixSeconds now, std::uint64_t sequence);
    void list(Entry& entry) {
      if (entry.second.is_listed) return;
      entry.second.is_listed = true;
      changed.push_back(&entry);
    }
    void erase_service(std::string_view service_id);
    bool purge_some(std::size_t applications_max);
    void let_go(std::size_t bucket_begin, std::size_t bucket_end, UnixSeconds until);
    void save(ByteWriter& out) const;
  };
  using Access = Locked<Stripe>::Access<Stripe>;
  using Pending = std::map<std::string, std::uint64_t, std::less<>>;  // sequence by service

  static bool fill(const Application* application, const Windows& windows,
                   std::span<LimitProbe> probes);
  /// Comparisons and spikes; fills in all of both.
  static bool passes(const Application* application, const Charge& charge, const Windows& windows,
                     std::span<LimitProbe> probes);
  /// Records and counts a charge that has passed and has an effect.
  Traffic count(Stripe& stripe, Entry& entry, const Charge& charge, UnixSeconds now,
                const UsageRider* rider);
  /// `traffic` of each charge, as it is told of.
  [[nodiscard]] std::uint64_t append_usage(std::string& scratch, std::span<const Charge> charges,
                                           UnixSeconds now, const UsageRider* rider,
                                           std::span<const Traffic> traffic);
  [[nodiscard]] std::uint64_t append_record(std::string& scratch, std::span<const Charge> charges,
                                            UnixSeconds now, const UsageRider* rider);
  [[nodiscard]] std::uint64_t append_again(const Charge& charge, UnixSeconds now);
  std::vector<Access> lock_stripes(const std::bitset<stripe_count>& which);
  void take_changes(Entry& entry, Changes& out);
  Result<> load_application(ByteReader& in, std::uint8_t format);
  struct Replayed {
    std::string service_id;
    std::string application_id;
    UnixSeconds at = 0;
  };
  /// A line of the cache each, so that stripes do not slow each other down.
  struct alignas(64) Slot : Locked<Stripe> {};
  static void take_replayed(const Slot& slot, std::vector<Replayed>& out);

  RecordLog* log_;
  IdempotencyKeys keys_;  // its stripes are locked before those of the applications
  EventQueue* events_;    // locked behind those; may be null
  std::unique_ptr<std::array<Slot, stripe_count>> stripes_ =
      std::make_unique<std::array<Slot, stripe_count>>();
  Locked<Pending> pending_;  // locked after stripes

  struct Pass {
    std::size_t stripe = 0;
    bool has_list = false;     // of this stripe
    std::vector<Entry*> list;  // changed when the pass came by; not taken yet
  };
  Pass pass_;  // the mirror's
  std::vector<MetricCounter::Change> taken_;
};

}  // namespace mainstay::apim
