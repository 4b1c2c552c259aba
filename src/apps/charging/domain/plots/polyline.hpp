#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "apps/charging/domain/plots/geo.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

enum class ShapeErrc : std::uint8_t {
  polyline_invalid = 1,
  ring_invalid,
  shape_too_large,
};
const ErrorRow& error_row(ShapeErrc code);

inline constexpr std::size_t shape_points_max = 2'000;

/// The places of an encoded polyline (Google's "Encoded Polyline Algorithm Format": differences in
/// zigzag, five bits a character from '?' on, latitude first). `precision`: decimals, 5 or 6.
Result<std::vector<Position>> decode_polyline(std::string_view text, int precision = 5);

/// The places of a ring as GeoJSON writes one (RFC 7946): "[[longitude,latitude],...]", or with a
/// bracket more, as the coordinates of a polygon without holes.
Result<std::vector<Position>> parse_ring(std::string_view text);

}  // namespace mainstay::charging
