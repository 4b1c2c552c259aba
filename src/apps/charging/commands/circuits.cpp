#include "apps/charging/commands/circuits.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "apps/charging/app_power.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/power_json.hpp"
#include "base/text.hpp"

namespace mainstay::charging {
namespace {

/// Its outlets name their stations.
Result<SiteInput> stored_site(const PowerSiteRow& row) {
  MS_TRY(auto site, read_site(row.circuits));
  for (std::size_t i = 0; i < site.stations.size(); ++i) {
    const auto number = parse_i64(site.stations[i]);
    if (!number) return Error{power::PowerErrc::tree_invalid, "in the store: " + site.stations[i]};
    site.tree.outlets[i].station = StationId{*number};
  }
  return site;
}

std::string amperes_cell(DeciAmperes amperes) {
  std::string out = std::to_string(amperes / 10);
  if (amperes % 10 != 0) out += "." + std::to_string(amperes % 10);
  return out;
}

/// `shown`: the circuit as a site's JSON has it.
void add_circuit(Listing& listing, PlotId site, const power::SiteTree& tree, std::size_t number,
                 json::Value shown) {
  const power::Circuit& circuit = tree.circuits[number];
  const std::int64_t outlets = std::ranges::count(tree.outlets, number, &power::Outlet::circuit);
  Listing::Cells cells{std::to_string(site.get()), circuit.name,
                       circuit.parent ? tree.circuits[*circuit.parent].name : ""};
  for (const DeciAmperes limit : circuit.amperes) cells.push_back(amperes_cell(limit));
  cells.push_back(circuit.watts ? std::to_string(*circuit.watts) : "");
  cells.push_back(std::to_string(outlets));
  shown.if_object()->insert(shown.if_object()->begin(), {"site", site.get()});
  shown.if_object()->push_back({"connectors", outlets});
  listing.add(std::move(shown), std::move(cells));
}

int run_circuits(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto rows, power_store(store)->load());
    Listing listing{{"site", "circuit", "within", "R A", "S A", "T A", "W", "connectors"}};
    for (const PowerSiteRow& row : rows.sites) {
      MS_TRY(const auto site, stored_site(row));
      const json::Value whole = value_of(site.tree, {}, [](StationId) { return ""; });
      std::size_t number = 0;
      for (const json::Value& circuit : *whole.find("circuits")->if_array()) {
        if (listing.size() == limit_of(call)) break;
        add_circuit(listing, row.site, site.tree, number++, circuit);
      }
    }
    listing.print(call);
    return {};
  });
}

int run_site(const Call& call) {
  const auto id = id_of(call, "charging circuits list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto rows, power_store(store)->load());
    const auto row = std::ranges::find(rows.sites, PlotId{*id}, &PowerSiteRow::site);
    if (row == rows.sites.end()) {
      return Error{power::PowerErrc::site_unknown, "`charging circuits list` has those there are"};
    }
    MS_TRY(const auto site, stored_site(*row));
    MS_TRY(const auto names, StationNames::read(store));
    const auto name = [&](StationId station) {
      const std::string identity = names.of(station);
      return identity.empty() ? std::to_string(station.get()) : identity;
    };
    json::Value shown = value_of(site.tree, site.time_zone, name);
    shown.if_object()->insert(shown.if_object()->begin(), {"site", *id});
    print_json(shown);
    return {};
  });
}

}  // namespace

std::vector<Command> circuit_commands() {
  return {
      {.name = "charging circuits", .help = "what sites may draw, for smart charging"},
      {.name = "charging circuits list",
       .help = "list circuits by their sites, with the limit of each phase",
       .arguments = {limit_argument()},
       .run = run_circuits},
      {.name = "charging circuits show",
       .help = "show a site's circuits and the connectors that hang on them, as JSON; who draws "
               "what now a server tells: /charging/v1/sites/ID/allocation",
       .arguments = {required_text("id", "the site: its plot's id")},
       .run = run_site},
  };
}

}  // namespace mainstay::charging
