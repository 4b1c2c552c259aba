#include "apps/apim/domain/steady_clock.hpp"

#include <cstdint>

#include <doctest/doctest.h>

namespace mainstay::apim::steady_clock_test {

TEST_CASE("steady clock: steps in either direction begin it anew, corrections do not") {
  SteadyClock clock;
  SteadyTime steady{};
  std::int64_t wall = 1'795'224'654;
  const auto after = [&](std::int64_t wall_by, std::int64_t steady_by) {
    wall += wall_by;
    steady += Seconds{steady_by};
    return clock.steady_for(SystemTime{Seconds{wall}}, steady).count();
  };
  CHECK(after(0, 0) == 0);
  CHECK(after(100, 100) == 100);
  CHECK(after(101, 100) == 200);
  CHECK(after(400, 100) == 0);
  CHECK(after(50, 50) == 50);
  CHECK(after(-400, 50) == 0);
}

}  // namespace mainstay::apim::steady_clock_test
