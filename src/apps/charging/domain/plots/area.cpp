#include "apps/charging/domain/plots/area.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace mainstay::charging {
namespace {

// So long a stretch bulges at most 200 m out of the box around its ends.
constexpr double stretch_max_m = 100'000;
constexpr double area_rounding = 1e-12;
constexpr double beyond_poles = 91;  // so that a pole is inside and not on a side

UnitVector cross(const UnitVector& a, const UnitVector& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

UnitVector scaled(const UnitVector& a, double by) { return {a.x * by, a.y * by, a.z * by}; }

UnitVector sum(const UnitVector& a, const UnitVector& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}

double meters_between(const UnitVector& a, const UnitVector& b) {
  return static_cast<double>(distance_of_chord(chord_squared(a, b))) / 1'000;
}

/// `part` of the way along the great circle.
UnitVector between(const UnitVector& from, const UnitVector& to, double angle, double part) {
  if (angle < 1e-9) return from;
  const double whole = std::sin(angle);
  return sum(scaled(from, std::sin((1 - part) * angle) / whole),
             scaled(to, std::sin(part * angle) / whole));
}

}  // namespace

Circle circle_around(Position centre, double radius_m) {
  const double chord = chord_of_distance(radius_m);
  return {unit_vector(centre), chord * chord};
}

bool GeoBox::contains(Position at) const {
  if (at.latitude_e7 < south_west.latitude_e7 || at.latitude_e7 > north_east.latitude_e7) {
    return false;
  }
  if (std::abs(at.latitude_e7) == 900'000'000) return true;  // a pole has every longitude
  const bool from_west = at.longitude_e7 >= south_west.longitude_e7;
  const bool to_east = at.longitude_e7 <= north_east.longitude_e7;
  return south_west.longitude_e7 <= north_east.longitude_e7 ? from_west && to_east
                                                            : from_west || to_east;
}

// --- polygons ------------------------------------------------------------------------------------

Result<Polygon> Polygon::of(const std::vector<Position>& ring) {
  const std::size_t corners =
      !ring.empty() && ring.front() == ring.back() ? ring.size() - 1 : ring.size();
  if (corners < 3) return Error{ShapeErrc::ring_invalid, "three corners are needed"};
  Polygon out;
  double middle = 0;
  for (std::size_t i = 0; i <= corners; ++i) {
    const Position& at = ring[i % corners];
    double x = at.longitude();
    if (i > 0) x += 360 * std::round((out.corners_.back().x - x) / 360);
    out.corners_.push_back({x, at.latitude()});
    if (i > 0) middle += at.latitude();
  }
  const double around = out.corners_.back().x - out.corners_.front().x;
  if (std::abs(around) > 180) {
    const double pole = middle < 0 ? -beyond_poles : beyond_poles;
    const Corner first = out.corners_.front();
    out.corners_.push_back({out.corners_.back().x, pole});
    out.corners_.push_back({first.x, pole});
    out.corners_.push_back(first);
  }
  return out;
}

bool Polygon::contains(Position at) const {
  const auto [least, most] = std::ranges::minmax(corners_, {}, &Corner::x);
  const double y = at.latitude();
  const double turns = std::ceil((least.x - at.longitude()) / 360);
  for (double x = at.longitude() + 360 * turns; x <= most.x; x += 360) {
    bool inside = false;
    for (std::size_t i = 1; i < corners_.size(); ++i) {
      const Corner& a = corners_[i - 1];
      const Corner& b = corners_[i];
      if ((a.y > y) != (b.y > y) && x < a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y)) {
        inside = !inside;
      }
    }
    if (inside) return true;
  }
  return false;
}

Box3 Polygon::bounds() const {
  const auto [west, east] = std::ranges::minmax(corners_, {}, &Corner::x);
  const auto [south, north] = std::ranges::minmax(corners_, {}, &Corner::y);
  return box_between(std::max(south.y, -90.0), std::min(north.y, 90.0), west.x, east.x);
}

// --- corridors -----------------------------------------------------------------------------------

Result<Corridor> Corridor::along(const std::vector<Position>& route, double width_m) {
  Corridor out;
  const double chord = chord_of_distance(width_m);
  out.width_chord_squared_ = chord * chord;
  double length = 0;
  for (std::size_t i = 0; i + 1 < std::max<std::size_t>(route.size(), 2); ++i) {
    Leg leg;
    leg.from = unit_vector(route[i]);
    leg.to = unit_vector(route[std::min(i + 1, route.size() - 1)]);
    leg.begins_m = length;
    leg.length_m = meters_between(leg.from, leg.to);
    leg.normal = cross(leg.from, leg.to);
    const double size = std::sqrt(dot(leg.normal, leg.normal));
    leg.normal = size < area_rounding ? UnitVector{} : scaled(leg.normal, 1 / size);
    leg.bounds = {leg.from, leg.from};
    length += leg.length_m;
    if (length > length_max_m) {
      return Error{ShapeErrc::shape_too_large, "a route of at most 10000 km is taken"};
    }
    const auto stretches = static_cast<int>(leg.length_m / stretch_max_m) + 1;
    UnitVector begin = leg.from;
    for (int k = 1; k <= stretches; ++k) {
      const double part = static_cast<double>(k) / stretches;
      const UnitVector end = between(leg.from, leg.to, leg.length_m / earth_radius_m, part);
      Box3 box{begin, begin};
      box.include(end);
      const double angle = leg.length_m / earth_radius_m / stretches;
      box.grow(chord + angle * angle / 8 + area_rounding);
      out.bounds_.push_back(box);
      leg.bounds.include(box.least);
      leg.bounds.include(box.most);
      begin = end;
    }
    out.legs_.push_back(leg);
  }
  return out;
}

std::optional<Corridor::Place> Corridor::place_of(const UnitVector& at) const {
  Place best{std::numeric_limits<double>::infinity(), 0};
  for (const Leg& leg : legs_) {
    if (!leg.bounds.contains(at)) continue;
    // Where the perpendicular to the leg's circle meets it; then that place or the nearer end.
    const UnitVector foot = sum(at, scaled(leg.normal, -dot(at, leg.normal)));
    const double size = std::sqrt(dot(foot, foot));
    const bool within = dot(cross(leg.from, foot), leg.normal) > 0 &&
                        dot(cross(foot, leg.to), leg.normal) > 0 && size > area_rounding;
    const bool to_from = chord_squared(at, leg.from) <= chord_squared(at, leg.to);
    const UnitVector near = within ? scaled(foot, 1 / size) : to_from ? leg.from : leg.to;
    const double away = chord_squared(at, near);
    if (away < best.chord_squared) {
      best = {away, leg.begins_m + std::min(meters_between(leg.from, near), leg.length_m)};
    }
  }
  if (!(best.chord_squared <= width_chord_squared_)) return std::nullopt;
  return best;
}

// --- all -----------------------------------------------------------------------------------------

bool is_in(const Area& area, Position at, const UnitVector& unit) {
  if (const auto* circle = std::get_if<Circle>(&area)) {
    return chord_squared(circle->centre, unit) <= circle->chord_squared;
  }
  if (const auto* box = std::get_if<GeoBox>(&area)) return box->contains(at);
  if (const auto* polygon = std::get_if<Polygon>(&area)) return polygon->contains(at);
  if (const auto* corridor = std::get_if<Corridor>(&area)) {
    return corridor->place_of(unit).has_value();
  }
  return true;
}

std::vector<Box3> bounds_of(const Area& area) {
  if (const auto* circle = std::get_if<Circle>(&area)) {
    Box3 box{circle->centre, circle->centre};
    box.grow(std::sqrt(circle->chord_squared) + area_rounding);
    return {box};
  }
  if (const auto* box = std::get_if<GeoBox>(&area)) {
    const double west = box->south_west.longitude();
    const double east = box->north_east.longitude();
    return {box_between(box->south_west.latitude(), box->north_east.latitude(), west,
                        east < west ? east + 360 : east)};
  }
  if (const auto* polygon = std::get_if<Polygon>(&area)) return {polygon->bounds()};
  if (const auto* corridor = std::get_if<Corridor>(&area)) return corridor->bounds();
  return {};
}

}  // namespace mainstay::charging
