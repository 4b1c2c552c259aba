#include "apps/charging/domain/plots/geo.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::charging::geo_test {
namespace {

Position at(double latitude, double longitude) { return position_of(latitude, longitude).value(); }

double metres(Position a, Position b) {
  const auto mm = distance_of_chord(chord_squared(unit_vector(a), unit_vector(b)));
  return static_cast<double>(mm) / 1'000;
}

/// The textbook's formula, for comparison.
double haversine(Position a, Position b) {
  constexpr double radians = std::numbers::pi / 180;
  const double dlat = (b.latitude() - a.latitude()) * radians / 2;
  const double dlon = (b.longitude() - a.longitude()) * radians / 2;
  const double h = std::pow(std::sin(dlat), 2) + std::cos(a.latitude() * radians) *
                                                     std::cos(b.latitude() * radians) *
                                                     std::pow(std::sin(dlon), 2);
  return 2 * earth_radius_m * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace

TEST_CASE("geo: what is no place is refused") {
  CHECK(position_of(90, 180).has_value());
  CHECK(!position_of(90.1, 0));
  CHECK(!position_of(0, -180.1));
  CHECK(!position_of(std::nan(""), 0));
  CHECK(!parse_decimal("inf"));
  CHECK(!parse_decimal("1.5x"));
  CHECK(!parse_decimal(""));
  CHECK(parse_decimal("-1.5").value() == doctest::Approx(-1.5));
}

TEST_CASE("geo: degrees are written without noughts that say nothing") {
  const auto text = [](std::int32_t value) {
    std::string out;
    append_degrees(out, value);
    return out;
  };
  CHECK(text(0) == "0");
  CHECK(text(473'769'000) == "47.3769");
  CHECK(text(-1) == "-0.0000001");
  CHECK(text(-1'800'000'000) == "-180");
}

TEST_CASE("geo: distances are the haversine's, across the date line and at the poles too") {
  CHECK(metres(at(47.3769, 8.5417), at(46.9480, 7.4474)) == doctest::Approx(95'500).epsilon(0.01));
  CHECK(metres(at(0, 179.9999), at(0, -179.9999)) == doctest::Approx(22.239).epsilon(0.001));
  CHECK(metres(at(90, 0), at(90, 137)) == doctest::Approx(0));
  CHECK(metres(at(90, 0), at(-90, 0)) == doctest::Approx(std::numbers::pi * earth_radius_m));
  Random random{7};
  for (int i = 0; i < 2'000; ++i) {
    const auto degrees = [&](std::uint64_t most) {
      return static_cast<double>(random.below(2 * most * 1'000)) / 1'000 -
             static_cast<double>(most);
    };
    const Position a = at(degrees(90), degrees(180));
    const Position b = at(degrees(90), degrees(180));
    CHECK(std::abs(metres(a, b) - haversine(a, b)) < 0.2);
  }
}

TEST_CASE("geo: a chord and its distance belong together") {
  for (const double m : {0.0, 1.0, 25'000.0, 1e6}) {
    const double chord = chord_of_distance(m);
    CHECK(static_cast<double>(distance_of_chord(chord * chord)) == doctest::Approx(m * 1'000));
  }
}

TEST_CASE("geo: a box in space holds what lies between parallels and meridians") {
  Random random{11};
  const auto in = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(random.below(1'000'001)) / 1e6;
  };
  for (int i = 0; i < 2'000; ++i) {
    const double south = in(-90, 90);
    const double north = in(south, 90);
    const double west = in(-180, 180);
    const double east = west + in(0, 400);
    const Box3 box = box_between(south, north, west, east);
    double longitude = std::fmod(in(west, east) + 540, 360) - 180;
    CHECK(box.contains(unit_vector(at(in(south, north), longitude))));
  }
  CHECK(!box_between(46, 48, 7, 9).contains(unit_vector(at(47, 10))));
}

TEST_CASE("geo: the z-order takes the bits of both coordinates in turn, south and west first") {
  constexpr std::uint64_t middle = 0xC000'0000'0000'0000;
  CHECK(z_order({0, 0}) == middle);
  CHECK(z_order({0, 1}) == middle + 1);
  CHECK(z_order({1, 0}) == middle + 2);
  CHECK(z_order({3, 1}) == middle + 11);
  CHECK(z_order({-1, -1}) < z_order({-1, 0}));
  CHECK(z_order({-1, 5}) < z_order({0, 5}));
}

}  // namespace mainstay::charging::geo_test
