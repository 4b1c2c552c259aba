#include "apps/charging/domain/plots/plot.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace mainstay::charging {
namespace {

struct PlugName {
  std::string_view ours;
  std::string_view ocpi;  // OCPI 2.2.1, 8.4.4 (ConnectorType); empty: it has none
};
constexpr std::array<PlugName, connector_standards> connector_names{{
    {"unknown", ""},
    {"type1", "IEC_62196_T1"},
    {"type2", "IEC_62196_T2"},
    {"type3", "IEC_62196_T3C"},
    {"ccs1", "IEC_62196_T1_COMBO"},
    {"ccs2", "IEC_62196_T2_COMBO"},
    {"chademo", "CHADEMO"},
    {"chaoji", "CHAOJI"},
    {"nacs", "TESLA_S"},
    {"gbt_ac", "GBT_AC"},
    {"gbt_dc", "GBT_DC"},
    {"mcs", "MCS"},
    {"schuko", "DOMESTIC_F"},
    {"domestic", "DOMESTIC_E"},
    {"cee_blue", "IEC_60309_2_single_16"},
    {"cee_red", "IEC_60309_2_three_32"},
    {"nema", "NEMA_14_50"},
}};
constexpr std::array<std::string_view, 3> cable_format_names{"unknown", "socket", "cable"};
constexpr std::array<std::string_view, 4> current_names{"unknown", "ac1", "ac3", "dc"};
constexpr std::array<std::string_view, 3> access_names{"public", "restricted", "private"};
constexpr std::array<std::string_view, connector_states> state_names{"unknown", "available",
                                                                     "occupied", "out_of_order"};

template <class Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view name) {
  const auto* found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

Error part_invalid(std::string_view member, std::string_view wanted) {
  return {PlotErrc::plot_invalid, std::string{member} + ": " + std::string{wanted}};
}

bool is_line(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

bool is_code(std::string_view text, std::size_t letters) {
  return text.empty() || (text.size() == letters &&
                          std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; }));
}

Result<> check_texts(const Plot& plot) {
  constexpr std::size_t line = PlotLimits::line_bytes_max;
  if (trimmed(plot.name).empty() || !is_line(plot.name, PlotLimits::name_bytes_max)) {
    return part_invalid("name", "one line of 1 to 200 bytes is wanted");
  }
  const std::pair<std::string_view, const std::string*> lines[] = {
      {"address", &plot.address},
      {"city", &plot.city},
      {"postcode", &plot.postcode},
      {"operator", &plot.operator_name},
      {"phone", &plot.phone},
      {"time_zone", &plot.time_zone},
      {"source", &plot.source},
      {"source_id", &plot.source_id},
      {"attribution", &plot.attribution},
  };
  for (const auto& [name, text] : lines) {
    if (!is_line(*text, line)) return part_invalid(name, "one line of at most 300 bytes is wanted");
  }
  const bool readable = std::ranges::none_of(plot.description, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r';
  });
  if (plot.description.size() > PlotLimits::text_bytes_max || !readable ||
      !is_valid_utf8(plot.description)) {
    return part_invalid("description", "text of at most 4000 bytes is wanted");
  }
  if (!plot.website.empty() && !is_link(plot.website, true)) {
    return part_invalid("website", "a link that begins with https:// or http:// is wanted");
  }
  if (!is_code(plot.country, 2))
    return part_invalid("country", "two letters of ISO 3166-1 are wanted");
  if (!is_code(plot.currency, 3))
    return part_invalid("currency", "three letters of ISO 4217 are wanted");
  return {};
}

Result<> check_offer(const ConnectorOffer& offer, const std::string& name, bool has_currency) {
  if (offer.count == 0 || (offer.station.get() != 0 && offer.count != 1)) {
    return part_invalid(name + ".count",
                        "at least 1 is wanted, and 1 of a station's own connector");
  }
  if (offer.power_w < 0 || offer.power_w > PlotLimits::power_w_max) {
    return part_invalid(name + ".power_kw", "0 (unknown) to 10000 is wanted");
  }
  if (offer.price != price_unknown) {
    if (offer.price < 0 || offer.price > PlotLimits::price_max) {
      return part_invalid(name + ".price_per_kwh", "0 to 1000000 is wanted");
    }
    if (!has_currency) return part_invalid("currency", "is wanted where there is a price");
  }
  if ((offer.station.get() != 0) != (offer.connector.get() != 0)) {
    return part_invalid(name + ".station", "station and connector number come together");
  }
  if (!is_line(offer.tariff, 64))
    return part_invalid(name + ".tariff", "at most 64 bytes are wanted");
  return {};
}

}  // namespace

std::string_view name_of(ConnectorStandard standard) {
  return connector_names[static_cast<std::size_t>(standard)].ours;
}
std::string_view name_of(CableFormat format) {
  return cable_format_names[static_cast<std::size_t>(format)];
}
std::string_view name_of(CurrentKind current) {
  return current_names[static_cast<std::size_t>(current)];
}
std::string_view name_of(Access access) { return access_names[static_cast<std::size_t>(access)]; }
std::string_view name_of(ConnectorState state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::optional<ConnectorStandard> connector_standard(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (std::size_t i = 0; i < connector_names.size(); ++i) {
    if (equals_ignoring_case(name, connector_names[i].ours) ||
        equals_ignoring_case(name, connector_names[i].ocpi)) {
      return static_cast<ConnectorStandard>(i);
    }
  }
  return std::nullopt;
}
std::optional<CableFormat> cable_format(std::string_view name) {
  return named<CableFormat>(cable_format_names, name);
}
std::optional<CurrentKind> current_kind(std::string_view name) {
  return named<CurrentKind>(current_names, name);
}
std::optional<Access> access_named(std::string_view name) {
  return named<Access>(access_names, name);
}

std::optional<std::uint32_t> amenity_bit(std::string_view name) {
  const auto* found = std::ranges::find(amenity_names, name);
  if (found == amenity_names.end()) return std::nullopt;
  return 1U << static_cast<unsigned>(found - amenity_names.begin());
}

const ErrorRow& error_row(PlotErrc code) {
  static constexpr std::array rows{
      ErrorRow{"plot_unknown", "there is no such plot", 404},
      ErrorRow{"plot_invalid", "this cannot be a plot", 422},
      ErrorRow{"connector_taken", "another plot shows that connector", 409},
      ErrorRow{"too_many_plots", "there are as many plots as this server holds", 507},
      ErrorRow{"not_yours", "only its host and its operator may do that", 403},
      ErrorRow{"note_unknown", "there is no such entry", 404},
      ErrorRow{"note_decided", "it is decided already", 409},
      ErrorRow{"changed_meanwhile", "the plot has changed meanwhile: read it again", 409,
               Retry::no},
      ErrorRow{"photo_invalid", "a link that begins with https:// is wanted", 422},
      ErrorRow{"too_many_notes", "there are as many of these as are kept", 409},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<> check_plot(const Plot& plot) {
  MS_TRY_VOID(check_texts(plot));
  if (plot.offers.size() > PlotLimits::offers_max) {
    return part_invalid("connectors", "at most 200 are taken; use `count` for many of a kind");
  }
  std::set<std::pair<std::int64_t, std::uint16_t>> seen;
  for (std::size_t i = 0; i < plot.offers.size(); ++i) {
    const ConnectorOffer& offer = plot.offers[i];
    const std::string name = "connectors[" + std::to_string(i) + "]";
    MS_TRY_VOID(check_offer(offer, name, !plot.currency.empty()));
    const bool first = seen.emplace(offer.station.get(), offer.connector.get()).second;
    if (offer.station.get() != 0 && !first) return part_invalid(name, "that connector comes twice");
  }
  return {};
}

bool is_link(std::string_view text, bool allow_plain, std::size_t bytes_max) {
  const bool schemed = text.starts_with("https://") || (allow_plain && text.starts_with("http://"));
  const std::size_t host = text.find("//") + 2;
  return schemed && text.size() <= bytes_max && host < text.size() && text[host] != '/' &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
}

std::optional<std::int32_t> parse_thousandths(std::string_view text, std::int32_t most) {
  const std::size_t dot = text.find('.');
  const std::string_view fraction =
      dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  if (fraction.size() > 3 || (dot != std::string_view::npos && fraction.empty())) {
    return std::nullopt;
  }
  const auto whole = parse_u64(text.substr(0, dot));
  std::string places{fraction};
  places.resize(3, '0');
  const auto rest = parse_u64(places);
  if (!whole || !rest || *whole > 2'000'000) return std::nullopt;
  const std::uint64_t value = *whole * 1'000 + *rest;
  if (std::cmp_greater(value, most)) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

void append_thousandths(std::string& out, std::int32_t value) {
  append_number(out, value / 1'000);
  std::int32_t rest = value % 1'000;
  if (rest == 0) return;
  out.push_back('.');
  for (std::int32_t place = 100; rest > 0; place /= 10) {
    out.push_back(static_cast<char>('0' + rest / place));
    rest %= place;
  }
}

}  // namespace mainstay::charging
