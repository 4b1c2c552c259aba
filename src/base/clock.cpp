#include "base/clock.hpp"

namespace mainstay {

SystemTime MachineClock::wall() const {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

SteadyTime MachineClock::steady() const { return std::chrono::steady_clock::now(); }

}  // namespace mainstay
