#include "apps/apim/outbound/memory/naive_counters.hpp"

#include <cstddef>

namespace mainstay::apim {

bool NaiveCounters::check_and_charge(std::span<LimitProbe> probes, const Charge& charge,
                                     UnixSeconds now, Traffic& traffic) {
  auto state = state_.lock();
  traffic = {};
  if (!passes(*state, charge, probes)) return false;
  traffic = apply(*state, charge, now);
  return true;
}

bool NaiveCounters::check(const Subject& subject, const Moment& at,
                          std::span<LimitProbe> probes) const {
  auto state = state_.lock();
  return fill(*state, subject, at, probes);
}

void NaiveCounters::charge(std::span<const Charge> charges, UnixSeconds now,
                           std::span<Traffic> traffic) {
  auto state = state_.lock();
  for (std::size_t i = 0; i < charges.size(); ++i) traffic[i] = apply(*state, charges[i], now);
}

Keyed NaiveCounters::check_and_charge_once(const CallKey& key, std::span<LimitProbe> probes,
                                           const Charge& charge, UnixSeconds now,
                                           Traffic& traffic) {
  auto keys = keys_.lock();
  auto state = state_.lock();
  traffic = {};
  const bool passed = passes(*state, charge, probes);
  if (const auto seen = known(*keys, key, now)) return *seen;
  if (!passed) return Keyed::denied;
  if (!take(*keys, key, now)) return Keyed::full;
  traffic = apply(*state, charge, now);
  return Keyed::counted;
}

Keyed NaiveCounters::charge_once(const CallKey& key, std::span<const Charge> charges,
                                 UnixSeconds now, std::span<Traffic> traffic) {
  auto keys = keys_.lock();
  for (Traffic& one : traffic) one = {};
  if (const auto seen = known(*keys, key, now)) return *seen;
  if (!take(*keys, key, now)) return Keyed::full;
  charge(charges, now, traffic);
  return Keyed::counted;
}

bool NaiveCounters::was_counted(const CallKey& key, UnixSeconds now) const {
  auto keys = keys_.lock();
  return known(*keys, key, now) == Keyed::repeated;
}

std::optional<Keyed> NaiveCounters::known(const Keys& keys, const CallKey& key, UnixSeconds now) {
  const auto found = keys.find({std::string{key.service_id}, key.kind, std::string{key.text}});
  if (found == keys.end() || now >= UnixSeconds{found->second.expires} * 60) return std::nullopt;
  return found->second.request == key.request ? Keyed::repeated : Keyed::reused;
}

bool NaiveCounters::take(Keys& keys, const CallKey& key, UnixSeconds now) const {
  const Keys::key_type names{std::string{key.service_id}, key.kind, std::string{key.text}};
  if (!keys.contains(names) && keys.size() >= keys_max_) return false;
  keys[names] = {std::string{key.request}, call_key_expiry(now)};
  return true;
}

std::int64_t NaiveCounters::value(const Subject& subject, std::string_view metric_id, Period period,
                                  const Moment& at) const {
  LimitProbe probe{.metric_id = metric_id, .period = period, .usage = {}};
  auto state = state_.lock();
  fill(*state, subject, at, {&probe, 1});
  return probe.current;
}

void NaiveCounters::windows(const Subject& subject, std::string_view metric_id, Period period,
                            UnixSeconds from, UnixSeconds until,
                            std::vector<UsagePoint>& out) const {
  auto state = state_.lock();
  const auto known =
      state->find({std::string{subject.service_id}, std::string{subject.application_id}});
  if (known == state->end()) return;
  const auto metric = known->second.metrics.find(metric_id);
  if (metric == known->second.metrics.end()) return;
  for (const auto& [begin, value] : metric->second[index(period)]) {
    if (begin >= from && begin < until) out.push_back({begin, value});
  }
}

void NaiveCounters::erase_service(std::string_view service_id) {
  auto state = state_.lock();
  std::erase_if(*state, [&](const auto& entry) { return entry.first.first == service_id; });
}

std::uint64_t NaiveCounters::state_hash() const {
  std::uint64_t sum = 0;
  for_each([&sum](const Subject& subject, std::string_view metric_id, Period period,
                  UnixSeconds begin, std::int64_t value) {
    if (value != 0) sum += window_hash(owner_hash(subject, metric_id), period, begin, value);
  });
  return sum;
}

void NaiveCounters::let_go(UnixSeconds now) {
  const UnixSeconds until = let_go_until(now);
  auto state = state_.lock();
  for (auto& [names, application] : *state) {
    for (auto& [metric_id, periods] : application.metrics) {
      Windowed& minutes = periods[index(Period::minute)];
      while (minutes.size() > 1 && minutes.begin()->first + 60 <= until) {
        minutes.erase(minutes.begin());
      }
    }
  }
}

std::int64_t NaiveCounters::read(const Application& application, std::string_view metric_id,
                                 Period period, UnixSeconds begin) {
  const auto metric = application.metrics.find(metric_id);
  if (metric == application.metrics.end()) return 0;
  const Windowed& windows = metric->second[index(period)];
  const auto window = windows.find(begin);
  return window == windows.end() ? 0 : window->second;
}

bool NaiveCounters::fill(const State& state, const Subject& subject, const Moment& at,
                         std::span<LimitProbe> probes) {
  const Windows windows = windows_of(at);
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

bool NaiveCounters::passes(const State& state, const Charge& charge, std::span<LimitProbe> probes) {
  const auto known = state.find(
      {std::string{charge.subject.service_id}, std::string{charge.subject.application_id}});
  const SpikeStates* spikes = known != state.end() ? &known->second.spikes : nullptr;
  const bool has_room = SpikeStates::weigh(spikes, charge.spikes);
  return fill(state, charge.subject, {charge.at, charge.windows}, probes) && has_room;
}

Traffic NaiveCounters::apply(State& state, const Charge& charge, UnixSeconds now) {
  if (!has_effect(charge)) return {};
  Application& application =
      state[{std::string{charge.subject.service_id}, std::string{charge.subject.application_id}}];
  const Windows windows = windows_of(charge);
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
    std::int64_t& value = values[begin];
    value = applied(value, usage);
  }
}

}  // namespace mainstay::apim
