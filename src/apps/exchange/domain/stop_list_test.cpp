#include "apps/exchange/domain/stop_list.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::stop_list_test {

TEST_CASE("stop list: who is reached first comes first, at one trigger the oldest") {
  StopList stops;
  stops.add(Side::buy, Price{105}, 1, 10);
  stops.add(Side::buy, Price{103}, 3, 11);
  stops.add(Side::buy, Price{103}, 2, 12);
  stops.add(Side::buy, Price{110}, 4, 13);
  stops.add(Side::sell, Price{95}, 5, 14);
  stops.add(Side::sell, Price{97}, 6, 15);

  std::vector<StopList::Waiting> reached;
  stops.take_reached(Price{100}, reached);
  CHECK(reached.empty());
  stops.take_reached(Price{105}, reached);
  REQUIRE(reached.size() == 3);
  CHECK(reached[0].slot == 12);
  CHECK(reached[1].slot == 11);
  CHECK(reached[2].slot == 10);
  stops.put(reached[1]);
  stops.erase(13);
  stops.take_reached(Price{200}, reached);
  REQUIRE(reached.size() == 4);
  CHECK(reached[3].slot == 11);
  stops.take_reached(Price{95}, reached);
  REQUIRE(reached.size() == 6);
  CHECK(reached[4].slot == 15);
  CHECK(stops.empty());

  CHECK(StopList::is_reached(Side::buy, Price{5}, Price{5}));
  CHECK_FALSE(StopList::is_reached(Side::sell, Price{5}, Price{6}));
}

}  // namespace mainstay::exchange::stop_list_test
