#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/charging/domain/power/site_control.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// A site's circuits, as JSON of ours.
struct PowerSiteRow {
  PlotId site{};
  std::string circuits = {};
  SystemTime changed_at{};

  friend bool operator==(const PowerSiteRow&, const PowerSiteRow&) = default;
};

/// What a station was told of one outlet (connector 0: the fall-back of all). With neither hold it
/// is removed.
struct PowerHoldRow {
  StationId station{};
  ConnectorNumber connector{};
  TransactionId transaction{};
  std::optional<power::Hold> confirmed = {};
  std::optional<power::Hold> doubtful = {};

  friend bool operator==(const PowerHoldRow&, const PowerHoldRow&) = default;
};

/// A profile that a station confirmed, as OCPP's JSON; `profile` empty: it is gone.
struct PowerProfileRow {
  StationId station{};
  std::int32_t id = 0;
  ConnectorNumber connector{};
  std::string profile = {};

  friend bool operator==(const PowerProfileRow&, const PowerProfileRow&) = default;
};

/// A site whose circuits are no longer ours to keep.
struct PowerSiteRemoved {
  PlotId site{};
};

using PowerChange = std::variant<PowerSiteRow, PowerSiteRemoved, PowerHoldRow, PowerProfileRow>;

/// All there is, by key.
struct PowerRows {
  std::vector<PowerSiteRow> sites = {};
  std::vector<PowerHoldRow> holds = {};
  std::vector<PowerProfileRow> profiles = {};
};

/// What smart charging keeps. Any thread.
class PowerStore {
 public:
  virtual ~PowerStore() = default;

  /// Blocks.
  virtual Result<PowerRows> load() = 0;
  /// In their order, all or nothing: a row replaces the one of its key. `done` once it is on disk,
  /// on a thread of the store. Never blocks.
  virtual void save(std::vector<PowerChange> changes, UniqueFunction<void(Result<>)> done) = 0;
};

}  // namespace mainstay::charging
