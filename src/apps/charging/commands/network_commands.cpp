#include "apps/charging/commands/network_commands.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/commands/listing.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/waiting.hpp"

namespace mainstay::charging {
namespace {

using mainstay::Command;

/// Decides on what the store has, and stores that.
int change(const Call& call, const std::string& what,
           const std::function<Result<>(Network&, SystemTime, Batch&)>& decide) {
  return with_change(call, what, [&](store::Store& store) -> Result<> {
    const SystemTime now = MachineClock{}.wall();
    const auto rows = network_store(store);
    MS_TRY(auto loaded, rows->load());
    Network network{{}, std::move(loaded)};
    Batch batch;
    MS_TRY_VOID(decide(network, now, batch));
    batch.changes.events.clear();  // their numbers are the server's to give
    return rows->commit_outside(batch.changes, now);
  });
}

/// `show` lists what is loaded.
int with_network(const Call& call, const std::function<void(const Network&)>& show) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(auto loaded, network_store(store)->load());
    show(Network{{}, std::move(loaded)});
    return {};
  });
}

// --- stations ------------------------------------------------------------------------------------

int run_stations(const Call& call) {
  return with_network(call, [&](const Network& network) {
    Listing listing{
        {"identity", "name", "admission", "vendor", "model", "connectors", "charging", "booted"}};
    for (const auto& [id, station] : network.stations()) {
      if (listing.size() == limit_of(call)) break;
      const StationRow& row = station.row;
      const auto charging = std::ranges::count_if(
          station.connectors, [](const Connector& one) { return one.active.get() != 0; });
      listing.add(to_json(station),
                  {row.identity, row.name, std::string{to_text(row.admission)}, row.vendor,
                   row.model, std::to_string(station.connectors.size()), std::to_string(charging),
                   time_cell(row.booted_at)});
    }
    listing.print(call);
  });
}

int run_add_station(const Call& call) {
  StationRow row;
  row.identity = call.text("identity");
  row.name = call.text("--name");
  for (const std::string& group : call.rest("group")) {
    row.groups += row.groups.empty() ? "," + group + "," : group + ",";
  }
  return change(call, "registered " + row.identity,
                [&](Network& network, SystemTime now, Batch& batch) -> Result<> {
                  MS_TRY([[maybe_unused]] const auto id, network.add_station(row, now, batch));
                  return {};
                });
}

int run_remove_station(const Call& call) {
  const std::string& identity = call.text("identity");
  return change(call, "removed " + identity,
                [&](Network& network, SystemTime now, Batch& batch) -> Result<> {
                  const Station* const station = network.station(identity);
                  if (station == nullptr) return Error{NetworkErrc::station_unknown, identity};
                  return network.remove_station(station->row.id, now, batch);
                });
}

// --- tags ----------------------------------------------------------------------------------------

int run_tags(const Call& call) {
  return with_network(call, [&](const Network& network) {
    std::vector<const TagRow*> rows;
    for (const auto& [key, row] : network.tags()) rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const TagRow* row) { return row->tag; });
    Listing listing{{"tag", "blocked", "expires", "parent", "owner", "label"}};
    for (const TagRow* row : rows) {
      if (listing.size() == limit_of(call)) break;
      listing.add(to_json(*row), {row->tag, row->is_blocked ? "yes" : "",
                                  time_cell(row->expires_at), row->parent, row->owner, row->label});
    }
    listing.print(call);
  });
}

int run_put_tag(const Call& call) {
  TagRow row;
  row.tag = call.text("tag");
  row.parent = call.text("--parent");
  row.owner = call.text("--owner");
  row.label = call.text("--label");
  row.is_blocked = call.has("--blocked");
  return change(call, "registered tag " + tag_key(row.tag),
                [&](Network& network, SystemTime now, Batch& batch) {
                  return network.put_tag(row, now, batch);
                });
}

int run_remove_tag(const Call& call) {
  const std::string& tag = call.text("tag");
  return change(
      call, "removed tag " + tag_key(tag),
      [&](Network& network, SystemTime, Batch& batch) { return network.remove_tag(tag, batch); });
}

// --- transactions, operations --------------------------------------------------------------------

int run_transactions(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto names, StationNames::read(store));
    TransactionFilter filter;
    filter.limit = limit_of(call);
    filter.tag = call.text("--tag");
    if (!call.text("--station").empty()) {
      MS_TRY(filter.station, names.find(call.text("--station")));
    }
    MS_TRY(const auto found, wait_for<std::vector<TransactionRow>>([&](auto done) {
             network_store(store)->transactions(filter, std::move(done));
           }));
    Listing listing{{"id", "station", "connector", "tag", "state", "started", "stopped", "Wh"}};
    for (const TransactionRow& row : found) {
      const std::string identity = names.of(row.station);
      const bool has_ended = row.state == TransactionState::ended;
      listing.add(to_json(row, identity),
                  {std::to_string(row.id.get()), identity, std::to_string(row.connector.get()),
                   row.tag, std::string{to_text(row.state)}, time_cell(row.started_at),
                   has_ended ? time_cell(row.stopped_at) : "",
                   has_ended ? std::to_string(row.meter_stop - row.meter_start) : ""});
    }
    listing.print(call);
    return {};
  });
}

int run_operations(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto found, wait_for<std::vector<OperationRow>>([&](auto done) {
             network_store(store)->operations(0, limit_of(call), std::move(done));
           }));
    Listing listing{{"id", "command", "by", "made", "ended"}};
    for (const OperationRow& row : found) {
      listing.add(to_json(row), {std::to_string(row.id.get()), row.command, row.made_by,
                                 time_cell(row.made_at), time_cell(row.ended_at)});
    }
    listing.print(call);
    return {};
  });
}

// --- webhooks ------------------------------------------------------------------------------------

int run_webhooks(const Call& call) {
  return with_store(call, [&](store::Store& store) -> Result<> {
    MS_TRY(const auto found, wait_for<std::vector<WebhookRow>>([&](auto done) {
             network_store(store)->webhooks(std::move(done));
           }));
    Listing listing{{"id", "state", "failures", "last error", "url"}};
    for (const WebhookRow& row : found) {
      if (listing.size() == limit_of(call)) break;
      auto shown = to_json(row);
      Listing::Cells cells{std::to_string(row.id), *shown.find_string("state"),
                           std::to_string(row.failures), row.last_error, row.url};
      listing.add(std::move(shown), std::move(cells));
    }
    listing.print(call);
    return {};
  });
}

int run_retry_webhook(const Call& call) {
  const auto id = id_of(call, "charging webhooks list");
  if (id.has_error()) return call.fail(id.error(), exit_usage);
  return with_change(
      call, "webhook " + std::to_string(*id) + " is tried again now",
      [&](store::Store& store) { return retry_webhook(store, *id, MachineClock{}.wall()); });
}

}  // namespace

std::vector<Command> network_commands() {
  return {
      {.name = "charging stations", .help = "the stations of the charging network"},
      {.name = "charging stations list",
       .help = "list the registered stations",
       .arguments = {limit_argument()},
       .run = run_stations},
      {.name = "charging stations add",
       .help = "register a station, so that it may connect",
       .arguments = {required_text("identity", "its OCPP identity: the last part of its URL"),
                     text("--name", "for people"), dry_run_flag(),
                     rest("group", "groups that it belongs to")},
       .run = run_add_station},
      {.name = "charging stations remove",
       .help = "remove a station; its transactions stay",
       .arguments = {required_text("identity", "its OCPP identity"), dry_run_flag()},
       .run = run_remove_station},
      {.name = "charging tags", .help = "the tags (RFID cards, apps) that may charge"},
      {.name = "charging tags list",
       .help = "list the tags",
       .arguments = {limit_argument()},
       .run = run_tags},
      {.name = "charging tags add",
       .help = "register a tag, or replace it",
       .arguments = {required_text("tag", "1 to 20 characters, upper or lower case"),
                     text("--parent", "tags of one parent may stop each other's transactions"),
                     text("--owner", "a user's id"), text("--label", "for people"),
                     flag("--blocked", "it may not charge"), dry_run_flag()},
       .run = run_put_tag},
      {.name = "charging tags remove",
       .help = "remove a tag: stations are told that it is invalid",
       .arguments = {required_text("tag", "the tag"), dry_run_flag()},
       .run = run_remove_tag},
      {.name = "charging transactions", .help = "what was charged"},
      {.name = "charging transactions list",
       .help = "list transactions, the newest first",
       .arguments = {text("--station", "of that identity only"), text("--tag", "of that tag only"),
                     limit_argument()},
       .run = run_transactions},
      {.name = "charging operations", .help = "what operators asked of stations"},
      {.name = "charging operations list",
       .help = "list operations, the newest first",
       .arguments = {limit_argument()},
       .run = run_operations},
      {.name = "charging webhooks", .help = "who is told of events"},
      {.name = "charging webhooks list",
       .help = "list webhooks: ok, failing, or dead after 20 failures in a row",
       .arguments = {limit_argument()},
       .run = run_webhooks},
      {.name = "charging webhooks retry",
       .help = "send what waits for a webhook now, also for a dead one",
       .arguments = {required_text("id", "its number"), dry_run_flag()},
       .run = run_retry_webhook},
  };
}

}  // namespace mainstay::charging
