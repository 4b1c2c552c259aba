#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::simulator {

constexpr std::int64_t grid_volts = 230;  // between a phase and neutral

/// Tenths of an ampere or of a watt: OCPP's limits have one decimal.
struct SchedulePeriod {
  Seconds start{0};
  std::int64_t limit_tenths = 0;
  int phases = 3;
};

enum class RateUnit : std::uint8_t { amperes, watts };
enum class Purpose : std::uint8_t { station_max, tx_default, tx };
enum class ProfileKind : std::uint8_t { absolute, daily, weekly, relative };

/// OCPP 1.6's ChargingProfile.
struct ChargingProfile {
  std::int64_t id = 0;
  std::int64_t stack_level = 0;
  std::optional<std::int64_t> transaction_id = {};
  Purpose purpose = Purpose::tx_default;
  ProfileKind kind = ProfileKind::absolute;
  std::optional<SystemTime> valid_from = {};
  std::optional<SystemTime> valid_to = {};
  std::optional<Seconds> duration = {};
  std::optional<SystemTime> start = {};
  RateUnit unit = RateUnit::amperes;
  std::vector<SchedulePeriod> periods = {};
};

/// Nothing when a field is missing or of the wrong kind.
std::optional<ChargingProfile> parse_profile(const json::Value& value);

/// What runs on a connector, for limits that refer to it.
struct RunningCharge {
  ConnectorNumber connector;
  std::optional<std::int64_t> transaction_id;
  SystemTime started_at;
};

/// The profiles of one station: how a station understands chapter 3.13 of OCPP 1.6. Bound:
/// profiles_max.
class ChargingLimits {
 public:
  static constexpr std::size_t profiles_max = 20;
  static constexpr std::size_t periods_max = 100;

  /// False: refused (too many, the purpose does not fit the connector). Replaces the one of the
  /// same id, or of the same purpose and stack level on the connector.
  bool install(ConnectorNumber connector, ChargingProfile profile);

  struct Filter {
    std::optional<std::int64_t> id = {};
    std::optional<ConnectorNumber> connector = {};
    std::optional<Purpose> purpose = {};
    std::optional<std::int64_t> stack_level = {};
  };
  /// How many it removed.
  std::size_t clear(const Filter& filter);
  /// Those of a transaction that has ended.
  void forget_transaction(ConnectorNumber connector);

  /// For a connector with that charge, in watts; nothing when no profile limits it. Of the station
  /// as a whole: connector 0.
  [[nodiscard]] std::optional<Watts> limit(const RunningCharge& charge, SystemTime at) const;
  /// The next time behind `at` when a limit may change; SystemTime::max() when none will.
  [[nodiscard]] SystemTime next_change(const RunningCharge& charge, SystemTime at) const;
  [[nodiscard]] std::size_t size() const { return installed_.size(); }

  struct Step {
    Seconds start;
    Watts limit;
  };
  /// From `at` on, one step a change, at most periods_max; without limits `unlimited`.
  [[nodiscard]] std::vector<Step> composite(const RunningCharge& charge, SystemTime at,
                                            Seconds duration, Watts unlimited) const;

 private:
  struct Installed {
    ConnectorNumber connector;
    ChargingProfile profile;
  };

  [[nodiscard]] std::optional<Watts> best(Purpose purpose, ConnectorNumber connector,
                                          const RunningCharge& charge, SystemTime at) const;

  std::vector<Installed> installed_;
};

}  // namespace mainstay::charging::simulator
