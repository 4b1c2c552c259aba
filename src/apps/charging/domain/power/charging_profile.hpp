#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "apps/charging/domain/ocpp_messages.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/result.hpp"

/// Charging profiles (OCPP 1.6, 3.13 with its errata) and what follows from them.
namespace mainstay::charging::power {

enum class PowerErrc : std::uint8_t {
  profile_invalid = 1,
  too_many_profiles,
  tree_invalid,
  connector_taken,  // another site has it
  site_unknown,
  station_unknown,
  under_site_limits,  // the site's allocation alone sets what vehicles may draw
};
const ErrorRow& error_row(PowerErrc code);

struct ProfileLimits {
  static constexpr std::int32_t stack_level_max = 1'000;
  static constexpr std::size_t periods_max = 500;
  static constexpr std::int64_t limit_tenths_max = 100'000'000;  // 10 MW
  static constexpr std::size_t installed_max = 100;              // of a station
};

/// Ids from here on are those of a site's allocation.
inline constexpr std::int32_t first_site_profile = 2'000'000'000;

/// A profile as a station holds it. Connector 0: of the whole station.
struct InstalledProfile {
  ConnectorNumber connector{};
  ocpp::ChargingProfile profile = {};
};

/// What the standard says of one profile and its place:
/// - ChargePointMaxProfile: connector 0 only, never Relative (there is no one transaction). Without
///   a startSchedule it counts from its validFrom; without that too it may be one constant limit.
/// - TxProfile: a connector from 1; it alone may name a transaction.
/// - Recurring: with recurrencyKind and startSchedule. The other purposes' Absolute ones without a
///   startSchedule count from the transaction's start, like Relative ones.
/// - Periods begin at 0 and ascend; 1 to 3 phases; validFrom before validTo.
Result<> check_profile(ConnectorNumber connector, const ocpp::ChargingProfile& profile);

/// Replaces what has the same id, or the same connector, purpose and stack level (and, of
/// TxProfiles, the same transaction).
void install(std::vector<InstalledProfile>& installed, InstalledProfile added);

/// By its id alone when it has one; else what fits all that is said, and all when nothing is.
bool is_cleared(const InstalledProfile& one, const ocpp::ClearChargingProfile& request);

}  // namespace mainstay::charging::power
