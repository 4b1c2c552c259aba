#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/charging/domain/plots/csv_reader.hpp"
#include "apps/charging/inbound/import/plot_files.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

constexpr std::array<std::string_view, 5> wanted{"ID", "Fuel Type Code", "Station Name", "Latitude",
                                                 "Longitude"};

/// Cells by their column's name.
class Record {
 public:
  Record(const std::vector<std::string>& columns, const std::vector<std::string>& cells)
      : columns_(columns), cells_(cells) {}

  /// One line within the limits; empty when there is no such column.
  [[nodiscard]] std::string text(std::string_view column,
                                 std::size_t bytes_max = PlotLimits::name_bytes_max) const {
    const auto found = std::ranges::find(columns_, column);
    const auto place = static_cast<std::size_t>(found - columns_.begin());
    if (place >= cells_.size()) return {};
    std::string out = cells_[place].substr(0, bytes_max);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    if (!is_valid_utf8(out))
      std::ranges::replace_if(
          out, [](char c) { return c < 0; }, '?');
    return std::string{trimmed(out)};
  }
  [[nodiscard]] std::uint16_t count(std::string_view column) const {
    const auto number = parse_u64(text(column));
    return number && *number <= 1'000 ? static_cast<std::uint16_t>(*number) : std::uint16_t{0};
  }

 private:
  const std::vector<std::string>& columns_;
  const std::vector<std::string>& cells_;
};

struct Kind {
  std::string_view name;  // in "EV Connector Types"
  ConnectorStandard standard;
  CableFormat format;
  int speed;  // 1, 2: the level; 3: direct current
};
constexpr std::array<Kind, 9> kinds{{
    {"NEMA515", ConnectorStandard::nema, CableFormat::socket, 1},
    {"NEMA520", ConnectorStandard::nema, CableFormat::socket, 1},
    {"NEMA1450", ConnectorStandard::nema, CableFormat::socket, 2},
    {"J1772", ConnectorStandard::type1, CableFormat::cable, 1},
    {"J1772", ConnectorStandard::type1, CableFormat::cable, 2},
    {"TESLA", ConnectorStandard::nacs, CableFormat::cable, 2},
    {"J1772COMBO", ConnectorStandard::ccs1, CableFormat::cable, 3},
    {"CHADEMO", ConnectorStandard::chademo, CableFormat::cable, 3},
    {"TESLA", ConnectorStandard::nacs, CableFormat::cable, 3},
}};

// "J1772" does not say of which level. Where household sockets are told, which are all of level 1,
// and there are ports of level 2, these are what it is told of.
bool is_slow_socket(std::string_view type) { return type == "NEMA515" || type == "NEMA520"; }
bool is_slow_cable(const Kind& kind) { return kind.name == "J1772" && kind.speed == 1; }

void add_offers(const Record& record, Plot& plot) {
  const std::array<std::uint16_t, 3> ports{record.count("EV Level1 EVSE Num"),
                                           record.count("EV Level2 EVSE Num"),
                                           record.count("EV DC Fast Count")};
  const std::string text = record.text("EV Connector Types");
  const auto types = split(text, ' ');
  const bool cables_are_fast = ports[1] != 0 && std::ranges::any_of(types, is_slow_socket);
  std::array<bool, 3> told{};
  for (const std::string_view type : types) {
    for (const Kind& kind : kinds) {
      const auto place = static_cast<std::size_t>(kind.speed - 1);
      if (kind.name != type || ports[place] == 0) continue;
      if (cables_are_fast && is_slow_cable(kind)) continue;
      ConnectorOffer offer;
      offer.standard = kind.standard;
      offer.format = kind.format;
      offer.current = kind.speed == 3 ? CurrentKind::dc : CurrentKind::ac1;
      offer.count = ports[place];
      plot.offers.push_back(offer);
      told[place] = true;
    }
  }
  for (std::size_t place = 0; place < ports.size(); ++place) {
    if (ports[place] == 0 || told[place]) continue;
    ConnectorOffer offer;
    offer.current = place == 2 ? CurrentKind::dc : CurrentKind::ac1;
    offer.count = ports[place];
    plot.offers.push_back(offer);
  }
}

void add_hours(const Record& record, Plot& plot) {
  const std::string hours = record.text("Access Days Time", 1'000);
  if (equals_ignoring_case(hours, "24 hours daily")) {
    plot.hours = OpeningHours::always();
  } else if (!hours.empty()) {
    plot.description = "Hours: " + hours;
  }
  const std::string pricing = record.text("EV Pricing", 1'000);
  if (pricing.empty()) return;
  if (!plot.description.empty()) plot.description += "\n";
  plot.description += "Cost: " + pricing;
}

/// "Albany, NY": there are towns of that name in many states.
std::string town_of(const Record& record) {
  constexpr std::size_t state_bytes_max = 50;
  const std::string city = record.text("City");
  const std::string state = record.text("State", state_bytes_max);
  return city.empty() || state.empty() ? city + state : city + ", " + state;
}

Result<ImportedSite> site_of(const Record& record, const ImportOptions& options) {
  if (record.text("Fuel Type Code") != "ELEC") {
    return Error{ImportErrc::import_skipped, "another fuel"};
  }
  Plot plot;
  plot.source = "afdc";
  plot.source_id = record.text("ID");
  if (plot.source_id.empty()) return Error{ImportErrc::import_invalid, "ID is empty"};
  if (record.text("Status Code") == "P") return ClosedSite{plot.source_id, "planned"};
  const auto latitude = parse_decimal(record.text("Latitude"));
  const auto longitude = parse_decimal(record.text("Longitude"));
  const auto at = latitude && longitude ? position_of(*latitude, *longitude) : std::nullopt;
  if (!at) return Error{ImportErrc::import_invalid, "Latitude and Longitude are no place on Earth"};
  plot.at = *at;
  plot.attribution = "U.S. Department of Energy, Alternative Fuels Data Center (NREL)";
  plot.name = record.text("Station Name");
  plot.address = record.text("Street Address");
  plot.city = town_of(record);
  plot.postcode = record.text("ZIP");
  plot.country = record.text("Country");
  if (plot.country.size() != 2) plot.country = options.country.empty() ? "US" : options.country;
  plot.phone = record.text("Station Phone");
  plot.operator_name = record.text("EV Network");
  plot.website = record.text("EV Network Web", PlotLimits::line_bytes_max);
  if (!is_link(plot.website, true)) plot.website.clear();
  if (record.text("Access Code") == "private") plot.access = Access::private_;
  add_hours(record, plot);
  add_offers(record, plot);
  plot.created_at = plot.modified_at = options.now;
  MS_TRY_VOID(check_plot(plot));
  return plot;
}

}  // namespace

void read_afdc(std::string_view text, const ImportOptions& options, const TakeImported& take) {
  CsvReader reader{text};
  auto head = reader.next();
  if (!head) return;
  if (head->has_error()) {
    (void)take(reader.line(), std::move(*head).error());
    return;
  }
  const std::vector<std::string> columns = std::move(**head);
  for (const std::string_view name : wanted) {
    if (std::ranges::find(columns, name) != columns.end()) continue;
    (void)take(reader.line(), Error{ImportErrc::import_invalid,
                                    "the first line names no column `" + std::string{name} + "`"});
    return;
  }
  while (auto cells = reader.next()) {
    const bool more = cells->has_error()
                          ? take(reader.line(), std::move(*cells).error())
                          : take(reader.line(), site_of(Record{columns, **cells}, options));
    if (!more) return;
  }
}

}  // namespace mainstay::charging
