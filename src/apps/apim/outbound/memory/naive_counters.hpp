#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/outbound/memory/spike_states.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// Counters written down in the plainest way: what StripedCounters is measured against in tests.
/// Survives nothing. Any thread.
class NaiveCounters : public Counters {
 public:
  explicit NaiveCounters(std::size_t keys_max = 1'000'000) : keys_max_(keys_max) {}

  bool check_and_charge(std::span<LimitProbe> probes, const Charge& charge, UnixSeconds now,
                        Traffic& traffic) override;
  bool check(const Subject& subject, const Moment& at, std::span<LimitProbe> probes) const override;
  void charge(std::span<const Charge> charges, UnixSeconds now,
              std::span<Traffic> traffic) override;
  Keyed check_and_charge_once(const CallKey& key, std::span<LimitProbe> probes,
                              const Charge& charge, UnixSeconds now, Traffic& traffic) override;
  Keyed charge_once(const CallKey& key, std::span<const Charge> charges, UnixSeconds now,
                    std::span<Traffic> traffic) override;
  [[nodiscard]] bool was_counted(const CallKey& key, UnixSeconds now) const override;
  [[nodiscard]] std::int64_t value(const Subject& subject, std::string_view metric_id,
                                   Period period, const Moment& at) const override;
  void windows(const Subject& subject, std::string_view metric_id, Period period, UnixSeconds from,
               UnixSeconds until, std::vector<UsagePoint>& out) const override;
  void erase_service(std::string_view service_id) override;
  [[nodiscard]] bool is_erasure_pending(std::string_view) const override { return false; }
  [[nodiscard]] std::uint64_t state_hash() const override;

  /// Drops the minutes that memory may let go of, but for each counter's newest.
  void let_go(UnixSeconds now);

  /// `visit(subject, metric_id, period, begin, value)` for all windows, those of 0 too.
  template <class Visit>
  void for_each(Visit visit) const {
    auto state = state_.lock();
    for (const auto& [names, application] : *state) {
      for (const auto& [metric_id, periods] : application.metrics) {
        for (std::size_t i = 0; i < period_count; ++i) {
          for (const auto& [begin, value] : periods[i]) {
            visit(Subject{names.first, names.second}, metric_id, static_cast<Period>(i), begin,
                  value);
          }
        }
      }
    }
  }

 private:
  using Windowed = std::map<UnixSeconds, std::int64_t>;  // value by begin
  struct Application {
    std::map<std::string, std::array<Windowed, period_count>, std::less<>> metrics;
    DayNumber newest_day = no_day;
    SpikeStates spikes{};
  };
  using State = std::map<std::pair<std::string, std::string>, Application>;  // by service, id
  struct KnownKey {
    std::string request;
    std::uint32_t expires = 0;
  };
  using Keys = std::map<std::tuple<std::string, CallKey::Kind, std::string>, KnownKey>;

  static std::int64_t read(const Application& application, std::string_view metric_id,
                           Period period, UnixSeconds begin);
  static bool fill(const State& state, const Subject& subject, const Moment& at,
                   std::span<LimitProbe> probes);
  /// Comparisons and spikes; fills in all of both.
  static bool passes(const State& state, const Charge& charge, std::span<LimitProbe> probes);
  static Traffic apply(State& state, const Charge& charge, UnixSeconds now);
  static void count(Application& application, std::string_view metric_id, const Windows& windows,
                    const UsageValue& usage);

  static std::optional<Keyed> known(const Keys& keys, const CallKey& key, UnixSeconds now);
  /// False when there is no room for one more.
  bool take(Keys& keys, const CallKey& key, UnixSeconds now) const;

  std::size_t keys_max_;
  Locked<Keys> keys_;  // locked before the state
  Locked<State> state_;
};

}  // namespace mainstay::apim
