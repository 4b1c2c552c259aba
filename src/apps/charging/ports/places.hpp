#pragma once

#include <string>

#include "apps/charging/fundamental.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

/// What money asks about where a connector is.
struct Place {
  bool is_known = false;  // the station is registered, and has told of this connector
  PlotId plot{};          // 0: none
  std::string name{};     // for people
  std::string host{};     // the plot's, a user's id; empty: nobody
  std::string zone{};     // IANA; empty: UTC
  std::string tariff{};   // what the plot says; empty: nothing
};

/// Where connectors are. Blocks: for lanes.
class Places {
 public:
  virtual ~Places() = default;
  /// Connector 0: the station as a whole.
  virtual Result<Place> of(StationId station, ConnectorNumber connector) = 0;
};

}  // namespace mainstay::charging
