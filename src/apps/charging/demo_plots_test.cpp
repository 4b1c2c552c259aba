#include "apps/charging/demo_plots.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::demo_plots_test {

TEST_CASE("demo plots: all can be stored") {
  const auto plots = demo_plots(SystemTime{Seconds{1}});
  CHECK(plots.size() == 12);
  for (const Plot& plot : plots) {
    CAPTURE(plot.name);
    CHECK(check_plot(plot).has_value());
    CHECK(plot.at.latitude_e7 != 0);
    CHECK(plot.amenities != 0);
  }
}

}  // namespace mainstay::charging::demo_plots_test
