#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::charging {

/// A place on Earth (WGS 84), in degrees times 10^7: about a centimetre.
struct Position {
  std::int32_t latitude_e7 = 0;   // -90 to 90 degrees
  std::int32_t longitude_e7 = 0;  // -180 to 180 degrees

  [[nodiscard]] double latitude() const { return latitude_e7 / 1e7; }
  [[nodiscard]] double longitude() const { return longitude_e7 / 1e7; }
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// Nothing for what is no number or no place.
std::optional<Position> position_of(double latitude, double longitude);
/// The bits of both coordinates in turn (Morton order): places with near numbers are mostly near.
std::uint64_t z_order(Position at);
/// A decimal number and nothing else, as people and JSON write it; no infinities.
std::optional<double> parse_decimal(std::string_view text);
/// "47.3769": as many of the seven decimals as say something.
void append_degrees(std::string& out, std::int32_t degrees_e7);

/// A place as a point of the unit sphere: there is no date line and there are no poles to mind, and
/// who is nearer through the ball is nearer on it.
struct UnitVector {
  double x = 0;
  double y = 0;
  double z = 0;
};
UnitVector unit_vector(Position at);
double dot(const UnitVector& a, const UnitVector& b);

/// Of the mean radius: distances on a sphere, within 0.6 % of those on the ellipsoid.
inline constexpr double earth_radius_m = 6'371'008.8;

using Millimetres = std::int64_t;

/// Square of the straight line between the two: 4 times the haversine of the angle between them.
double chord_squared(const UnitVector& a, const UnitVector& b);
/// On the great circle; grows with the chord.
Millimetres distance_of_chord(double chord_squared);
/// The chord of a distance in metres, at most half around.
double chord_of_distance(double metres);

/// A box in space around places, for indexes. Sides touch.
struct Box3 {
  UnitVector least;
  UnitVector most;

  [[nodiscard]] bool contains(const UnitVector& at) const {
    return least.x <= at.x && at.x <= most.x && least.y <= at.y && at.y <= most.y &&
           least.z <= at.z && at.z <= most.z;
  }
  [[nodiscard]] bool touches(const Box3& other) const {
    return least.x <= other.most.x && other.least.x <= most.x && least.y <= other.most.y &&
           other.least.y <= most.y && least.z <= other.most.z && other.least.z <= most.z;
  }
  void include(const UnitVector& at);
  void grow(double by);
};

/// Around the places between two parallels and two meridians, eastwards from `west` to `east`, in
/// degrees; 360 and more between them is all around.
Box3 box_between(double south, double north, double west, double east);

}  // namespace mainstay::charging
