#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "apps/charging/domain/power/charging_profile.hpp"
#include "base/time_zone.hpp"

namespace mainstay::charging::power {

/// What a schedule is computed for. Whole seconds: parts of one are cut off.
struct Window {
  SystemTime start{};
  Seconds duration{};
  ocpp::ChargingRateUnit unit = ocpp::ChargingRateUnit::amperes;

  static constexpr Seconds duration_max{31 * 86'400};
};

/// A period's amperes are those of each phase, its watts those of all phases together: W = A x
/// volts x phases, volts being phase to neutral. Amperes made of watts are rounded down to a tenth.
struct Supply {
  std::int32_t volts = 230;
  /// Daily and Weekly profiles begin again at this place's wall clock time, as their startSchedule
  /// has it there; null: each 24 hours, or 7 days (UTC). A day of 25 hours runs on with its last
  /// period unless its duration is over; a day of 23 hours is cut.
  const TimeZone* zone = nullptr;
};

struct RunningTransaction {
  TransactionId id{};
  SystemTime started_at{};
};

struct ConnectorState {
  ConnectorNumber number{};
  std::int32_t phases = 3;
  std::optional<std::int64_t> maximum_tenths = {};  // amperes that it is built for
  std::optional<RunningTransaction> transaction = {};
};

struct CompositePeriod {
  Seconds start{};                                // after the window's
  std::optional<std::int64_t> limit_tenths = {};  // none: no limit
  std::int32_t phases = 3;

  friend bool operator==(const CompositePeriod&, const CompositePeriod&) = default;
};

/// Neighbours differ. At most `periods_max`: a schedule with more is cut, and its duration is then
/// less than was asked for.
struct CompositeSchedule {
  static constexpr std::size_t periods_max = 1'000;

  SystemTime start{};
  Seconds duration{};
  ocpp::ChargingRateUnit unit = ocpp::ChargingRateUnit::amperes;
  std::vector<CompositePeriod> periods = {};
};

/// The limit of each moment is the least one over the purposes, at the least number of phases:
/// - of a purpose the valid profile of the highest stack level that has a period then; a profile
///   that is over, not begun, or between recurrences leaves it to lower levels, then there is no
///   limit;
/// - a TxProfile (of the running transaction) supersedes TxDefaultProfiles where it has a period;
/// - a TxDefaultProfile of the connector replaces the station's of the same stack level;
/// - without a transaction, what counts from its start does not apply.
CompositeSchedule composite_of_connector(std::span<const InstalledProfile> installed,
                                         const ConnectorState& connector, const Window& window,
                                         const Supply& supply);

/// What the station may draw: its ChargePointMaxProfile, or the sum of its connectors' limits when
/// each has one and it is less. Currents are added as if all vehicles were on the same phases.
CompositeSchedule composite_of_station(std::span<const InstalledProfile> installed,
                                       std::span<const ConnectorState> connectors,
                                       const Window& window, const Supply& supply);

}  // namespace mainstay::charging::power
