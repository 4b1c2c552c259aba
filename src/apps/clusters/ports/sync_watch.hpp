#pragma once

#include <cstdint>
#include <string>

#include "apps/clusters/domain/change.hpp"

namespace mainstay::clusters {

enum class SyncState : std::uint8_t { unknown, syncing, ready, degraded };

struct SyncStatus {
  SyncState state = SyncState::unknown;
  std::string note = {};  // what says so
};

/// What the cluster says of a change that is merged: whether what watches the repository (Argo CD,
/// Flux) has it, and whether the object itself is as wanted. Asked every second for every request
/// that waits for it: from memory, but for what git knows of two commits. Thread: one that may
/// block.
class SyncWatch {
 public:
  virtual ~SyncWatch() = default;
  [[nodiscard]] virtual SyncStatus look(const ChangeRequest& request) = 0;
};

}  // namespace mainstay::clusters
