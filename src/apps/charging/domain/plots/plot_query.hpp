#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/charging/domain/plots/area.hpp"
#include "apps/charging/domain/plots/plot.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

enum class QueryErrc : std::uint8_t {
  parameter_unknown = 1,
  parameter_invalid,
  parameters_conflict,
  cursor_invalid,
  area_too_large,
};
const ErrorRow& error_row(QueryErrc code);

enum class PlotSort : std::uint8_t { id, distance, price, power, rating, route };
enum class PlotFormat : std::uint8_t { json, geojson, csv };

/// What an answer's rows show, by place in `field_names`.
enum class PlotField : std::uint8_t {
  name,
  position,
  address,
  operator_,
  access,
  amenities,
  hours,
  contact,
  rating,
  source,
  modified_at,
  availability,
  connectors,
  distance,
};
inline constexpr std::size_t plot_fields = 14;
std::string_view name_of(PlotField field);
inline constexpr std::uint32_t all_fields = (1U << plot_fields) - 1;
constexpr bool shows(std::uint32_t fields, PlotField field) {
  return (fields >> static_cast<unsigned>(field) & 1U) != 0;
}

/// The last row of a page, by what it is sorted by.
struct PlotPlace {
  std::int64_t key = 0;
  std::int64_t id = 0;
  friend auto operator<=>(const PlotPlace&, const PlotPlace&) = default;
};

struct QueryLimits {
  static constexpr double radius_usual_m = 50'000;
  static constexpr double radius_max_m = 1'000'000;
  static constexpr double width_usual_m = 1'000;
  static constexpr double width_max_m = 50'000;
  static constexpr std::size_t rows_usual = 20;
  static constexpr std::size_t rows_max = 500;
  static constexpr std::size_t text_bytes_max = 200;
  static constexpr std::size_t words_max = 8;
};

/// Which plots are wanted. A connector must fit in all that is asked of connectors: standard,
/// power, price and availability.
struct PlotQuery {
  Area area{};
  std::optional<Position> near{};  // where distances are from

  std::uint32_t standards = 0;  // any of these bits; 0: every one
  std::int32_t power_min_w = 0;
  std::int32_t power_max_w = std::numeric_limits<std::int32_t>::max();
  std::optional<PriceHint> price_max{};
  std::string currency{};
  bool available = false;

  std::optional<SystemTime> open_at{};
  std::uint32_t access = 0;     // any of these bits of Access; 0: every one
  std::uint32_t amenities = 0;  // all of these
  std::string operator_name{};  // folded
  std::string country{};
  std::vector<std::string> words{};  // folded; all must occur
  std::optional<SystemTime> modified_since{};

  PlotSort sort = PlotSort::id;
  std::size_t limit = QueryLimits::rows_usual;
  std::optional<PlotPlace> after{};
  std::uint64_t fingerprint = 0;  // of all that decides which rows come, and in what order

  std::uint32_t fields = all_fields;
  PlotFormat format = PlotFormat::json;

  [[nodiscard]] bool asks_of_connectors() const {
    return standards != 0 || power_min_w != 0 ||
           power_max_w != std::numeric_limits<std::int32_t>::max() || price_max || available;
  }
  /// Of the plots themselves, beside access.
  [[nodiscard]] bool asks_of_plots() const {
    return amenities != 0 || !country.empty() || !currency.empty() || modified_since || open_at ||
           !operator_name.empty() || !words.empty();
  }
};

using QueryField = std::pair<std::string, std::string>;

/// Of decoded parameters. Errors name the parameter and what is wanted.
Result<PlotQuery> read_plot_query(std::span<const QueryField> fields, SystemTime now);

/// Opaque to clients: good only for the query that it is of.
std::string cursor_text(const PlotQuery& query, PlotPlace last);

/// "west,south,east,north", as RFC 7946 orders them.
Result<GeoBox> parse_box(std::string_view text);

}  // namespace mainstay::charging
