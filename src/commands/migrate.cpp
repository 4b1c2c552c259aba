#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/random.hpp"
#include "base/temporary_folder.hpp"
#include "commands/pid_file.hpp"
#include "commands/standard.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/folder.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/migration_check.hpp"
#include "platform/store/migration_files.hpp"
#include "platform/store/open.hpp"

namespace mainstay::commands {
namespace {

/// Longer than a lease lasts: one that a killed operator left ends before it.
constexpr Millis turn_max{75'000};

std::string state_text(const store::MigrationState& state) {
  if (state.unknown) return "applied by a newer program";
  if (state.changed) return "applied, but its text has changed since";
  return state.applied_at ? "applied " + utc_text(*state.applied_at) : "missing";
}

const char* phase_text(store::Phase phase) {
  return phase == store::Phase::contract ? "contract" : "expand";
}

int print_states(const std::vector<store::MigrationState>& states, bool as_json) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"version", "name", "phase", "state"}};
  for (const auto& state : states) {
    rows.push_back(
        {std::to_string(state.version), state.name, phase_text(state.phase), state_text(state)});
    array.emplace_back(json::Object{{"version", static_cast<std::int64_t>(state.version)},
                                    {"name", state.name},
                                    {"phase", phase_text(state.phase)},
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

int print_versions(const Call& call, const Result<store::Migrator::Versions>& versions,
                   const char* what) {
  if (versions.has_error()) return call.fail(versions.error());
  if (call.json) {
    json::Array array;
    for (const std::uint64_t version : *versions) {
      array.emplace_back(static_cast<std::int64_t>(version));
    }
    std::printf("%s\n", json::dump(json::Object{{"did", what}, {"versions", array}}).c_str());
    return exit_ok;
  }
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
  const std::string phase = call.text("--phase").empty() ? "contract" : call.text("--phase");
  if (phase != "expand" && phase != "contract") {
    return call.fail("--phase is expand or contract, not " + phase, exit_usage);
  }
  const auto last = phase == "expand" ? store::Phase::expand : store::Phase::contract;
  return with_migrator(call, [&](store::Migrator& migrator) {
    if (call.has("--dry-run")) return print_versions(call, migrator.plan_up(last), "would apply");
    const auto tell = [&call](const Error& error) { call.say("waiting: " + error.message()); };
    return print_versions(
        call, store::up_in_turn(migrator, MachineClock{}.wall(), turn_max, tell, last), "applied");
  });
}

/// Whether a server of this data folder runs: its pid file tells, or a journal that it has locked.
bool is_served(const Call& call) {
  if (running_process(pid_file_path(call))) return true;
  journal::PosixFileSystem files;
  const auto journals = std::filesystem::path{call.settings->text("data.folder")} / "journal";
  std::error_code nothing_there;
  for (const auto& log : std::filesystem::directory_iterator{journals, nothing_there}) {
    const auto lock = files.lock(log.path() / journal::lock_name);
    if (lock.has_error() && lock.error().is(journal::Errc::locked)) return true;
  }
  return false;
}

/// What is undone goes from under a server that uses it: its data would be lost, and it would not
/// even notice.
std::optional<int> refused_beside_server(const Call& call) {
  if (call.has("--dry-run") || !is_served(call)) return std::nullopt;
  return call.fail("a server runs on this data folder and uses what this would undo; `" +
                   call.product.name + " stop` it first");
}

int down(const Call& call) {
  if (const auto refused = refused_beside_server(call)) return *refused;
  const auto steps = static_cast<std::size_t>(call.number("steps", 1));
  return with_migrator(call, [&](store::Migrator& migrator) {
    if (call.has("--dry-run")) {
      return print_versions(call, migrator.plan_down(steps), "would undo");
    }
    return print_versions(call, migrator.down(MachineClock{}.wall(), steps), "undone");
  });
}

int redo(const Call& call) {
  if (const auto refused = refused_beside_server(call)) return *refused;
  return with_migrator(call, [&](store::Migrator& migrator) {
    if (call.has("--dry-run")) return print_versions(call, migrator.plan_down(1), "would redo");
    return print_versions(call, migrator.redo(MachineClock{}.wall()), "redone");
  });
}

int status(const Call& call) {
  return with_migrator(call, [&](store::Migrator& migrator) {
    const auto states = migrator.status();
    return states.has_error() ? call.fail(states.error()) : print_states(*states, call.json);
  });
}

int print_sql(const Call& call) {
  const std::string& engine = call.text("--engine");
  if (!engine.empty() && engine != "sqlite" && engine != "postgres") {
    return call.fail("--engine is sqlite or postgres, not " + engine, exit_usage);
  }
  if (!engine.empty() || call.has("--down")) {
    const bool is_server = engine.empty() ? call.settings->text("store.url").starts_with("postgres")
                                          : engine == "postgres";
    const auto chosen = is_server ? store::Engine::postgres : store::Engine::sqlite;
    const std::string sql =
        store::offline_sql(migrations(call.product), chosen, call.has("--down"));
    std::fputs(sql.c_str(), stdout);
    return exit_ok;
  }
  return with_migrator(call, [&](store::Migrator& migrator) -> int {
    const auto sql = migrator.pending_sql();
    if (sql.has_error()) return call.fail(sql.error());
    std::fputs(sql->c_str(), stdout);
    return exit_ok;
  });
}

/// --folder, else the only one below src/.
Result<std::vector<std::string>> folders_of(const Call& call) {
  if (!call.text("--folder").empty()) return std::vector{call.text("--folder")};
  return store::find_migration_folders(".");
}

int new_one(const Call& call) {
  const auto folders = *folders_of(call);
  if (folders.size() != 1) {
    std::string known;
    for (const std::string& folder : folders) known += "\n  --folder " + folder;
    return call.fail(folders.empty() ? "no folder named migrations below src/ here; say --folder"
                                     : "several folders of migrations here; say which:" + known,
                     exit_usage);
  }
  const bool dry_run = call.has("--dry-run");
  const auto made =
      store::new_migration(folders[0], call.text("name"), MachineClock{}.wall(), dry_run);
  if (made.has_error()) return call.fail(made.error());
  json::Array array;
  for (const std::string& path : *made) {
    if (!call.json) std::printf("%s %s\n", dry_run ? "would write" : "wrote", path.c_str());
    array.emplace_back(path);
  }
  if (call.json) std::printf("%s\n", json::dump(json::Object{{"files", array}}).c_str());
  return exit_ok;
}

using Findings = std::vector<std::string>;

void append(Findings& to, const Findings& more) { to.insert(to.end(), more.begin(), more.end()); }

/// On a server the trial has a schema of its own, which is dropped again.
Findings try_on_server(const Call& call, const std::string& url) {
  const std::string schema = "ms_check_" + secret_hex(6);
  store::OpenOptions options;
  options.url = url;
  auto server = store::open(options);
  if (server.has_error()) return {server.error().message()};
  const auto run = [&](const std::string& sql) {
    return (*server)->write_now([&](store::Session& session) { return session.script(sql); });
  };
  if (auto made = run("CREATE SCHEMA " + schema); made.has_error()) return {made.error().message()};
  options.url +=
      (url.find('?') == std::string::npos ? "?" : "&") + ("options=-csearch_path%3D" + schema);
  Findings found;
  {
    auto trial = store::open(options);
    found = trial.has_error()
                ? Findings{trial.error().message()}
                : store::try_migrations(**trial, migrations(call.product), MachineClock{}.wall());
  }
  if (auto gone = run("DROP SCHEMA " + schema + " CASCADE"); gone.has_error()) {
    found.push_back(gone.error().message());
  }
  return found;
}

Findings try_on_file(const Call& call) {
  const TemporaryFolder folder;
  store::OpenOptions options;
  options.url = "sqlite:" + folder.path("check.db");
  auto trial = store::open(options);
  if (trial.has_error()) return {trial.error().message()};
  return store::try_migrations(**trial, migrations(call.product), MachineClock{}.wall());
}

/// Of the store that the settings name, when it is there: an SQLite file is not made for this.
Findings check_store(const Call& call) {
  const std::string& url = call.settings->text("store.url");
  const std::string path = url == "sqlite:" ? default_database(call.product, *call.settings)
                                            : url.substr(url.find(':') + 1);
  if (url.starts_with("sqlite:") && !std::filesystem::exists(path)) return {};
  auto store = open_store(call.product, *call.settings);
  if (store.has_error()) return {store.error().message()};
  const auto all = migrations(call.product);
  const auto states = store::Migrator{**store, all}.status();
  return states.has_error() ? Findings{states.error().message()} : store::check_states(*states);
}

int check(const Call& call) {
  Findings found;
  for (const std::string& folder : *folders_of(call)) {
    append(found, store::check_migration_files(folder));
  }
  append(found, store::check_migrations(migrations(call.product)));
  append(found, try_on_file(call));
  const std::string& url = call.settings->text("store.url");
  const bool on_server = url.starts_with("postgres");
  if (on_server) append(found, try_on_server(call, url));
  append(found, check_store(call));
  if (call.json) {
    json::Array array;
    for (const std::string& line : found) array.emplace_back(line);
    std::printf("%s\n",
                json::dump(json::Object{{"findings", array}, {"postgres", on_server}}).c_str());
  } else {
    for (const std::string& line : found) std::printf("%s\n", line.c_str());
    std::printf("%zu migrations tried on SQLite%s: %s\n", migrations(call.product).size(),
                on_server ? " and PostgreSQL" : " (on PostgreSQL too with its DATABASE_URL)",
                found.empty() ? "nothing is wrong" : "see above");
  }
  return found.empty() ? exit_ok : exit_failed;
}

}  // namespace

std::vector<Command> migrate_commands() {
  const Argument dry_run = dry_run_flag();
  const Argument folder =
      text("--folder", "the folder of migrations (default: the one below src/)");
  return {
      {.name = "migrate", .help = "schema changes"},
      {.name = "migrate up",
       .help = "apply what is missing, waiting for another operator's turn to end",
       .arguments = {text("--phase", "expand: end before the first one that contracts"), dry_run},
       .run = up},
      {.name = "migrate down",
       .help = "undo the newest, with the data that they brought; no server may run",
       .arguments = {number("steps", "how many (default 1)", 1, 1000), dry_run},
       .run = down},
      {.name = "migrate redo",
       .help = "undo the newest and apply it again",
       .arguments = {dry_run},
       .run = redo},
      {.name = "migrate status", .help = "what is applied", .run = status},
      {.name = "migrate sql",
       .help = "print what `up` would run; with --engine or --down all of it, without a database",
       .arguments = {text("--engine", "for an empty database of sqlite or postgres"),
                     flag("--down", "what undoes all of it")},
       .run = print_sql},
      {.name = "migrate new",
       .help = "write an empty pair of files, up and down",
       .arguments = {required_text("name", "what it does, like add_order_notes"), folder, dry_run},
       .run = new_one},
      {.name = "migrate check",
       .help = "look for mistakes: pairs, marks, changed texts; try up, down and up again",
       .arguments = {folder},
       .run = check},
  };
}

}  // namespace mainstay::commands
