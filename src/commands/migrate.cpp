#include <cstdio>
#include <string>
#include <vector>

#include "application.hpp"
#include "commands/commands.hpp"
#include "commands/invocation.hpp"
#include "commands/table.hpp"
#include "platform/json/json.hpp"

namespace mainstay::commands {
namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "mainstay: %s\n", error.message().c_str());
  return exit_failed;
}

std::string time_text(SystemTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(at - day)};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text;
}

std::string state_text(const store::MigrationState& state) {
  if (state.unknown) return "applied by a newer program";
  if (state.changed) return "applied, but its text has changed since";
  return state.applied_at ? "applied " + time_text(*state.applied_at) : "missing";
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

int print_versions(const Result<std::vector<std::uint64_t>>& versions, const char* what) {
  if (versions.has_error()) return fail(versions.error());
  for (const std::uint64_t version : *versions) {
    std::printf("%s %llu\n", what, static_cast<unsigned long long>(version));
  }
  if (versions->empty()) std::printf("nothing to do\n");
  return exit_ok;
}

}  // namespace

int migrate(const Invocation& invocation, const settings::Settings& settings) {
  auto store = open_store(settings);
  if (store.has_error()) return fail(store.error());
  const auto migrations = Application::migrations();
  store::Migrator migrator{**store, migrations};
  const MachineClock clock;
  switch (invocation.verb) {
    case Verb::migrate_up:
      return print_versions(migrator.up(clock.wall()), "applied");
    case Verb::migrate_down:
      return print_versions(migrator.down(clock.wall(), invocation.steps), "undone");
    case Verb::migrate_sql: {
      const auto sql = migrator.pending_sql();
      if (sql.has_error()) return fail(sql.error());
      std::fputs(sql->c_str(), stdout);
      return exit_ok;
    }
    default:
      break;
  }
  const auto states = migrator.status();
  return states.has_error() ? fail(states.error()) : print_states(*states, invocation.json);
}

}  // namespace mainstay::commands
