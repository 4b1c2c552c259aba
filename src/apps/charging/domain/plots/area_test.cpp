#include "apps/charging/domain/plots/area.hpp"

#include <cmath>
#include <string_view>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::charging::area_test {
namespace {

Position at(double latitude, double longitude) { return position_of(latitude, longitude).value(); }

bool holds(const Area& area, Position place) { return is_in(area, place, unit_vector(place)); }

Area ring(std::string_view text) { return Polygon::of(parse_ring(text).value()).value(); }

/// Whatever is in an area is in its boxes.
void check_bounds(const Area& area, std::uint64_t seed, double latitude, double longitude,
                  double spread) {
  Random random{seed};
  const auto off = [&] { return spread * (static_cast<double>(random.below(2'001)) / 1e3 - 1); };
  int inside = 0;
  for (int i = 0; i < 3'000; ++i) {
    const double y = std::max(-90.0, std::min(90.0, latitude + off()));
    const double x = std::fmod(longitude + off() + 540, 360) - 180;
    const Position place = at(y, x);
    if (!holds(area, place)) continue;
    ++inside;
    bool covered = false;
    for (const Box3& box : bounds_of(area)) covered = covered || box.contains(unit_vector(place));
    CHECK(covered);
  }
  CHECK(inside > 20);
}

}  // namespace

TEST_CASE("area: a circle, also over the date line and a pole") {
  const Area circle = circle_around(at(0, 179.95), 10'000);
  CHECK(holds(circle, at(0, -179.97)));
  CHECK(!holds(circle, at(0, -179.9)));
  const Area pole = circle_around(at(89.9, 10), 30'000);
  CHECK(holds(pole, at(89.9, -170)));
  CHECK(!holds(pole, at(89.7, -170)));
  check_bounds(circle, 1, 0, 179.95, 0.2);
  check_bounds(pole, 2, 90, 0, 180);
}

TEST_CASE("area: a box, also across the date line") {
  const Area box = GeoBox{at(46, 7), at(48, 9)};
  CHECK(holds(box, at(46, 9)));
  CHECK(!holds(box, at(47, 9.1)));
  const Area across = GeoBox{at(-20, 170), at(-10, -170)};
  CHECK(holds(across, at(-15, 180)));
  CHECK(holds(across, at(-15, -175)));
  CHECK(!holds(across, at(-15, 0)));
  const Area top = GeoBox{at(80, 0), at(90, 10)};
  CHECK(holds(top, at(90, -120)));
  check_bounds(box, 3, 47, 8, 3);
  check_bounds(across, 4, -15, 180, 30);
  check_bounds(top, 5, 90, 0, 30);
}

TEST_CASE("area: a polygon's sides go the shorter way") {
  const Area concave = ring("[[0,0],[10,0],[10,10],[5,2],[0,10]]");
  CHECK(holds(concave, at(1, 5)));
  CHECK(!holds(concave, at(5, 5)));
  CHECK(holds(concave, at(5, 9)));
  const Area fiji = ring("[[176,-20],[-178,-20],[-178,-15],[176,-15],[176,-20]]");
  CHECK(holds(fiji, at(-17, 179)));
  CHECK(holds(fiji, at(-17, -179)));
  CHECK(!holds(fiji, at(-17, 0)));
  check_bounds(fiji, 6, -17, 180, 8);
  const Area arctic = ring("[[0,70],[90,70],[180,70],[-90,70]]");
  CHECK(holds(arctic, at(90, 0)));
  CHECK(holds(arctic, at(75, -45)));
  CHECK(!holds(arctic, at(65, -45)));
  check_bounds(arctic, 7, 80, 0, 180);
  const Area antarctic = ring("[[0,-70],[-90,-70],[180,-70],[90,-70]]");
  CHECK(holds(antarctic, at(-80, 12)));
  CHECK(!holds(antarctic, at(80, 12)));
  CHECK(Polygon::of({at(0, 0), at(1, 1), at(0, 0)}).error().is(ShapeErrc::ring_invalid));
}

TEST_CASE("area: a corridor holds what is near its route, and knows where along") {
  const auto corridor = Corridor::along({at(0, 0), at(0, 1), at(1, 1)}, 1'000).value();
  const auto place = [&](double latitude, double longitude) {
    return corridor.place_of(unit_vector(at(latitude, longitude)));
  };
  REQUIRE(place(0.005, 0.5));
  CHECK(place(0.005, 0.5)->along_m == doctest::Approx(55'597).epsilon(0.001));
  CHECK(!place(0.02, 0.5));
  CHECK(place(-0.005, -0.005));  // behind its beginning, but near
  CHECK(!place(0, -0.02));
  REQUIRE(place(0.5, 1.004));
  CHECK(place(0.5, 1.004)->along_m == doctest::Approx(166'792).epsilon(0.001));
  // A great circle is the shorter way: far north of the parallel.
  const auto ocean = Corridor::along({at(50, -60), at(50, 0)}, 20'000).value();
  CHECK(!ocean.place_of(unit_vector(at(50, -30))));
  CHECK(ocean.place_of(unit_vector(at(53.99, -30))));
  check_bounds(ocean, 8, 53.9, -30, 0.5);
  const auto pacific = Corridor::along({at(0, 179), at(0, -179)}, 5'000).value();
  CHECK(pacific.place_of(unit_vector(at(0.01, 180))));
  check_bounds(pacific, 9, 0, 180, 0.5);
  CHECK(Corridor::along({at(47, 8)}, 1'000)->place_of(unit_vector(at(47.001, 8))));
  CHECK(
      Corridor::along({at(0, 0), at(0, 179), at(0, 0)}, 9).error().is(ShapeErrc::shape_too_large));
}

TEST_CASE("area: everywhere has no bounds") {
  CHECK(holds(Area{}, at(12, 34)));
  CHECK(bounds_of(Area{}).empty());
}

}  // namespace mainstay::charging::area_test
