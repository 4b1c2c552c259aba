#include "apps/charging/commands/reservations.hpp"

#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/waiting.hpp"

namespace mainstay::charging {
namespace {

int run_reservations(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto names, StationNames::read(store));
    ReservationFilter filter;
    filter.limit = limit_of(call);
    filter.is_open = call.has("--open");
    if (!call.text("--station").empty()) {
      MS_TRY(filter.station, names.find(call.text("--station")));
    }
    MS_TRY(const auto found, wait_for<std::vector<ReservationRow>>([&](auto done) {
             network_store(store)->reservations(filter, std::move(done));
           }));
    Listing listing{
        {"id", "station", "connector", "tag", "state", "made", "expires", "transaction"}};
    for (const ReservationRow& row : found) {
      const std::string identity = names.of(row.station);
      auto shown = to_json(row, identity);
      const std::string state = *shown.find_string("state");
      const auto used = row.transaction.get();
      listing.add(std::move(shown),
                  {std::to_string(row.id.get()), identity, std::to_string(row.connector.get()),
                   row.tag, state, time_cell(row.made_at), time_cell(row.expires_at),
                   used == 0 ? "" : std::to_string(used)});
    }
    listing.print(call);
    return {};
  });
}

}  // namespace

// None is cancelled from here. An open one is kept by its station (or is being asked for), which
// would go on refusing everybody else until it expires: only the server can tell the station
// (CancelReservation), and a cancellation in the store alone would say something that is not so.
std::vector<Command> reservation_commands() {
  return {
      {.name = "charging reservations", .help = "connectors that stations keep for a tag"},
      {.name = "charging reservations list",
       .help = "list reservations, the newest first. The server cancels them, since it must tell "
               "the station: `mainstay api DELETE /charging/v1/reservations/ID`",
       .arguments = {text("--station", "of that identity only"),
                     flag("--open",
                          "only those that are not settled: kept, or behind their end until it is "
                          "certain that nobody came"),
                     limit_argument()},
       .run = run_reservations},
  };
}

}  // namespace mainstay::charging
