#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include "apps/apim/outbound/memory/counting_rules.hpp"
#include "apps/apim/outbound/memory/spike_states.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/locked.hpp"

namespace mainstay::apim {

/// Counters written down in the plainest way: what StripedCounters is measured against in tests.
/// Survives nothing. Any thread.
class NaiveCounters final : public Counters {
 public:
  bool check_and_charge(std::span<LimitProbe> probes, const Charge& charge, UnixSeconds now,
                        Traffic& traffic) override;
  bool check(const Subject& subject, UnixSeconds at, std::span<LimitProbe> probes) const override;
  void charge(std::span<const Charge> charges, UnixSeconds now,
              std::span<Traffic> traffic) override;
  [[nodiscard]] std::int64_t value(const Subject& subject, std::string_view metric_id,
                                   Period period, UnixSeconds at) const override;
  void erase_service(std::string_view service_id) override;
  [[nodiscard]] std::uint64_t state_hash() const override;

 private:
  using Windowed = std::map<UnixSeconds, std::int64_t>;  // value by begin
  struct Application {
    std::map<std::string, std::array<Windowed, period_count>, std::less<>> metrics;
    DayNumber newest_day = no_day;
    SpikeStates spikes{};
  };
  using State = std::map<std::pair<std::string, std::string>, Application>;  // by service, id

  static std::int64_t read(const Application& application, std::string_view metric_id,
                           Period period, UnixSeconds begin);
  static bool fill(const State& state, const Subject& subject, UnixSeconds at,
                   std::span<LimitProbe> probes);
  static Traffic apply(State& state, const Charge& charge, UnixSeconds now);
  static void count(Application& application, std::string_view metric_id, const Windows& windows,
                    const UsageValue& usage);

  Locked<State> state_;
};

}  // namespace mainstay::apim
