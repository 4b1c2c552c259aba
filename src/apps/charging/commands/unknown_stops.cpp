#include "apps/charging/commands/unknown_stops.hpp"

#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/waiting.hpp"

namespace mainstay::charging {
namespace {

using StopRows = std::vector<UnknownStopRow>;

/// The oldest first; those that wait for somebody before the others.
Result<StopRows> read_stops(NetworkStore& store, std::size_t limit, bool all) {
  const auto read = [&](bool settled_too) {
    return wait_for<StopRows>(
        [&](auto done) { store.unknown_stops(0, limit, settled_too, std::move(done)); });
  };
  MS_TRY(auto out, read(false));
  if (!all) return out;
  MS_TRY(auto both, read(true));
  for (UnknownStopRow& row : both) {
    if (out.size() == limit) break;
    if (row.attached_to != 0) out.push_back(std::move(row));
  }
  return out;
}

int run_stops(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto names, StationNames::read(store));
    MS_TRY(const auto found, read_stops(*network_store(store), limit_of(call), call.has("--all")));
    Listing listing{{"id", "station", "said", "tag", "meter Wh", "stopped", "received", "state",
                     "transaction"}};
    for (const UnknownStopRow& row : found) {
      const std::string identity = names.of(row.station);
      auto shown = to_json(row, identity);
      const std::string state = *shown.find_string("state");
      listing.add(
          std::move(shown),
          {std::to_string(row.id), identity, std::to_string(row.said.get()), row.tag,
           std::to_string(row.meter_stop), time_cell(row.stopped_at), time_cell(row.received_at),
           state, row.attached_to > 0 ? std::to_string(row.attached_to) : ""});
    }
    listing.print(call);
    return {};
  });
}

int run_dismiss(const Call& call) {
  const auto id = id_of(call, "charging stops list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_change(call, "set stop " + std::to_string(*id) + " aside",
                     [&](store::Store& store) { return network_store(store)->dismiss_stop(*id); });
}

}  // namespace

// None is attached from here: that ends a transaction which a server has in memory, and needs the
// server's next numbers, of an event (without which it is never billed) and of readings.
std::vector<Command> unknown_stop_commands() {
  return {
      {.name = "charging stops",
       .help = "ends that stations told of transactions that nobody knows"},
      {.name = "charging stops list",
       .help = "list those that wait for somebody to say whose they are, the oldest first. The "
               "server attaches them: POST /charging/v1/unknown_stops/ID/attach (`mainstay api`)",
       .arguments = {flag("--all", "behind them those that are attached or set aside"),
                     limit_argument()},
       .run = run_stops},
      {.name = "charging stops dismiss",
       .help = "set one aside: it is nobody's",
       .arguments = {required_text("id", "its id, as `charging stops list` shows it"),
                     dry_run_flag()},
       .run = run_dismiss},
  };
}

}  // namespace mainstay::charging
