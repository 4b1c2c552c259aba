#include "apps/charging/commands/network_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "apps/charging/app_network.hpp"
#include "apps/charging/inbound/http/network_json.hpp"
#include "apps/charging/waiting.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::charging {
namespace {

using mainstay::Command;
using Cells = std::vector<std::string>;

constexpr std::int64_t listed_fallback = 50;

std::string time_cell(SystemTime at) { return at == SystemTime{} ? "" : utc_text(at); }

int print(const Call& call, const json::Array& all, const std::vector<Cells>& table) {
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(all).c_str());
  } else {
    print_table(table);
  }
  return exit_ok;
}

std::size_t limit_of(const Call& call) {
  return static_cast<std::size_t>(call.number("--limit", listed_fallback));
}

/// Decides on what the store has, and stores that; of a dry run nothing stays.
Result<> change(const Call& call,
                const std::function<Result<>(Network&, SystemTime, Batch&)>& decide) {
  const SystemTime now = MachineClock{}.wall();
  MS_TRY(const auto store, open_current_store(call.product, *call.settings, now));
  store::Rehearsal rehearsal{*store};
  const auto rows =
      network_store(call.has("--dry-run") ? static_cast<store::Store&>(rehearsal) : *store);
  MS_TRY(auto loaded, rows->load());
  Network network{{}, std::move(loaded)};
  Batch batch;
  MS_TRY_VOID(decide(network, now, batch));
  batch.changes.events.clear();  // their numbers are the server's to give
  return rows->commit_outside(batch.changes, now);
}

int changed(const Call& call, const Result<>& outcome, const std::string& what) {
  if (outcome.has_error()) return call.fail(outcome.error());
  std::printf("%s%s\n", dry_run_lead(call.has("--dry-run")), what.c_str());
  return exit_ok;
}

/// `show` lists what is loaded.
int with_network(const Call& call, const std::function<int(const Network&, NetworkStore&)>& show) {
  auto store = open_current_store(call.product, *call.settings, MachineClock{}.wall());
  if (store.has_error()) return call.fail(store.error());
  const auto rows = network_store(**store);
  auto loaded = rows->load();
  if (loaded.has_error()) return call.fail(loaded.error());
  const Network network{{}, std::move(*loaded)};
  return show(network, *rows);
}

// --- stations ------------------------------------------------------------------------------------

int run_stations(const Call& call) {
  return with_network(call, [&](const Network& network, NetworkStore&) {
    json::Array all;
    std::vector<Cells> table{
        {"identity", "name", "admission", "vendor", "model", "connectors", "charging", "booted"}};
    for (const auto& [id, station] : network.stations()) {
      if (all.size() == limit_of(call)) break;
      const StationRow& row = station.row;
      const auto charging = std::ranges::count_if(
          station.connectors, [](const Connector& one) { return one.active.get() != 0; });
      all.push_back(to_json(station));
      table.push_back({row.identity, row.name, std::string{to_text(row.admission)}, row.vendor,
                       row.model, std::to_string(station.connectors.size()),
                       std::to_string(charging), time_cell(row.booted_at)});
    }
    return print(call, all, table);
  });
}

int run_add_station(const Call& call) {
  StationRow row;
  row.identity = call.text("identity");
  row.name = call.text("--name");
  for (const std::string& group : call.rest("group")) {
    row.groups += row.groups.empty() ? "," + group + "," : group + ",";
  }
  const auto made = change(call, [&](Network& network, SystemTime now, Batch& batch) -> Result<> {
    MS_TRY([[maybe_unused]] const auto id, network.add_station(row, now, batch));
    return {};
  });
  return changed(call, made, "registered " + row.identity);
}

int run_remove_station(const Call& call) {
  const std::string& identity = call.text("identity");
  const auto removed =
      change(call, [&](Network& network, SystemTime now, Batch& batch) -> Result<> {
        const Station* const station = network.station(identity);
        if (station == nullptr) return Error{NetworkErrc::station_unknown, identity};
        return network.remove_station(station->row.id, now, batch);
      });
  return changed(call, removed, "removed " + identity);
}

// --- tags ----------------------------------------------------------------------------------------

int run_tags(const Call& call) {
  return with_network(call, [&](const Network& network, NetworkStore&) {
    std::vector<const TagRow*> rows;
    for (const auto& [key, row] : network.tags()) rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const TagRow* row) { return row->tag; });
    json::Array all;
    std::vector<Cells> table{{"tag", "blocked", "expires", "parent", "owner", "label"}};
    for (const TagRow* row : rows) {
      if (all.size() == limit_of(call)) break;
      all.push_back(to_json(*row));
      table.push_back({row->tag, row->is_blocked ? "yes" : "", time_cell(row->expires_at),
                       row->parent, row->owner, row->label});
    }
    return print(call, all, table);
  });
}

int run_put_tag(const Call& call) {
  TagRow row;
  row.tag = call.text("tag");
  row.parent = call.text("--parent");
  row.owner = call.text("--owner");
  row.label = call.text("--label");
  row.is_blocked = call.has("--blocked");
  const auto made = change(call, [&](Network& network, SystemTime now, Batch& batch) {
    return network.put_tag(row, now, batch);
  });
  return changed(call, made, "registered tag " + tag_key(row.tag));
}

int run_remove_tag(const Call& call) {
  const std::string& tag = call.text("tag");
  const auto removed = change(call, [&](Network& network, SystemTime, Batch& batch) {
    return network.remove_tag(tag, batch);
  });
  return changed(call, removed, "removed tag " + tag_key(tag));
}

// --- transactions, operations --------------------------------------------------------------------

int run_transactions(const Call& call) {
  return with_network(call, [&](const Network& network, NetworkStore& rows) {
    TransactionFilter filter;
    filter.limit = limit_of(call);
    filter.tag = call.text("--tag");
    if (!call.text("--station").empty()) {
      const Station* const station = network.station(call.text("--station"));
      if (station == nullptr) {
        return call.fail(Error{NetworkErrc::station_unknown, call.text("--station")});
      }
      filter.station = station->row.id;
    }
    const auto found = wait_for<std::vector<TransactionRow>>(
        [&](auto done) { rows.transactions(filter, std::move(done)); });
    if (found.has_error()) return call.fail(found.error());
    json::Array all;
    std::vector<Cells> table{
        {"id", "station", "connector", "tag", "state", "started", "stopped", "Wh"}};
    for (const TransactionRow& row : *found) {
      const Station* const station = network.station(row.station);
      const std::string identity = station == nullptr ? "" : station->row.identity;
      const bool has_ended = row.state == TransactionState::ended;
      all.push_back(to_json(row, identity));
      table.push_back({std::to_string(row.id.get()), identity, std::to_string(row.connector.get()),
                       row.tag, std::string{to_text(row.state)}, time_cell(row.started_at),
                       has_ended ? time_cell(row.stopped_at) : "",
                       has_ended ? std::to_string(row.meter_stop - row.meter_start) : ""});
    }
    return print(call, all, table);
  });
}

int run_operations(const Call& call) {
  return with_network(call, [&](const Network&, NetworkStore& rows) {
    const auto found = wait_for<std::vector<OperationRow>>(
        [&](auto done) { rows.operations(0, limit_of(call), std::move(done)); });
    if (found.has_error()) return call.fail(found.error());
    json::Array all;
    std::vector<Cells> table{{"id", "command", "by", "made", "ended"}};
    for (const OperationRow& row : *found) {
      all.push_back(to_json(row));
      table.push_back({std::to_string(row.id.get()), row.command, row.made_by,
                       time_cell(row.made_at), time_cell(row.ended_at)});
    }
    return print(call, all, table);
  });
}

// --- webhooks ------------------------------------------------------------------------------------

int run_webhooks(const Call& call) {
  return with_network(call, [&](const Network&, NetworkStore& rows) {
    const auto found =
        wait_for<std::vector<WebhookRow>>([&](auto done) { rows.webhooks(std::move(done)); });
    if (found.has_error()) return call.fail(found.error());
    json::Array all;
    std::vector<Cells> table{{"id", "state", "failures", "last error", "url"}};
    for (const WebhookRow& row : *found) {
      auto shown = to_json(row);
      table.push_back({std::to_string(row.id), *shown.find_string("state"),
                       std::to_string(row.failures), row.last_error, row.url});
      all.push_back(std::move(shown));
    }
    return print(call, all, table);
  });
}

int run_retry_webhook(const Call& call) {
  const auto id = parse_i64(call.text("id"));
  if (!id) return call.fail("an id is a number: `charging webhooks list` has them", exit_usage);
  const SystemTime now = MachineClock{}.wall();
  auto store = open_current_store(call.product, *call.settings, now);
  if (store.has_error()) return call.fail(store.error());
  store::Rehearsal rehearsal{**store};
  const auto retried = retry_webhook(
      call.has("--dry-run") ? static_cast<store::Store&>(rehearsal) : **store, *id, now);
  return changed(call, retried, "webhook " + std::to_string(*id) + " is tried again now");
}

Argument limit_argument() { return number("--limit", "so many at most (default: 50)", 1, 10'000); }

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
       .run = run_webhooks},
      {.name = "charging webhooks retry",
       .help = "send what waits for a webhook now, also for a dead one",
       .arguments = {required_text("id", "its number"), dry_run_flag()},
       .run = run_retry_webhook},
  };
}

}  // namespace mainstay::charging
