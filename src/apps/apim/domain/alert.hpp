#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim {

/// The thresholds, in percent of a limit, of which a service allows a subset.
inline constexpr std::array alert_bins{0, 50, 80, 90, 100, 120, 150, 200, 300};
bool is_alert_bin(std::int64_t value);

/// Where an application stands on one limit.
struct Utilization {
  LimitRow limit;
  std::int64_t current = 0;
};

/// The current values of all limits of an application's plan, in the order of the plan's rows.
std::vector<Utilization> read_utilization(const Counters& counters, const Service& service,
                                          const Application& application, UnixSeconds now);

/// The same of those limits only that a plan watches: with a grace, and shadows.
std::vector<Utilization> read_watched(const Counters& counters, const Service& service,
                                      const Application& application, UnixSeconds now);

/// The limit that is used most, of those above 0, and how far: 1.0 is all of it.
struct PeakUtilization {
  Utilization at;
  double ratio = 0;
  int bin = 0;  // the largest bin that is reached
};
std::optional<PeakUtilization> peak_of(std::span<const Utilization> utilization);

/// "hits per day: 80/100"
std::string limit_text(const Service& service, const Utilization& utilization);

}  // namespace mainstay::apim
