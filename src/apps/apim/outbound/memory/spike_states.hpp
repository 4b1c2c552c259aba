#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/spike.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/bytes.hpp"

namespace mainstay::apim {

/// Where one application stands on spike limits, by metric. Holds what was ever counted: as many
/// as its plans have had. One thread at a time.
class SpikeStates {
 public:
  struct Entry {
    std::string metric_id;
    SpikeState state;
  };

  /// Fills in how each probe stands; true when all have room. Without states nothing was counted.
  static bool weigh(const SpikeStates* states, std::span<SpikeProbe> probes);
  /// Counts what the probes add and tells where each metric stands now, for the record.
  std::vector<SpikeAdvance> advance(std::span<const SpikeProbe> probes);

  void put(std::string_view metric_id, const SpikeState& state);
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  SpikeState& at(std::string_view metric_id);
  [[nodiscard]] SpikeState find(std::string_view metric_id) const;

  std::vector<Entry> entries_;  // by metric id
};

}  // namespace mainstay::apim
