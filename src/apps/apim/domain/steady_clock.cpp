#include "apps/apim/domain/steady_clock.hpp"

#include <chrono>

namespace mainstay::apim {
namespace {

constexpr Micros step_min{60'000'000};  // less is the usual correction

}  // namespace

Seconds SteadyClock::steady_for(SystemTime wall, SteadyTime steady) {
  const auto passed = std::chrono::duration_cast<Micros>(steady - steady_);
  const Micros drift = is_known_ ? (wall - wall_) - passed : Micros{0};
  if (!is_known_ || std::chrono::abs(drift) >= step_min) since_ = steady;
  is_known_ = true;
  wall_ = wall;
  steady_ = steady;
  return std::chrono::duration_cast<Seconds>(steady - since_);
}

}  // namespace mainstay::apim
