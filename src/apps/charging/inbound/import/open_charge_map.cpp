#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "apps/charging/inbound/import/plot_files.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t site_bytes_max = 1U << 20U;
constexpr std::size_t names_bytes_max = 64U << 20U;

/// Objects of a text, one behind the other, whatever stands between them.
class Objects {
 public:
  explicit Objects(std::string_view text) : text_(text) {}

  /// The next one, or what of it there is; nothing at the end.
  std::optional<std::string_view> next() {
    const std::size_t begin = text_.find('{', at_);
    if (begin == std::string_view::npos) return std::nullopt;
    line_ += lines(at_, begin);
    begin_line_ = line_;
    std::size_t depth = 0;
    bool quoted = false;
    std::size_t end = begin;
    for (; end < text_.size(); ++end) {
      const char c = text_[end];
      if (quoted) {
        if (c == '\\') ++end;
        quoted = c != '"';
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && --depth == 0) {
        break;
      }
    }
    at_ = std::min(end + 1, text_.size());
    line_ += lines(begin, at_);
    return text_.substr(begin, at_ - begin);
  }
  [[nodiscard]] std::size_t line() const { return begin_line_; }

 private:
  [[nodiscard]] std::size_t lines(std::size_t from, std::size_t to) const {
    return static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                               text_.begin() + static_cast<std::ptrdiff_t>(to),
                                               '\n'));
  }
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t begin_line_ = 1;
};

struct ConnectionType {
  std::int64_t id;
  ConnectorStandard standard;
  CableFormat format;
};
// Open Charge Map's reference data, ConnectionTypes: all but those that we have no word for.
constexpr std::array<ConnectionType, 33> connection_types{{
    {1, ConnectorStandard::type1, CableFormat::cable},
    {2, ConnectorStandard::chademo, CableFormat::cable},
    {3, ConnectorStandard::domestic, CableFormat::socket},   // BS 1363
    {4, ConnectorStandard::cee_blue, CableFormat::socket},   // Commando
    {9, ConnectorStandard::nema, CableFormat::socket},       // 5-20R
    {10, ConnectorStandard::nema, CableFormat::socket},      // 14-30
    {11, ConnectorStandard::nema, CableFormat::socket},      // 14-50
    {13, ConnectorStandard::domestic, CableFormat::socket},  // Europlug
    {14, ConnectorStandard::nema, CableFormat::socket},      // 6-20
    {15, ConnectorStandard::nema, CableFormat::socket},      // 6-15
    {16, ConnectorStandard::cee_blue, CableFormat::socket},  // CEE 3 pin
    {17, ConnectorStandard::cee_red, CableFormat::socket},
    {22, ConnectorStandard::nema, CableFormat::socket},      // 5-15R
    {23, ConnectorStandard::domestic, CableFormat::socket},  // CEE 7/5
    {25, ConnectorStandard::type2, CableFormat::socket},
    {26, ConnectorStandard::type3, CableFormat::socket},  // 3C
    {27, ConnectorStandard::nacs, CableFormat::cable},
    {28, ConnectorStandard::schuko, CableFormat::socket},
    {29, ConnectorStandard::domestic, CableFormat::socket},  // AS 3112
    {30, ConnectorStandard::nacs, CableFormat::cable},
    {32, ConnectorStandard::ccs1, CableFormat::cable},
    {33, ConnectorStandard::ccs2, CableFormat::cable},
    {34, ConnectorStandard::cee_blue, CableFormat::socket},  // IEC 60309, 3 pins
    {35, ConnectorStandard::cee_red, CableFormat::socket},   // 5 pins
    {36, ConnectorStandard::type3, CableFormat::socket},     // 3A
    {1036, ConnectorStandard::type2, CableFormat::cable},
    {1037, ConnectorStandard::domestic, CableFormat::socket},  // SEV 1011
    {1038, ConnectorStandard::gbt_ac, CableFormat::socket},
    {1039, ConnectorStandard::gbt_ac, CableFormat::cable},
    {1040, ConnectorStandard::gbt_dc, CableFormat::cable},
    {1042, ConnectorStandard::nema, CableFormat::socket},      // TT-30R
    {1043, ConnectorStandard::domestic, CableFormat::socket},  // type M
    {1044, ConnectorStandard::chaoji, CableFormat::cable},
}};
// Of UsageTypes those that are not for everybody.
constexpr std::array<std::int64_t, 2> private_usage{2, 6};
constexpr std::array<std::int64_t, 3> restricted_usage{3, 4, 7};
// Of StatusTypes: nobody charges there.
constexpr std::int64_t planned_status = 150;
constexpr std::array<std::int64_t, 2> removed_status{200, 210};  // decommissioned, a duplicate
constexpr std::array<CurrentKind, 3> current_types{CurrentKind::ac1, CurrentKind::ac3,
                                                   CurrentKind::dc};  // 10, 20, 30

std::string text_of(const json::Value* value, std::string_view name, std::size_t bytes_max) {
  const std::string* found = value == nullptr ? nullptr : value->find_string(name);
  if (found == nullptr) return {};
  std::string out = repaired_utf8(found->substr(0, bytes_max));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  while (out.size() > bytes_max) out.pop_back();
  return std::string{trimmed(repaired_utf8(out))}.substr(0, bytes_max);
}

std::string line_of(const json::Value* value, std::string_view name) {
  return text_of(value, name, PlotLimits::name_bytes_max - 4);
}

std::int64_t id_of(const json::Value& value, std::string_view name, std::string_view object) {
  const json::Value* found = value.find(name);
  if (const json::Value* inner = value.find(object); found == nullptr && inner != nullptr) {
    found = inner->find("ID");
  }
  return found == nullptr || found->if_int() == nullptr ? -1 : *found->if_int();
}

std::optional<double> real_of(const json::Value* value, std::string_view name) {
  const json::Value* found = value == nullptr ? nullptr : value->find(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* whole = found->if_int()) return static_cast<double>(*whole);
  if (const auto* real = found->if_double()) return *real;
  return std::nullopt;
}

ConnectorOffer offer_of(const json::Value& connection) {
  ConnectorOffer out;
  const std::int64_t type = id_of(connection, "ConnectionTypeID", "ConnectionType");
  const auto* const known = std::ranges::find(connection_types, type, &ConnectionType::id);
  if (known != connection_types.end()) {
    out.standard = known->standard;
    out.format = known->format;
  }
  const std::int64_t current = id_of(connection, "CurrentTypeID", "CurrentType");
  if (current == 10 || current == 20 || current == 30) {
    out.current = current_types[static_cast<std::size_t>(current / 10 - 1)];
  }
  const double power = real_of(&connection, "PowerKW").value_or(0) * 1'000;
  if (power > 0 && power <= PlotLimits::power_w_max) {
    out.power_w = static_cast<std::int32_t>(std::lround(power));
  }
  const double quantity = real_of(&connection, "Quantity").value_or(1);
  if (quantity >= 1 && quantity <= 1'000) out.count = static_cast<std::uint16_t>(quantity);
  return out;
}

constexpr std::string_view contributors = "Open Charge Map contributors";  // its first provider

std::string attribution_of(const json::Value* provider) {
  const std::string title = line_of(provider, "Title");
  const std::string licence = line_of(provider, "License");
  std::string out = title.empty() ? std::string{contributors} : title;
  if (!licence.empty() && out.size() + licence.size() < PlotLimits::line_bytes_max - 4) {
    out += "; " + licence;
  }
  return out;
}

std::string attribution_of(const json::Value& site, const ChargeMapNames& names) {
  const json::Value* provider = site.find("DataProvider");
  const std::int64_t id = id_of(site, "DataProviderID", "DataProvider");
  if (!line_of(provider, "Title").empty() || id < 0) return attribution_of(provider);
  if (const auto known = names.providers.find(id); known != names.providers.end()) {
    return known->second;
  }
  if (id == 1) return std::string{contributors};
  return "Open Charge Map, data provider " + std::to_string(id);
}

/// What the object says, or what the names say of its number.
std::string named(const json::Value* object, std::string_view member, std::int64_t id,
                  const std::unordered_map<std::int64_t, std::string>& names) {
  std::string out = line_of(object, member);
  if (!out.empty()) return out;
  const auto known = names.find(id);
  return known == names.end() ? std::string{} : known->second;
}

/// `name(entry)` of each entry of a list, by its ID.
template <class Name>
std::unordered_map<std::int64_t, std::string> names_in(const json::Value& all,
                                                       std::string_view list, Name name) {
  std::unordered_map<std::int64_t, std::string> out;
  const json::Value* found = all.find(list);
  if (found == nullptr || found->if_array() == nullptr) return out;
  for (const json::Value& entry : *found->if_array()) {
    const json::Value* id = entry.find("ID");
    std::string text = name(&entry);
    if (id != nullptr && id->if_int() != nullptr && !text.empty()) {
      out.emplace(*id->if_int(), std::move(text));
    }
  }
  return out;
}

Result<ImportedSite> site_of(const json::Value& site, const ImportOptions& options) {
  const json::Value* id = site.find("ID");
  const json::Value* address = site.find("AddressInfo");
  if (id == nullptr || id->if_int() == nullptr || address == nullptr) {
    return Error{ImportErrc::import_invalid, "a site has ID and AddressInfo"};
  }
  const std::string source_id = std::to_string(*id->if_int());
  const std::int64_t status = id_of(site, "StatusTypeID", "StatusType");
  if (status == planned_status) return ClosedSite{source_id, "planned"};
  if (std::ranges::find(removed_status, status) != removed_status.end()) {
    return ClosedSite{source_id, "it was removed"};
  }
  const auto latitude = real_of(address, "Latitude");
  const auto longitude = real_of(address, "Longitude");
  const auto at = latitude && longitude ? position_of(*latitude, *longitude) : std::nullopt;
  if (!at) return Error{ImportErrc::import_invalid, "AddressInfo has no place on Earth"};
  Plot plot;
  plot.source = "ocm";
  plot.source_id = source_id;
  plot.attribution = attribution_of(site, options.names);
  plot.at = *at;
  plot.name = line_of(address, "Title");
  if (plot.name.empty()) plot.name = "Open Charge Map " + plot.source_id;
  plot.address = line_of(address, "AddressLine1");
  plot.city = line_of(address, "Town");
  plot.postcode = line_of(address, "Postcode");
  plot.country = named(address->find("Country"), "ISOCode", id_of(*address, "CountryID", "Country"),
                       options.names.countries);
  if (plot.country.size() != 2) plot.country = options.country;
  plot.phone = line_of(address, "ContactTelephone1");
  plot.website = line_of(address, "RelatedURL");
  if (!is_link(plot.website, true)) plot.website.clear();
  plot.operator_name = named(site.find("OperatorInfo"), "Title",
                             id_of(site, "OperatorID", "OperatorInfo"), options.names.operators);
  const std::int64_t usage = id_of(site, "UsageTypeID", "UsageType");
  if (std::ranges::find(private_usage, usage) != private_usage.end()) {
    plot.access = Access::private_;
  } else if (std::ranges::find(restricted_usage, usage) != restricted_usage.end()) {
    plot.access = Access::restricted;
  }
  const std::string cost = text_of(&site, "UsageCost", 500);
  plot.description = text_of(&site, "GeneralComments", 3'000);
  if (!cost.empty()) plot.description += (plot.description.empty() ? "" : "\n") + ("Cost: " + cost);
  const json::Value* connections = site.find("Connections");
  if (connections != nullptr && connections->if_array() != nullptr) {
    for (const json::Value& one : *connections->if_array()) {
      if (plot.offers.size() < PlotLimits::offers_max) plot.offers.push_back(offer_of(one));
    }
  }
  plot.created_at = plot.modified_at = options.now;
  MS_TRY_VOID(check_plot(plot));
  return plot;
}

}  // namespace

const ErrorRow& error_row(ImportErrc code) {
  static constexpr std::array rows{
      ErrorRow{"import_invalid", "this is no site of that format", 400},
      ErrorRow{"import_skipped", "left out", 400},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<ChargeMapNames> read_charge_map_names(std::string_view text) {
  MS_TRY(const auto all, json::parse(text, {.bytes_max = names_bytes_max, .depth_max = 16}));
  const auto title = [](const json::Value* entry) { return line_of(entry, "Title"); };
  const auto code = [](const json::Value* entry) { return line_of(entry, "ISOCode"); };
  const auto provider = [](const json::Value* entry) { return attribution_of(entry); };
  ChargeMapNames out;
  out.operators = names_in(all, "Operators", title);
  out.countries = names_in(all, "Countries", code);
  out.providers = names_in(all, "DataProviders", provider);
  if (out.operators.empty() && out.countries.empty() && out.providers.empty()) {
    return Error{ImportErrc::import_invalid,
                 "reference data has Operators, Countries and DataProviders"};
  }
  return out;
}

void read_open_charge_map(std::string_view text, const ImportOptions& options,
                          const TakeImported& take) {
  Objects objects{text};
  while (const auto object = objects.next()) {
    auto parsed = json::parse(*object, {.bytes_max = site_bytes_max, .depth_max = 16});
    const bool more = parsed.has_error() ? take(objects.line(), std::move(parsed).error())
                                         : take(objects.line(), site_of(*parsed, options));
    if (!more) return;
  }
}

}  // namespace mainstay::charging
