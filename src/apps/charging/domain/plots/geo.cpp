#include "apps/charging/domain/plots/geo.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

namespace mainstay::charging {
namespace {

constexpr double radians = std::numbers::pi / 180;
constexpr double vector_rounding = 1e-12;  // of unit vectors: 6 micrometres

/// The bits of a number, each behind a zero.
std::uint64_t spread(std::uint32_t bits) {
  std::uint64_t out = bits;
  out = (out | out << 16) & 0x0000'FFFF'0000'FFFF;
  out = (out | out << 8) & 0x00FF'00FF'00FF'00FF;
  out = (out | out << 4) & 0x0F0F'0F0F'0F0F'0F0F;
  out = (out | out << 2) & 0x3333'3333'3333'3333;
  return (out | out << 1) & 0x5555'5555'5555'5555;
}

/// Whether an angle of `at` modulo 360 lies in [from, to].
bool passes(double from, double to, double at) {
  return std::floor((to - at) / 360) >= std::ceil((from - at) / 360);
}

/// Least and most of cos over [from, to] degrees.
std::pair<double, double> cosines(double from, double to) {
  const auto [least, most] = std::minmax({std::cos(from * radians), std::cos(to * radians)});
  return {passes(from, to, 180) ? -1 : least, passes(from, to, 0) ? 1 : most};
}

/// Least and most of a product of something in [a, b], not negative, with something in [c, d].
std::pair<double, double> products(std::pair<double, double> ab, std::pair<double, double> cd) {
  return {cd.first * (cd.first < 0 ? ab.second : ab.first),
          cd.second * (cd.second < 0 ? ab.first : ab.second)};
}

}  // namespace

std::optional<Position> position_of(double latitude, double longitude) {
  if (!(std::abs(latitude) <= 90 && std::abs(longitude) <= 180)) return std::nullopt;
  return Position{static_cast<std::int32_t>(std::lround(latitude * 1e7)),
                  static_cast<std::int32_t>(std::lround(longitude * 1e7))};
}

std::uint64_t z_order(Position at) {
  constexpr std::uint32_t from_west_and_south = 0x8000'0000;
  const auto latitude = static_cast<std::uint32_t>(at.latitude_e7) ^ from_west_and_south;
  const auto longitude = static_cast<std::uint32_t>(at.longitude_e7) ^ from_west_and_south;
  return spread(latitude) << 1 | spread(longitude);
}

std::optional<double> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 32) return std::nullopt;
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  });
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!plain || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

void append_degrees(std::string& out, std::int32_t degrees_e7) {
  char digits[16];
  const std::uint32_t magnitude = degrees_e7 < 0 ? 0U - static_cast<std::uint32_t>(degrees_e7)
                                                 : static_cast<std::uint32_t>(degrees_e7);
  if (degrees_e7 < 0) out.push_back('-');
  const auto whole = std::to_chars(digits, digits + sizeof digits, magnitude / 10'000'000);
  out.append(digits, whole.ptr);
  std::uint32_t fraction = magnitude % 10'000'000;
  if (fraction == 0) return;
  out.push_back('.');
  for (std::uint32_t place = 1'000'000; fraction > 0; place /= 10) {
    out.push_back(static_cast<char>('0' + fraction / place));
    fraction %= place;
  }
}

UnitVector unit_vector(Position at) {
  const double latitude = at.latitude() * radians;
  const double longitude = at.longitude() * radians;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
          std::sin(latitude)};
}

double dot(const UnitVector& a, const UnitVector& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

double chord_squared(const UnitVector& a, const UnitVector& b) {
  const UnitVector d{a.x - b.x, a.y - b.y, a.z - b.z};
  return dot(d, d);
}

Millimetres distance_of_chord(double chord_squared) {
  const double half = std::min(std::sqrt(chord_squared) / 2, 1.0);
  return std::llround(2'000 * earth_radius_m * std::asin(half));
}

double chord_of_distance(double metres) {
  const double angle = std::min(metres / earth_radius_m, std::numbers::pi);
  return 2 * std::sin(angle / 2);
}

void Box3::include(const UnitVector& at) {
  least = {std::min(least.x, at.x), std::min(least.y, at.y), std::min(least.z, at.z)};
  most = {std::max(most.x, at.x), std::max(most.y, at.y), std::max(most.z, at.z)};
}

void Box3::grow(double by) {
  least = {least.x - by, least.y - by, least.z - by};
  most = {most.x + by, most.y + by, most.z + by};
}

Box3 box_between(double south, double north, double west, double east) {
  const auto across = cosines(south, north);  // the radius of parallels; cos is even about 0
  const auto xs = products({std::max(across.first, 0.0), across.second}, cosines(west, east));
  const auto ys =
      products({std::max(across.first, 0.0), across.second}, cosines(west - 90, east - 90));
  Box3 box{{xs.first, ys.first, std::sin(south * radians)},
           {xs.second, ys.second, std::sin(north * radians)}};
  box.grow(vector_rounding);
  return box;
}

}  // namespace mainstay::charging
