#include "apps/charging/simulator/vehicle.hpp"

#include <algorithm>
#include <array>

namespace mainstay::charging::simulator {
namespace {

constexpr Millis step_max{10'000};  // for which a power is taken to be constant

/// From `from` permille on linearly down to a tenth at 1000.
Watts tapered(Watts most, std::int64_t permille, std::int64_t from) {
  if (permille <= from) return most;
  const auto left = std::max<std::int64_t>(1000 - permille, 0);
  return most / 10 + most * 9 / 10 * left / (1000 - from);
}

}  // namespace

Vehicle random_vehicle(Random& random) {
  constexpr std::array<Watts, 4> onboard{3'700, 7'400, 11'000, 22'000};
  constexpr std::array<Watts, 4> battery{50'000, 100'000, 150'000, 250'000};
  const auto capacity_wh = static_cast<std::int64_t>(40'000 + random.below(61) * 1'000);
  Vehicle out;
  out.capacity_wms = capacity_wh * wms_a_wh;
  out.charge_wms = out.capacity_wms / 100 * static_cast<std::int64_t>(10 + random.below(50));
  out.target_wms = out.capacity_wms / 100 * static_cast<std::int64_t>(80 + random.below(21));
  out.onboard_max = onboard[random.below(onboard.size())];
  out.battery_max = battery[random.below(battery.size())];
  return out;
}

Watts appetite(const Vehicle& vehicle, const Supply& supply) {
  if (vehicle.is_full()) return 0;
  const auto permille = vehicle.permille();
  const Watts own = supply.direct_current ? tapered(vehicle.battery_max, permille, 550)
                                          : tapered(vehicle.onboard_max, permille, 970);
  return std::min(own, supply.power_max);
}

std::int64_t charge(Vehicle& vehicle, const Supply& supply, Watts limit, Micros span) {
  std::int64_t taken = 0;
  for (Micros left = span; left.count() > 0; left -= step_max) {
    const Watts now = std::min(appetite(vehicle, supply), limit);
    const Micros step = std::min<Micros>(left, step_max);
    const auto room = std::max<std::int64_t>(vehicle.target_wms - vehicle.charge_wms, 0);
    const auto energy = std::min(now * step.count() / 1000, room);
    vehicle.charge_wms += energy;
    taken += energy;
    if (now == 0) break;
  }
  return taken;
}

}  // namespace mainstay::charging::simulator
