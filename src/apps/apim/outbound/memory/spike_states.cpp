#include "apps/apim/outbound/memory/spike_states.hpp"

#include <algorithm>
#include <functional>

namespace mainstay::apim {

bool SpikeStates::weigh(const SpikeStates* states, std::span<SpikeProbe> probes) {
  bool all_fit = true;
  for (SpikeProbe& probe : probes) {
    const SpikeState stored = states != nullptr ? states->find(probe.metric_id) : SpikeState{};
    const SpikeState state = settled(probe.rule, stored, probe.now);
    probe.room = room(probe.rule, state, probe.now);
    probe.wait = wait_for(probe.rule, state, probe.amount, probe.now);
    probe.wait_all = wait_for_all(probe.rule, state, probe.now);
    all_fit = all_fit && probe.wait == 0;
  }
  return all_fit;
}

std::vector<SpikeAdvance> SpikeStates::advance(std::span<const SpikeProbe> probes) {
  std::vector<SpikeAdvance> out;
  for (const SpikeProbe& probe : probes) {
    if (probe.amount == 0) continue;
    SpikeState& stored = at(probe.metric_id);
    stored = advanced(probe.rule, stored, probe.amount, probe.at, probe.now);
    out.push_back({probe.metric_id, stored});
  }
  return out;
}

void SpikeStates::put(std::string_view metric_id, const SpikeState& state) {
  at(metric_id) = state;
}

SpikeState& SpikeStates::at(std::string_view metric_id) {
  const auto place =
      std::ranges::lower_bound(entries_, metric_id, std::less<>{}, &Entry::metric_id);
  if (place != entries_.end() && place->metric_id == metric_id) return place->state;
  return entries_.insert(place, {std::string{metric_id}, {}})->state;
}

SpikeState SpikeStates::find(std::string_view metric_id) const {
  const auto place =
      std::ranges::lower_bound(entries_, metric_id, std::less<>{}, &Entry::metric_id);
  return place != entries_.end() && place->metric_id == metric_id ? place->state : SpikeState{};
}

}  // namespace mainstay::apim
