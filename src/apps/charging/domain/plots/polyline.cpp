#include "apps/charging/domain/plots/polyline.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace mainstay::charging {
namespace {

/// The next difference; moves on. Nothing when the text ends within one or it is beyond any angle.
std::optional<std::int64_t> difference(std::string_view& text) {
  std::uint64_t bits = 0;
  for (unsigned shift = 0; !text.empty() && shift <= 35; shift += 5) {
    const char c = text.front();
    if (c < '?' || c > '~') return std::nullopt;
    text.remove_prefix(1);
    const auto five = static_cast<std::uint64_t>(c - '?');
    bits |= (five & 0x1FU) << shift;
    if (five < 0x20U) {
      const auto half = static_cast<std::int64_t>(bits >> 1U);
      return (bits & 1U) != 0 ? ~half : half;
    }
  }
  return std::nullopt;
}

Error invalid_at(std::size_t place) {
  return {ShapeErrc::polyline_invalid, "at character " + std::to_string(place + 1)};
}

Error too_large() {
  return {ShapeErrc::shape_too_large,
          "at most " + std::to_string(shape_points_max) + " points are taken; simplify it"};
}

/// Takes a pair "[a,b" and what closes it.
std::optional<Position> take_pair(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(1, end - 1);
  const std::size_t comma = inside.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto longitude = parse_decimal(trimmed(inside.substr(0, comma)));
  const auto latitude = parse_decimal(trimmed(inside.substr(comma + 1)));
  text = trimmed(text.substr(end + 1));
  if (!longitude || !latitude) return std::nullopt;
  return position_of(*latitude, *longitude);
}

std::string_view without_brackets(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return {};
  return trimmed(text.substr(1, text.size() - 2));
}

}  // namespace

const ErrorRow& error_row(ShapeErrc code) {
  static constexpr std::array rows{
      ErrorRow{"polyline_invalid", "this is no encoded polyline", 400},
      ErrorRow{"ring_invalid", "this is no ring of [longitude,latitude] pairs", 400},
      ErrorRow{"shape_too_large", "the shape is too large", 400},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<std::vector<Position>> decode_polyline(std::string_view text, int precision) {
  const std::size_t whole = text.size();
  const double unit = precision == 6 ? 1e-6 : 1e-5;
  std::int64_t latitude = 0;
  std::int64_t longitude = 0;
  std::vector<Position> out;
  while (!text.empty()) {
    const auto north = difference(text);
    const auto east = north ? difference(text) : std::nullopt;
    if (!east) return invalid_at(whole - text.size());
    latitude += *north;
    longitude += *east;
    const auto at =
        position_of(static_cast<double>(latitude) * unit, static_cast<double>(longitude) * unit);
    if (!at) {
      return Error{ShapeErrc::polyline_invalid, "point " + std::to_string(out.size() + 1) +
                                                    " is not on Earth; is the precision 5 or 6?"};
    }
    if (out.size() == shape_points_max) return too_large();
    out.push_back(*at);
  }
  if (out.empty()) return Error{ShapeErrc::polyline_invalid, "it is empty"};
  return out;
}

Result<std::vector<Position>> parse_ring(std::string_view text) {
  text = without_brackets(trimmed(text));
  if (text.starts_with("[[") || text.starts_with("[ [")) text = without_brackets(text);
  std::vector<Position> out;
  while (!text.empty()) {
    const auto at = take_pair(text);
    if (!at) {
      return Error{ShapeErrc::ring_invalid, "at point " + std::to_string(out.size() + 1)};
    }
    if (out.size() == shape_points_max) return too_large();
    out.push_back(*at);
    if (text.empty()) break;
    if (!text.starts_with(',')) {
      return Error{ShapeErrc::ring_invalid, "behind point " + std::to_string(out.size())};
    }
    text = trimmed(text.substr(1));
    if (text.empty()) return Error{ShapeErrc::ring_invalid, "nothing follows the last comma"};
  }
  if (out.empty()) return Error{ShapeErrc::ring_invalid, "it is empty"};
  return out;
}

}  // namespace mainstay::charging
