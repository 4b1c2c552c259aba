#include "apps/charging/domain/power/charging_profile.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.hpp"

namespace mainstay::charging::power {
namespace {

using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;

Error profile_invalid(std::string what) { return {PowerErrc::profile_invalid, std::move(what)}; }

Result<> check_place(ConnectorNumber connector, const ocpp::ChargingProfile& profile) {
  const ChargingProfilePurpose purpose = profile.charging_profile_purpose;
  if (purpose == ChargingProfilePurpose::charge_point_max_profile && connector.get() != 0) {
    return profile_invalid("a ChargePointMaxProfile belongs to connector 0");
  }
  if (purpose == ChargingProfilePurpose::tx_profile && connector.get() == 0) {
    return profile_invalid("a TxProfile belongs to a connector from 1, not to 0");
  }
  if (purpose != ChargingProfilePurpose::tx_profile && profile.transaction_id) {
    return profile_invalid("only a TxProfile may name a transaction");
  }
  return {};
}

Result<> check_kind(const ocpp::ChargingProfile& profile) {
  const ocpp::ChargingSchedule& schedule = profile.charging_schedule;
  const bool recurring = profile.charging_profile_kind == ChargingProfileKind::recurring;
  if (recurring != profile.recurrency_kind.has_value()) {
    return profile_invalid(recurring ? "Recurring needs a recurrencyKind: Daily or Weekly"
                                     : "only a Recurring profile has a recurrencyKind");
  }
  if (recurring && !schedule.start_schedule)
    return profile_invalid("Recurring needs a startSchedule");
  const bool relative = profile.charging_profile_kind == ChargingProfileKind::relative;
  if (relative && schedule.start_schedule) return profile_invalid("Relative has no startSchedule");
  if (profile.charging_profile_purpose != ChargingProfilePurpose::charge_point_max_profile) {
    return {};
  }
  if (relative) return profile_invalid("a ChargePointMaxProfile is not Relative");
  const bool constant = schedule.charging_schedule_period.size() <= 1 && !schedule.duration;
  if (!schedule.start_schedule && !profile.valid_from && !constant) {
    return profile_invalid("from when do the periods count? A startSchedule is wanted");
  }
  return {};
}

Result<> check_periods(const ocpp::ChargingSchedule& schedule) {
  const auto& periods = schedule.charging_schedule_period;
  if (periods.empty()) return profile_invalid("at least one period is wanted");
  if (periods.size() > ProfileLimits::periods_max)
    return profile_invalid("500 periods are the most");
  if (periods.front().start_period != Seconds{0})
    return profile_invalid("the first period starts at 0");
  Seconds last{-1};
  for (const ocpp::ChargingSchedulePeriod& period : periods) {
    if (period.start_period <= last) return profile_invalid("periods start one after the other");
    last = period.start_period;
    if (period.limit_tenths < 0 || period.limit_tenths > ProfileLimits::limit_tenths_max) {
      return profile_invalid("a limit is 0 to 10000000");
    }
    const std::int32_t phases = period.number_phases.value_or(3);
    if (phases < 1 || phases > 3) return profile_invalid("numberPhases is 1, 2 or 3");
  }
  if (schedule.duration && *schedule.duration <= Seconds{0}) {
    return profile_invalid("a duration is at least 1 second");
  }
  return {};
}

bool has_same_place(const InstalledProfile& a, const InstalledProfile& b) {
  return a.connector == b.connector &&
         a.profile.charging_profile_purpose == b.profile.charging_profile_purpose &&
         a.profile.stack_level == b.profile.stack_level &&
         a.profile.transaction_id == b.profile.transaction_id;
}

}  // namespace

const ErrorRow& error_row(PowerErrc code) {
  static constexpr ErrorRow rows[] = {
      {"profile_invalid", "that is no charging profile for this place", 422},
      {"too_many_profiles", "the station has as many profiles as we keep", 422},
      {"circuits_invalid", "those are no circuits of a site", 422},
      {"connector_taken", "another site has this connector", 409},
      {"site_unknown", "no site of this number has circuits", 404},
      {"station_unknown", "no station of this number", 404},
      {"under_site_limits", "the site's limits decide what vehicles may draw here", 409},
  };
  const auto place = static_cast<std::size_t>(code);
  MS_CHECK(place >= 1 && place <= std::size(rows));
  return rows[place - 1];
}

Result<> check_profile(ConnectorNumber connector, const ocpp::ChargingProfile& profile) {
  MS_TRY_VOID(check_place(connector, profile));
  MS_TRY_VOID(check_kind(profile));
  if (profile.stack_level < 0 || profile.stack_level > ProfileLimits::stack_level_max) {
    return profile_invalid("a stackLevel is 0 to 1000");
  }
  if (profile.valid_from && profile.valid_to && *profile.valid_from >= *profile.valid_to) {
    return profile_invalid("validFrom comes before validTo");
  }
  return check_periods(profile.charging_schedule);
}

void install(std::vector<InstalledProfile>& installed, InstalledProfile added) {
  std::erase_if(installed, [&](const InstalledProfile& one) {
    return one.profile.charging_profile_id == added.profile.charging_profile_id ||
           has_same_place(one, added);
  });
  installed.push_back(std::move(added));
}

bool is_cleared(const InstalledProfile& one, const ocpp::ClearChargingProfile& request) {
  if (request.id) return one.profile.charging_profile_id == *request.id;
  return (!request.connector_id || one.connector == *request.connector_id) &&
         (!request.charging_profile_purpose ||
          one.profile.charging_profile_purpose == *request.charging_profile_purpose) &&
         (!request.stack_level || one.profile.stack_level == *request.stack_level);
}

}  // namespace mainstay::charging::power
