#include "apps/charging/domain/plots/plot_query.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/charging/domain/plots/folded.hpp"
#include "apps/charging/domain/plots/moment.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

constexpr std::array<std::string_view, plot_fields> field_names{
    "name",    "position", "address", "operator",    "access",       "amenities",  "hours",
    "contact", "rating",   "source",  "modified_at", "availability", "connectors", "distance"};
constexpr std::array<std::string_view, 6> sort_names{"id",    "distance", "price",
                                                     "power", "rating",   "route"};
constexpr std::array<std::string_view, 3> answer_format_names{"json", "geojson", "csv"};
// What must not differ between the pages of a query is hashed; these may.
constexpr std::array<std::string_view, 4> of_one_page{"cursor", "limit", "fields", "format"};

Error parameter_invalid(std::string_view name, std::string_view wanted) {
  return {QueryErrc::parameter_invalid, std::string{name} + ": " + std::string{wanted}};
}
Error conflict(std::string_view what) {
  return {QueryErrc::parameters_conflict, std::string{what}};
}

/// FNV-1a.
void hash_in(std::uint64_t& hash, std::string_view text) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
}

/// Reads each parameter once, into the query and into what several make together.
class Reader {
 public:
  Reader(std::span<const QueryField> fields, SystemTime now) : fields_(fields), now_(now) {}

  Result<PlotQuery> read() {
    out_.fingerprint = 0xCBF29CE484222325ULL;
    for (const auto& [name, value] : fields_) {
      MS_TRY_VOID(take(name, value));
      if (std::ranges::find(of_one_page, name) != of_one_page.end()) continue;
      hash_in(out_.fingerprint, name);
      hash_in(out_.fingerprint, std::string_view{"\0", 1});
      hash_in(out_.fingerprint, value);
      hash_in(out_.fingerprint, std::string_view{"\0", 1});
    }
    MS_TRY_VOID(make_area());
    MS_TRY_VOID(make_order());
    return std::move(out_);
  }

 private:
  using Take = Result<> (Reader::*)(std::string_view);
  struct Parameter {
    std::string_view name;
    Take take;
  };
  static std::span<const Parameter> parameters();

  Result<> take(std::string_view name, std::string_view value) {
    const auto all = parameters();
    const auto found = std::ranges::find(all, name, &Parameter::name);
    if (found == all.end()) {
      return Error{QueryErrc::parameter_unknown, std::string{name.substr(0, 64)}};
    }
    const auto place = static_cast<std::size_t>(found - all.begin());
    if ((seen_ >> place & 1U) != 0) return parameter_invalid(name, "it comes twice");
    seen_ |= std::uint64_t{1} << place;
    name_ = found->name;
    return (this->*found->take)(value);
  }

  // --- where ---
  Result<> number(std::string_view value, double least, double most, std::optional<double>& out) {
    out = parse_decimal(value);
    if (!out || !(*out >= least && *out <= most)) {
      std::string wanted = "a number from ";
      append_number(wanted, static_cast<std::int64_t>(least));
      wanted += " to ";
      append_number(wanted, static_cast<std::int64_t>(most));
      return parameter_invalid(name_, wanted + " is wanted");
    }
    return {};
  }
  Result<> latitude(std::string_view value) { return number(value, -90, 90, latitude_); }
  Result<> longitude(std::string_view value) { return number(value, -180, 180, longitude_); }
  Result<> radius(std::string_view value) {
    return number(value, 0, QueryLimits::radius_max_m, radius_);
  }
  Result<> width(std::string_view value) {
    return number(value, 1, QueryLimits::width_max_m, width_);
  }
  Result<> box(std::string_view value) {
    MS_TRY(box_, parse_box(value));
    return {};
  }
  Result<> polygon(std::string_view value) {
    polygon_ = value;
    return {};
  }
  Result<> route(std::string_view value) {
    route_ = value;
    return {};
  }
  Result<> precision(std::string_view value) {
    if (value != "5" && value != "6") return parameter_invalid(name_, "5 or 6 is wanted");
    precision_ = value == "5" ? 5 : 6;
    return {};
  }

  // --- what ---
  /// Bits of each of the names in a list.
  template <class Bit>
  Result<> list(std::string_view value, std::string_view wanted, std::uint32_t& out, Bit bit) {
    for (const std::string_view part : split(value, ',')) {
      const std::optional<std::uint32_t> found = bit(trimmed(part));
      if (!found) {
        return parameter_invalid(
            name_, "`" + std::string{part.substr(0, 64)} + "`: " + std::string{wanted});
      }
      out |= *found;
    }
    return {};
  }
  Result<> connector(std::string_view value) {
    return list(value, "ccs2, ccs1, chademo, nacs, type2, type1 ... are wanted", out_.standards,
                [](std::string_view name) -> std::optional<std::uint32_t> {
                  const auto found = connector_standard(name);
                  if (!found) return std::nullopt;
                  return bit_of(*found);
                });
  }
  Result<> access(std::string_view value) {
    return list(value, "public, restricted or private is wanted", out_.access,
                [](std::string_view name) -> std::optional<std::uint32_t> {
                  const auto found = access_named(name);
                  if (!found) return std::nullopt;
                  return 1U << static_cast<unsigned>(*found);
                });
  }
  Result<> amenity(std::string_view value) {
    return list(value, "wifi, toilets, restaurant ... are wanted", out_.amenities, amenity_bit);
  }
  Result<> power(std::string_view value, std::int32_t& out) {
    const auto watts = parse_thousandths(value, PlotLimits::power_w_max);
    if (!watts)
      return parameter_invalid(name_, "kilowatts, with at most three decimals, are wanted");
    out = *watts;
    return {};
  }
  Result<> power_min(std::string_view value) { return power(value, out_.power_min_w); }
  Result<> power_max(std::string_view value) { return power(value, out_.power_max_w); }
  Result<> price_max(std::string_view value) {
    out_.price_max = parse_thousandths(value, PlotLimits::price_max);
    if (!out_.price_max) {
      return parameter_invalid(name_, "a price a kWh, with at most three decimals, is wanted");
    }
    return {};
  }
  Result<> code(std::string_view value, std::size_t letters, std::string& out) {
    out = value;
    for (char& c : out) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const bool fits = out.size() == letters &&
                      std::ranges::all_of(out, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!fits) return parameter_invalid(name_, std::to_string(letters) + " letters are wanted");
    return {};
  }
  Result<> currency(std::string_view value) { return code(value, 3, out_.currency); }
  Result<> country(std::string_view value) { return code(value, 2, out_.country); }
  Result<> available(std::string_view value) {
    if (value != "true" && value != "false")
      return parameter_invalid(name_, "true or false is wanted");
    out_.available = value == "true";
    return {};
  }
  Result<> open(std::string_view value) {
    out_.open_at = value == "now" ? now_ : parse_moment(value);
    if (!out_.open_at)
      return parameter_invalid(name_, "now, or a time as 2026-11-22T18:30:00Z, is wanted");
    return {};
  }
  Result<> modified_since(std::string_view value) {
    out_.modified_since = parse_moment(value);
    if (!out_.modified_since)
      return parameter_invalid(name_, "a time as 2026-11-22T18:30:00Z is wanted");
    return {};
  }
  Result<> operator_name(std::string_view value) {
    out_.operator_name = folded(trimmed(value));
    if (out_.operator_name.empty()) return parameter_invalid(name_, "a name is wanted");
    return {};
  }
  Result<> text(std::string_view value) {
    if (value.size() > QueryLimits::text_bytes_max) {
      return parameter_invalid(name_, "at most 200 bytes are taken");
    }
    const std::string plain = folded(value);
    for (const std::string_view word : split(plain, ' ')) {
      if (!word.empty()) out_.words.emplace_back(word);
    }
    if (out_.words.size() > QueryLimits::words_max) {
      return parameter_invalid(name_, "at most 8 words are taken");
    }
    return {};
  }

  // --- how ---
  Result<> sort(std::string_view value) {
    const auto* found = std::ranges::find(sort_names, value);
    if (found == sort_names.end()) {
      return parameter_invalid(name_, "id, distance, price, power, rating or route is wanted");
    }
    sort_ = static_cast<PlotSort>(found - sort_names.begin());
    return {};
  }
  Result<> limit(std::string_view value) {
    const auto rows = parse_u64(value);
    if (!rows || *rows < 1 || *rows > QueryLimits::rows_max) {
      return parameter_invalid(name_, "1 to 500 is wanted");
    }
    out_.limit = *rows;
    return {};
  }
  Result<> cursor(std::string_view value) {
    cursor_ = value;
    return {};
  }
  Result<> fields(std::string_view value) {
    out_.fields = 0;
    return list(value,
                "one of name, position, address, operator, access, amenities, hours, "
                "contact, rating, source, modified_at, availability, connectors, distance "
                "is wanted (id always comes)",
                out_.fields, [](std::string_view name) -> std::optional<std::uint32_t> {
                  if (name == "id") return 0U;
                  const auto* found = std::ranges::find(field_names, name);
                  if (found == field_names.end()) return std::nullopt;
                  return 1U << static_cast<unsigned>(found - field_names.begin());
                });
  }
  Result<> format(std::string_view value) {
    const auto* found = std::ranges::find(answer_format_names, value);
    if (found == answer_format_names.end())
      return parameter_invalid(name_, "json, geojson or csv is wanted");
    out_.format = static_cast<PlotFormat>(found - answer_format_names.begin());
    return {};
  }

  Result<> make_area();
  Result<> make_order();
  Result<> read_cursor();

  std::span<const QueryField> fields_;
  SystemTime now_;
  PlotQuery out_;
  std::uint64_t seen_ = 0;
  std::string_view name_;  // of the parameter that is read
  std::optional<double> latitude_;
  std::optional<double> longitude_;
  std::optional<double> radius_;
  std::optional<double> width_;
  std::optional<GeoBox> box_;
  std::optional<std::string_view> polygon_;
  std::optional<std::string_view> route_;
  int precision_ = 5;
  std::optional<PlotSort> sort_;
  std::optional<std::string_view> cursor_;
};

std::span<const Reader::Parameter> Reader::parameters() {
  static constexpr std::array<Parameter, 26> all{{
      {"latitude", &Reader::latitude},
      {"longitude", &Reader::longitude},
      {"radius", &Reader::radius},
      {"bbox", &Reader::box},
      {"polygon", &Reader::polygon},
      {"route", &Reader::route},
      {"width", &Reader::width},
      {"precision", &Reader::precision},
      {"connector", &Reader::connector},
      {"power_min", &Reader::power_min},
      {"power_max", &Reader::power_max},
      {"price_max", &Reader::price_max},
      {"currency", &Reader::currency},
      {"available", &Reader::available},
      {"open", &Reader::open},
      {"access", &Reader::access},
      {"amenity", &Reader::amenity},
      {"operator", &Reader::operator_name},
      {"country", &Reader::country},
      {"text", &Reader::text},
      {"modified_since", &Reader::modified_since},
      {"sort", &Reader::sort},
      {"limit", &Reader::limit},
      {"cursor", &Reader::cursor},
      {"fields", &Reader::fields},
      {"format", &Reader::format},
  }};
  return all;
}

Result<> Reader::make_area() {
  if (latitude_.has_value() != longitude_.has_value()) {
    return conflict("latitude and longitude come together");
  }
  if (latitude_) out_.near = position_of(*latitude_, *longitude_);
  const int areas = (radius_ ? 1 : 0) + (box_ ? 1 : 0) + (polygon_ ? 1 : 0) + (route_ ? 1 : 0);
  if (areas > 1) return conflict("one of radius, bbox, polygon and route is taken");
  if (radius_ && !out_.near) return conflict("radius wants latitude and longitude");
  if (width_ && !route_) return conflict("width wants a route");
  if (box_) {
    out_.area = *box_;
  } else if (polygon_) {
    const bool is_ring = trimmed(*polygon_).starts_with('[');
    MS_TRY(const auto ring,
           is_ring ? parse_ring(*polygon_) : decode_polyline(*polygon_, precision_));
    MS_TRY(out_.area, Polygon::of(ring));
  } else if (route_) {
    MS_TRY(const auto points, decode_polyline(*route_, precision_));
    MS_TRY(out_.area, Corridor::along(points, width_.value_or(QueryLimits::width_usual_m)));
  } else if (out_.near) {
    out_.area = circle_around(*out_.near, radius_.value_or(QueryLimits::radius_usual_m));
  }
  return {};
}

Result<> Reader::make_order() {
  if (out_.power_max_w < out_.power_min_w) return conflict("power_max is less than power_min");
  out_.sort = sort_       ? *sort_
              : out_.near ? PlotSort::distance
              : route_    ? PlotSort::route
                          : PlotSort::id;
  if (out_.sort == PlotSort::distance && !out_.near) {
    return conflict("sort=distance wants latitude and longitude");
  }
  if (out_.sort == PlotSort::route && !route_) return conflict("sort=route wants a route");
  if (out_.sort != PlotSort::id && out_.area.index() == 0) {
    return conflict("this sort wants an area: latitude and longitude, bbox, polygon or route");
  }
  return read_cursor();
}

Result<> Reader::read_cursor() {
  if (!cursor_) return {};
  const auto text = base64url_decode(*cursor_);
  const auto parts = text ? split(*text, '.') : std::vector<std::string_view>{};
  if (parts.size() != 3) {
    return Error{QueryErrc::cursor_invalid, "the `next` of the page before is wanted"};
  }
  const auto fingerprint = parse_u64(parts[0]);
  const auto key = parse_i64(parts[1]);
  const auto id = parse_i64(parts[2]);
  if (!fingerprint || !key || !id) {
    return Error{QueryErrc::cursor_invalid, "the `next` of the page before is wanted"};
  }
  if (*fingerprint != out_.fingerprint) {
    return Error{QueryErrc::cursor_invalid, "it is of another query"};
  }
  out_.after = PlotPlace{*key, *id};
  return {};
}

}  // namespace

const ErrorRow& error_row(QueryErrc code) {
  static constexpr std::array rows{
      ErrorRow{"parameter_unknown", "there is no such parameter", 400},
      ErrorRow{"parameter_invalid", "a parameter has no allowed value", 400},
      ErrorRow{"parameters_conflict", "these parameters do not go together", 400},
      ErrorRow{"cursor_invalid", "this is no cursor of this search", 400},
      ErrorRow{"area_too_large", "too many plots lie there", 422},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

std::string_view name_of(PlotField field) { return field_names[static_cast<std::size_t>(field)]; }

Result<PlotQuery> read_plot_query(std::span<const QueryField> fields, SystemTime now) {
  return Reader{fields, now}.read();
}

std::string cursor_text(const PlotQuery& query, PlotPlace last) {
  const std::string plain = std::to_string(query.fingerprint) + "." + std::to_string(last.key) +
                            "." + std::to_string(last.id);
  std::string out = base64_encode(plain);
  out.erase(std::find(out.begin(), out.end(), '='), out.end());
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

Result<GeoBox> parse_box(std::string_view text) {
  const auto parts = split(text, ',');
  std::array<double, 4> sides{};
  bool fits = parts.size() == sides.size();
  for (std::size_t i = 0; fits && i < sides.size(); ++i) {
    const auto value = parse_decimal(trimmed(parts[i]));
    fits = value.has_value();
    sides[i] = value.value_or(0);
  }
  const auto south_west = position_of(sides[1], sides[0]);
  const auto north_east = position_of(sides[3], sides[2]);
  if (!fits || !south_west || !north_east || sides[3] < sides[1]) {
    return parameter_invalid("bbox", "west,south,east,north in degrees are wanted");
  }
  return GeoBox{*south_west, *north_east};
}

}  // namespace mainstay::charging
