#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"

namespace mainstay::commands {
namespace {

std::string state_text(const store::MigrationState& state) {
  if (state.unknown) return "applied by a newer program";
  if (state.changed) return "applied, but its text has changed since";
  return state.applied_at ? "applied " + utc_text(*state.applied_at) : "missing";
}

int print_states(const std::vector<store::MigrationState>& states, bool as_json) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"version", "name", "state"}};
  for (const auto& state : states) {
    rows.push_back({std::to_string(state.version), state.name, state_text(state)});
    array.emplace_back(json::Object{{"version", static_cast<std::int64_t>(state.version)},
                                    {"name", state.name},
                                    {"applied", state.applied_at.has_value()},
                                    {"changed", state.changed},
                                    {"unknown", state.unknown}});
  }
  if (as_json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else {
    print_table(rows);
  }
  return exit_ok;
}

int print_versions(const Call& call, const Result<std::vector<std::uint64_t>>& versions,
                   const char* what) {
  if (versions.has_error()) return call.fail(versions.error());
  for (const std::uint64_t version : *versions) {
    std::printf("%s %llu\n", what, static_cast<unsigned long long>(version));
  }
  if (versions->empty()) std::printf("nothing to do\n");
  return exit_ok;
}

/// What `use` makes of the store's migrator: the exit status.
int with_migrator(const Call& call, const std::function<int(store::Migrator&)>& use) {
  auto store = open_store(call.product, *call.settings);
  if (store.has_error()) return call.fail(store.error());
  const auto all = migrations(call.product);
  store::Migrator migrator{**store, all};
  return use(migrator);
}

int up(const Call& call) {
  return with_migrator(call, [&](store::Migrator& migrator) {
    return print_versions(call, migrator.up(MachineClock{}.wall()), "applied");
  });
}

int down(const Call& call) {
  const auto steps = static_cast<std::size_t>(call.number("steps", 1));
  return with_migrator(call, [&](store::Migrator& migrator) {
    return print_versions(call, migrator.down(MachineClock{}.wall(), steps), "undone");
  });
}

int status(const Call& call) {
  return with_migrator(call, [&](store::Migrator& migrator) {
    const auto states = migrator.status();
    return states.has_error() ? call.fail(states.error()) : print_states(*states, call.json);
  });
}

int print_sql(const Call& call) {
  return with_migrator(call, [&](store::Migrator& migrator) -> int {
    const auto sql = migrator.pending_sql();
    if (sql.has_error()) return call.fail(sql.error());
    std::fputs(sql->c_str(), stdout);
    return exit_ok;
  });
}

}  // namespace

std::vector<Command> migrate_commands() {
  return {
      {.name = "migrate", .help = "schema changes"},
      {.name = "migrate up", .help = "apply what is missing", .run = up},
      {.name = "migrate down",
       .help = "undo the newest",
       .arguments = {number("steps", "how many (default 1)", 1, 1000)},
       .run = down},
      {.name = "migrate status", .help = "what is applied", .run = status},
      {.name = "migrate sql", .help = "print what `up` would run", .run = print_sql},
  };
}

}  // namespace mainstay::commands
