#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/charging/domain/plots/geo.hpp"
#include "apps/charging/domain/plots/opening_hours.hpp"
#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"

namespace mainstay::charging {

/// Plugs. Names as people say them; OCPI's ConnectorType beside them in connector_names.
enum class ConnectorStandard : std::uint8_t {
  unknown,
  type1,
  type2,
  type3,
  ccs1,
  ccs2,
  chademo,
  chaoji,
  nacs,
  gbt_ac,
  gbt_dc,
  mcs,
  schuko,
  domestic,
  cee_blue,
  cee_red,
  nema,
};
inline constexpr std::size_t connector_standards = 17;
std::string_view name_of(ConnectorStandard standard);
/// By our name or OCPI 2.2.1's ("IEC_62196_T2_COMBO"), in any case.
std::optional<ConnectorStandard> connector_standard(std::string_view name);
constexpr std::uint32_t bit_of(ConnectorStandard standard) {
  return 1U << static_cast<unsigned>(standard);
}

enum class CableFormat : std::uint8_t { unknown, socket, cable };
enum class CurrentKind : std::uint8_t { unknown, ac1, ac3, dc };
enum class Access : std::uint8_t { public_, restricted, private_ };
std::string_view name_of(CableFormat format);
std::string_view name_of(CurrentKind current);
std::string_view name_of(Access access);
std::optional<CableFormat> cable_format(std::string_view name);
std::optional<CurrentKind> current_kind(std::string_view name);
std::optional<Access> access_named(std::string_view name);

/// What drivers want to know of a connector.
enum class ConnectorState : std::uint8_t { unknown, available, occupied, out_of_order };
inline constexpr std::size_t connector_states = 4;
std::string_view name_of(ConnectorState state);

/// What is there beside charging: OCPI's Facility and a few more, by place in `amenity_names`.
inline constexpr std::array<std::string_view, 24> amenity_names{
    "hotel",        "restaurant",    "cafe",          "mall",         "supermarket", "sport",
    "recreation",   "nature",        "museum",        "bike_sharing", "bus_stop",    "taxi_stand",
    "tram_stop",    "metro_station", "train_station", "airport",      "parking_lot", "carpool",
    "fuel_station", "wifi",          "toilets",       "shelter",      "lighting",    "wheelchair"};
std::optional<std::uint32_t> amenity_bit(std::string_view name);

/// Thousandths of a unit of money a kWh: what a plot says of itself. What is owed comes of tariffs.
using PriceHint = std::int32_t;
inline constexpr PriceHint price_unknown = -1;

/// One connector, or several of the same kind of a site that tells nothing of each.
struct ConnectorOffer {
  ConnectorStandard standard = ConnectorStandard::unknown;
  CableFormat format = CableFormat::unknown;
  CurrentKind current = CurrentKind::unknown;
  std::uint16_t count = 1;
  std::int32_t power_w = 0;  // 0: unknown
  PriceHint price = price_unknown;
  // Whose state it shows; station 0: nobody's. Then `count` is 1.
  StationId station{};
  ConnectorNumber connector{};
  std::string tariff{};  // an id of money's; empty: none

  friend bool operator==(const ConnectorOffer&, const ConnectorOffer&) = default;
};

struct PlotLimits {
  static constexpr std::size_t name_bytes_max = 200;
  static constexpr std::size_t line_bytes_max = 300;    // of other single lines
  static constexpr std::size_t text_bytes_max = 4'000;  // descriptions and comments
  static constexpr std::size_t offers_max = 200;
  static constexpr std::int32_t power_w_max = 10'000'000;
  static constexpr PriceHint price_max = 1'000'000'000;
};

/// A site where one charges.
struct Plot {
  PlotId id{};               // 0: not stored yet
  std::int64_t version = 0;  // the store's: which change of it this is
  std::string name;
  Position at{};
  std::string address{};
  std::string city{};
  std::string postcode{};
  std::string country{};        // ISO 3166-1 alpha-2, upper case
  std::string operator_name{};  // who runs it, for people
  std::string host{};           // the user who owns the page, by auth's id; empty: nobody
  std::string manager{};        // the operator's user; empty: nobody
  Access access = Access::public_;
  std::uint32_t amenities = 0;  // bits of amenity_names
  OpeningHours hours{};
  std::string time_zone{};  // IANA; empty: UTC
  std::string description{};
  std::string phone{};
  std::string website{};   // https or http
  std::string currency{};  // of the price hints; ISO 4217
  std::vector<ConnectorOffer> offers{};
  // Where it was imported from: the same source_id is the same plot.
  std::string source{};
  std::string source_id{};
  std::string attribution{};
  SystemTime created_at{};
  SystemTime modified_at{};
};

/// Of comments that rate: one a person.
struct Rating {
  std::uint32_t count = 0;
  std::uint32_t sum = 0;  // of 1 to 5 each

  /// Hundredths; 0 when nobody has rated.
  [[nodiscard]] std::uint32_t average_e2() const {
    return count == 0 ? 0 : (sum * 100 + count / 2) / count;
  }
};

/// How many connectors are in each state.
struct StateCounts {
  std::array<std::uint32_t, connector_states> of{};
  [[nodiscard]] std::uint32_t in(ConnectorState state) const {
    return of[static_cast<std::size_t>(state)];
  }
};

enum class PlotErrc : std::uint8_t {
  plot_unknown = 1,
  plot_invalid,
  connector_taken,  // another plot shows that connector
  too_many_plots,
  not_yours,
  note_unknown,
  note_decided,
  changed_meanwhile,
  photo_invalid,
  too_many_notes,
};
const ErrorRow& error_row(PlotErrc code);

/// Whether it may be stored: texts within their limits and UTF-8, known codes, connectors each
/// once. The first thing that is wrong, by the name of its member.
Result<> check_plot(const Plot& plot);
/// "https://..." (or http where `allow_plain`) of printable ASCII within `bytes_max`.
bool is_link(std::string_view text, bool allow_plain, std::size_t bytes_max = 1'000);

/// "0.39", "12" as thousandths; nothing for what has more than three decimals or is too much.
std::optional<std::int32_t> parse_thousandths(std::string_view text, std::int32_t most);
/// Without noughts that say nothing: 0.39.
void append_thousandths(std::string& out, std::int32_t value);

}  // namespace mainstay::charging
