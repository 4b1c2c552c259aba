#include <algorithm>

#include "apps/apim/outbound/memory/striped_counters.hpp"

// The calls of StripedCounters that have a key. Each holds the stripe of its key, then those of its
// applications: look-up, comparison, record and both changes are one step.

namespace mainstay::apim {

Keyed StripedCounters::check_and_charge_once(const CallKey& key, std::span<LimitProbe> probes,
                                             const Charge& charge, UnixSeconds now,
                                             Traffic& traffic) {
  traffic = {};
  const KeyMark mark = keys_.mark_of(key, now);
  auto keys = keys_.lock(mark);
  const Hashed subject = Hashed::of(charge);
  auto stripe = (*stripes_)[subject.stripe()].lock();
  const Windows& windows = stripe->windows_of(charge);
  Entry* entry = stripe->find_entry(subject);
  const bool passed = passes(entry != nullptr ? &entry->second : nullptr, charge, windows, probes);
  if (const auto known = IdempotencyKeys::known(*keys, mark, now)) return *known;
  if (!passed) return Keyed::denied;
  if (!keys_.reserve(*keys, mark)) return Keyed::full;
  UsageRider rider;
  rider.key = mark;
  if (has_effect(charge)) {
    if (entry == nullptr) entry = &stripe->create(subject);
    traffic = count(*stripe, *entry, charge, now, &rider);
  } else {
    (void)append_record(stripe->record, {}, now, &rider);
  }
  IdempotencyKeys::put(*keys, mark);
  return Keyed::counted;
}

Keyed StripedCounters::charge_once(const CallKey& key, std::span<const Charge> charges,
                                   UnixSeconds now, std::span<Traffic> traffic) {
  std::ranges::fill(traffic, Traffic{});
  const KeyMark mark = keys_.mark_of(key, now);
  auto keys = keys_.lock(mark);
  if (const auto known = IdempotencyKeys::known(*keys, mark, now)) return *known;
  if (!keys_.reserve(*keys, mark)) return Keyed::full;
  UsageRider rider;
  rider.key = mark;
  charge_with(&rider, charges, now, traffic);
  IdempotencyKeys::put(*keys, mark);
  return Keyed::counted;
}

}  // namespace mainstay::apim
