#include "apps/charging/domain/network_rows.hpp"

#include <doctest/doctest.h>

namespace mainstay::charging::network_rows_test {

TEST_CASE("changes: what is appended comes behind") {
  Changes one;
  CHECK(one.empty());
  Changes two;
  two.events.push_back({.id = 1, .kind = EventKind::station_online});
  one.append(std::move(two));
  Changes three;
  three.events.push_back({.id = 2, .kind = EventKind::station_offline});
  one.append(std::move(three));
  REQUIRE(one.events.size() == 2);
  CHECK(one.events[1].id == 2);
  CHECK_FALSE(one.empty());
}

}  // namespace mainstay::charging::network_rows_test
