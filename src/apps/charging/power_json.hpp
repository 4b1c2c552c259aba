#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/power/charging_profile.hpp"
#include "apps/charging/domain/power/composite_schedule.hpp"
#include "apps/charging/domain/power/site_control.hpp"
#include "base/result.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {

// JSON of smart charging: for callers (docs/charging_power.md) and for the store.

struct PowerInputLimits {
  static constexpr std::size_t body_bytes_max = 1U << 20U;
};

/// A profile as OCPP 1.6 writes it: the content of csChargingProfiles.
json::Value value_of(const ocpp::ChargingProfile& profile);
/// What value_of() wrote; ours, so that an error means a store that somebody else changed.
Result<ocpp::ChargingProfile> read_profile(std::string_view json);

/// {"connector": .., "schedule_start": .., "duration": .., "unit": "A", "periods": [{"start": 0,
///  "limit": 16.0 or null, "phases": 3}]}
json::Value value_of(const power::CompositeSchedule& schedule, ConnectorNumber connector);

/// A site's circuits: stations are named as callers do, by their identity.
struct SiteInput {
  power::SiteTree tree = {};               // its outlets without stations
  std::vector<std::string> stations = {};  // of each outlet
  std::string time_zone = {};              // IANA's name; empty: UTC
};
/// {"volts": 230, "time_zone": "Europe/Berlin",
///  "circuits": [{"name": "main", "amperes": 100 or [100, 100, 80], "watts": 50000,
///                "parent": "..."}],
///  "connectors": [{"station": "CP1", "connector": 1, "circuit": "main", "phases": "RST",
///                  "min_amperes": 6, "max_amperes": 32}]}
/// What the tree must be besides is check_tree()'s, behind the stations' numbers.
Result<SiteInput> read_site(std::string_view json);

using StationName = std::function<std::string(StationId)>;
json::Value value_of(const power::SiteTree& tree, const std::string& time_zone,
                     const StationName& name);

/// Who may draw what now, and why.
json::Value allocation_json(const power::SiteControl& control, SystemTime now,
                            const StationName& name);

}  // namespace mainstay::charging
