#include "apps/apim/outbound/memory/naive_counters.hpp"

#include <cstddef>

namespace mainstay::apim {

bool NaiveCounters::check_and_charge(std::span<LimitProbe> probes, const Charge& charge,
                                     UnixSeconds now, Traffic& traffic) {
  auto state = state_.lock();
  traffic = {};
  const bool holds = fill(*state, charge.subject, charge.at, probes);
  const auto known = state->find(
      {std::string{charge.subject.service_id}, std::string{charge.subject.application_id}});
  const SpikeStates* spikes = known != state->end() ? &known->second.spikes : nullptr;
  if (!SpikeStates::weigh(spikes, charge.spikes) || !holds) return false;
  traffic = apply(*state, charge, now);
  return true;
}

bool NaiveCounters::check(const Subject& subject, UnixSeconds at,
                          std::span<LimitProbe> probes) const {
  auto state = state_.lock();
  return fill(*state, subject, at, probes);
}

void NaiveCounters::charge(std::span<const Charge> charges, UnixSeconds now,
                           std::span<Traffic> traffic) {
  auto state = state_.lock();
  for (std::size_t i = 0; i < charges.size(); ++i) traffic[i] = apply(*state, charges[i], now);
}

std::int64_t NaiveCounters::value(const Subject& subject, std::string_view metric_id, Period period,
                                  UnixSeconds at) const {
  LimitProbe probe{.metric_id = metric_id, .period = period, .usage = {}};
  auto state = state_.lock();
  fill(*state, subject, at, {&probe, 1});
  return probe.current;
}

void NaiveCounters::erase_service(std::string_view service_id) {
  auto state = state_.lock();
  std::erase_if(*state, [&](const auto& entry) { return entry.first.first == service_id; });
}

std::uint64_t NaiveCounters::state_hash() const {
  auto state = state_.lock();
  std::uint64_t sum = 0;
  for (const auto& [names, application] : *state) {
    for (const auto& [metric_id, periods] : application.metrics) {
      const std::uint64_t owner = owner_hash({names.first, names.second}, metric_id);
      for (std::size_t i = 0; i < period_count; ++i) {
        const auto period = static_cast<Period>(i);
        const Windowed& windows = periods[i];
        if (windows.empty()) continue;
        auto window = windows.lower_bound(oldest_kept(period, windows.rbegin()->first));
        for (; window != windows.end(); ++window) {
          if (window->second == 0) continue;
          sum += window_hash(owner, period, window->first, window->second);
        }
      }
    }
  }
  return sum;
}

std::int64_t NaiveCounters::read(const Application& application, std::string_view metric_id,
                                 Period period, UnixSeconds begin) {
  const auto metric = application.metrics.find(metric_id);
  if (metric == application.metrics.end()) return 0;
  const Windowed& windows = metric->second[index(period)];
  const auto window = windows.find(begin);
  return window == windows.end() ? 0 : window->second;
}

bool NaiveCounters::fill(const State& state, const Subject& subject, UnixSeconds at,
                         std::span<LimitProbe> probes) {
  const Windows windows = windows_at(at);
  const auto known =
      state.find({std::string{subject.service_id}, std::string{subject.application_id}});
  bool all_hold = true;
  for (LimitProbe& probe : probes) {
    const UnixSeconds begin = windows[index(probe.period)].begin;
    probe.current =
        known == state.end() ? 0 : read(known->second, probe.metric_id, probe.period, begin);
    all_hold = holds(probe) && all_hold;
  }
  return all_hold;
}

Traffic NaiveCounters::apply(State& state, const Charge& charge, UnixSeconds now) {
  if (!has_effect(charge)) return {};
  Application& application =
      state[{std::string{charge.subject.service_id}, std::string{charge.subject.application_id}}];
  const Windows windows = windows_at(charge.at);
  for_each_counted(charge, [&](std::string_view metric_id, const UsageValue& usage) {
    count(application, metric_id, windows, usage);
  });
  application.spikes.advance(charge.spikes);
  return note_traffic(application.newest_day, now);
}

void NaiveCounters::count(Application& application, std::string_view metric_id,
                          const Windows& windows, const UsageValue& usage) {
  auto metric = application.metrics.find(metric_id);
  const bool removes = usage.is_set && usage.amount == 0;
  if (metric == application.metrics.end()) {
    if (removes) return;
    metric = application.metrics.try_emplace(std::string{metric_id}).first;
  }
  for (std::size_t i = 0; i < period_count; ++i) {
    Windowed& values = metric->second[i];
    const UnixSeconds begin = windows[i].begin;
    if (removes) {
      if (const auto window = values.find(begin); window != values.end()) window->second = 0;
      continue;
    }
    const auto [window, created] = values.try_emplace(begin, 0);
    if (created) {
      const UnixSeconds oldest = oldest_kept(static_cast<Period>(i), begin);
      values.erase(values.begin(), values.lower_bound(oldest));
    }
    window->second = applied(window->second, usage);
  }
}

}  // namespace mainstay::apim
