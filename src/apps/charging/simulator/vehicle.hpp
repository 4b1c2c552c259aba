#pragma once

#include <cstdint>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::charging::simulator {

/// What an outlet can give.
struct Supply {
  bool direct_current = false;
  Watts power_max = 22'000;
};

/// A car at an outlet. Its battery takes less and less towards the end: with direct current from
/// 55 % on, linearly to a tenth of what it took before; with alternating current from 97 % on.
struct Vehicle {
  std::int64_t capacity_wms = 0;  // watt milliseconds: no energy gets lost between readings
  std::int64_t charge_wms = 0;
  std::int64_t target_wms = 0;
  Watts onboard_max = 11'000;  // its charger for alternating current
  Watts battery_max = 100'000;

  [[nodiscard]] std::int64_t permille() const { return charge_wms / (capacity_wms / 1000); }
  [[nodiscard]] bool is_full() const { return charge_wms >= target_wms; }
};

Vehicle random_vehicle(Random& random);

/// What it draws now, if it may.
Watts appetite(const Vehicle& vehicle, const Supply& supply);

/// Charges for `span` with at most `limit`; the energy that went in.
std::int64_t charge(Vehicle& vehicle, const Supply& supply, Watts limit, Micros span);

inline constexpr std::int64_t wms_a_wh = 3'600'000;

}  // namespace mainstay::charging::simulator
