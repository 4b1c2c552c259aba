#include "apps/charging/simulator/tally.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mainstay::charging::simulator {
namespace {

void add(Tally::PerAction& to, const Tally::PerAction& from) {
  to.sent += from.sent;
  to.answered += from.answered;
  to.refused += from.refused;
  to.timed_out += from.timed_out;
  to.cut_off += from.cut_off;
  to.latencies.merge(from.latencies);
}

}  // namespace

std::string_view name_of(Action action) {
  static constexpr std::string_view names[] = {"Authorize",
                                               "BootNotification",
                                               "DataTransfer",
                                               "DiagnosticsStatusNotification",
                                               "FirmwareStatusNotification",
                                               "Heartbeat",
                                               "LogStatusNotification",
                                               "MeterValues",
                                               "SecurityEventNotification",
                                               "SignCertificate",
                                               "SignedFirmwareStatusNotification",
                                               "StartTransaction",
                                               "StatusNotification",
                                               "StopTransaction"};
  static_assert(std::size(names) == action_count);
  return names[static_cast<std::size_t>(action)];
}

// Below 32 us each has a slot; above, 32 share a power of two.
void Latencies::add(Micros took) {
  constexpr std::uint64_t most = UINT32_MAX;
  const auto value =
      std::min(most, static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)));
  std::size_t slot = value;
  if (value >> step_bits != 0) {
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
    slot = ((shift + 1U) << step_bits) + ((value >> shift) & ((1U << step_bits) - 1));
  }
  ++slots_[slot];
  ++count_;
}

void Latencies::merge(const Latencies& other) {
  for (std::size_t i = 0; i < slots; ++i) slots_[i] += other.slots_[i];
  count_ += other.count_;
}

Micros Latencies::percentile(double share) const {
  if (count_ == 0) return Micros{0};
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    seen += slots_[i];
    if (seen < wanted) continue;
    const std::size_t power = i >> step_bits;
    if (power == 0) return Micros{static_cast<std::int64_t>(i)};
    const std::uint64_t low = (i & ((1U << step_bits) - 1)) | (1U << step_bits);
    return Micros{static_cast<std::int64_t>(low << (power - 1))};
  }
  return Micros{0};
}

void Tally::merge(const Tally& other) {
  for (std::size_t i = 0; i < action_count; ++i) add(calls[i], other.calls[i]);
  connects += other.connects;
  refusals += other.refusals;
  losses += other.losses;
  boots_accepted += other.boots_accepted;
  sessions += other.sessions;
  dropped += other.dropped;
  backend_calls += other.backend_calls;
  backend_refused += other.backend_refused;
  odd_frames += other.odd_frames;
}

Tally::PerAction Tally::total() const {
  PerAction out;
  for (const PerAction& one : calls) add(out, one);
  return out;
}

}  // namespace mainstay::charging::simulator
