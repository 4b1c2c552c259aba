#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

struct ConnectorNow {
  ConnectorNumber number{};     // from 1
  TransactionId transaction{};  // 0: nobody charges
  SystemTime started_at{};
};

/// A station at this moment.
struct StationNow {
  StationId station{};
  std::string identity = {};
  bool is_online = false;
  std::vector<ConnectorNow> connectors = {};
};

/// What smart charging asks of the network. Any thread; never waits.
class StationDirectory {
 public:
  /// In the order of the question; none: there is no such station.
  using Found = UniqueFunction<void(std::vector<std::optional<StationNow>>)>;

  virtual ~StationDirectory() = default;

  /// `found` runs on the thread that tells events (NetworkService::subscribe) and must be short.
  /// False, and nothing done, when too much waits.
  [[nodiscard]] virtual bool find(std::vector<std::string> identities, Found found) = 0;
  [[nodiscard]] virtual bool find(std::vector<StationId> stations, Found found) = 0;
};

}  // namespace mainstay::charging
