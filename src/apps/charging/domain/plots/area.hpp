#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "apps/charging/domain/plots/geo.hpp"
#include "apps/charging/domain/plots/polyline.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

/// All places up to `radius_m` from one.
struct Circle {
  UnitVector centre;
  double chord_squared = 0;
};
Circle circle_around(Position centre, double radius_m);

/// Between parallels and meridians, eastwards from west to east: `east` below `west` is a box
/// across the date line. Its sides belong to it.
struct GeoBox {
  Position south_west;
  Position north_east;

  [[nodiscard]] bool contains(Position at) const;
};

/// The inside of a ring on the map of longitudes and latitudes. The sides go the shorter way round,
/// so across the date line where that is shorter; a ring that goes once around the Earth holds the
/// pole that is nearer to it.
class Polygon {
 public:
  /// Closed if it is not. ShapeErrc::ring_invalid with fewer than three places.
  static Result<Polygon> of(const std::vector<Position>& ring);
  [[nodiscard]] bool contains(Position at) const;
  [[nodiscard]] Box3 bounds() const;

 private:
  struct Corner {
    double x;  // longitude, going on behind 180
    double y;
  };
  std::vector<Corner> corners_;  // the last one is the first
};

/// All places up to `width_m` from a route of great circles.
class Corridor {
 public:
  static constexpr double length_max_m = 10'000'000;
  /// ShapeErrc::shape_too_large beyond length_max_m.
  static Result<Corridor> along(const std::vector<Position>& route, double width_m);

  struct Place {
    double chord_squared = 0;  // of the distance from the route
    double along_m = 0;        // from where the route begins
  };
  /// Of the nearest place of the route; nothing when it is farther than the width.
  [[nodiscard]] std::optional<Place> place_of(const UnitVector& at) const;
  /// One each stretch.
  [[nodiscard]] const std::vector<Box3>& bounds() const { return bounds_; }

 private:
  struct Leg {
    UnitVector from;
    UnitVector to;
    UnitVector normal;  // 0 for a leg of no length
    double begins_m = 0;
    double length_m = 0;
    Box3 bounds;
  };
  std::vector<Leg> legs_;
  std::vector<Box3> bounds_;
  double width_chord_squared_ = 0;
};

/// Where plots are looked for.
using Area = std::variant<std::monostate, Circle, GeoBox, Polygon, Corridor>;

[[nodiscard]] bool is_in(const Area& area, Position at, const UnitVector& unit);
/// Boxes that hold it; none for everywhere.
[[nodiscard]] std::vector<Box3> bounds_of(const Area& area);

}  // namespace mainstay::charging
