#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "apps/charging/domain/plots/plot.hpp"
#include "base/result.hpp"

namespace mainstay::charging {

enum class ImportErrc : std::uint8_t {
  import_invalid = 1,  // not of that shape
  import_skipped,      // of that shape, and nothing to charge at: another fuel
};
const ErrorRow& error_row(ImportErrc code);

/// A site where nobody charges, or not yet, or no more.
struct ClosedSite {
  std::string source_id{};
  std::string why{};
};
using ImportedSite = std::variant<Plot, ClosedSite>;

/// One site of a file, or why it is none, and the line where it begins. False: no more.
using TakeImported = std::function<bool(std::size_t line, Result<ImportedSite> site)>;

/// What Open Charge Map's numbers mean, where its sites leave the names out.
struct ChargeMapNames {
  std::unordered_map<std::int64_t, std::string> operators{};
  std::unordered_map<std::int64_t, std::string> countries{};  // ISO 3166-1
  std::unordered_map<std::int64_t, std::string> providers{};  // whose data it is, for people
};
/// Its reference data: JSON with Operators, Countries and DataProviders.
Result<ChargeMapNames> read_charge_map_names(std::string_view text);

struct ImportOptions {
  std::string country{};  // of sites that do not say theirs: ISO 3166-1
  SystemTime now{};
  ChargeMapNames names{};
};

/// Open Charge Map's sites (its API's and export's JSON): an array, or one object behind the other.
/// Its own numbers of connection and usage types are read where names are left out; those of
/// operators, countries and data providers (the export has nothing else) as the names say.
void read_open_charge_map(std::string_view text, const ImportOptions& options,
                          const TakeImported& take);
/// "alt_fuel_stations" of the Alternative Fuels Data Center (US DOE, NREL): CSV with the column
/// names in its first line. It tells how many ports of each speed there are and which connectors
/// occur: each of these is taken to be at every port of its speed.
void read_afdc(std::string_view text, const ImportOptions& options, const TakeImported& take);

}  // namespace mainstay::charging
