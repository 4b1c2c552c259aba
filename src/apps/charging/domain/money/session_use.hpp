#pragma once

#include <optional>
#include <span>
#include <vector>

#include "apps/charging/domain/money/pricing.hpp"
#include "base/clock.hpp"

namespace mainstay::charging {

/// What a meter showed.
struct MeterPoint {
  SystemTime at{};
  WattHours energy_register = 0;
};

/// From then on energy flows, or the vehicle only stands there: StatusNotification tells.
struct UseChange {
  SystemTime at{};
  bool is_parking = false;
};

struct SessionFacts {
  SystemTime begin{};
  SystemTime end{};
  WattHours meter_begin = 0;
  WattHours meter_end = 0;
  std::vector<MeterPoint> points{};  // in any order; those outside of the session do not count
  std::vector<UseChange> changes{};  // the same; it begins with charging
  /// Of the reservation that it used.
  struct Reserved {
    SystemTime from{};
    SystemTime until{};  // it ended with the session's begin, or then if that was earlier
  };
  std::optional<Reserved> reserved{};
};

/// The periods to be billed, in whole seconds. All the energy between the two ends of the meter is
/// in them; between two points of the meter it came while the vehicle charged. A meter that goes
/// back stands still. More than UseLimits is cut off.
std::vector<UsePeriod> periods_of(const SessionFacts& facts);
/// Of a reservation that nobody came for.
std::vector<UsePeriod> periods_of_expired(SystemTime from, SystemTime until);

struct UseSums {
  Seconds charging{};
  Seconds parking{};
  Seconds reserved{};
  WattHours energy = 0;
};
UseSums sums_of(std::span<const UsePeriod> periods);

}  // namespace mainstay::charging
