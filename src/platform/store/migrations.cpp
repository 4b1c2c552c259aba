#include "platform/store/migrations.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/store/sql_text.hpp"

namespace mainstay::store {
namespace {

/// After it another operator may go on where one died. Not a limit for a migration: each step
/// checks, inside its own transaction, that the lease is still ours.
constexpr Seconds lease_duration{60};

constexpr std::string_view own_tables =
    "CREATE TABLE IF NOT EXISTS schema_migrations (\n"
    "  version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,\n"
    "  applied_at BIGINT NOT NULL);\n"
    "CREATE TABLE IF NOT EXISTS schema_lease (\n"
    "  id BIGINT PRIMARY KEY, owner TEXT NOT NULL, expires_at BIGINT NOT NULL);\n"
    "CREATE TABLE IF NOT EXISTS schema_contracts (version BIGINT PRIMARY KEY);\n";

constexpr std::string_view record_start =
    "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (";

/// FNV-1a of 128 bits, in hexadecimal. Notices that a text was edited; it is no protection against
/// a forger.
std::string checksum(std::string_view text) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide prime = (Wide{1} << 88U) + 0x13bU;
  Wide sum = (Wide{0x6c62272e07bb0142U} << 64U) + 0x62b821756295c58dU;
  for (const char byte : text) {
    sum ^= static_cast<unsigned char>(byte);
    sum *= prime;
  }
  std::string out;
  for (int shift = 124; shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[static_cast<unsigned>(sum >> static_cast<unsigned>(shift)) & 15U];
  }
  return out;
}

Value as_value(std::uint64_t version) { return static_cast<std::int64_t>(version); }
Value as_value(SystemTime time) { return time.time_since_epoch().count(); }

/// Who holds the lease: for people, and different for each call of up() or down().
std::string new_owner() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '?';
  return "process " + std::to_string(::getpid()) + " on " + host + ", " + secret_hex(4);
}

Error held_by(const Row& holder, SystemTime now) {
  const auto left = std::get<std::int64_t>(holder[1]) - now.time_since_epoch().count();
  return Error{Errc::locked,
               std::get<std::string>(holder[0]) + "; its lease ends in " +
                   std::to_string(std::max<std::int64_t>(0, left / 1'000'000)) +
                   " s. If it was killed, try again then: each migration is whole or not there"};
}

Result<> take_lease(Store& store, const std::string& owner, SystemTime now) {
  return store.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto taken,
           session.execute("INSERT INTO schema_lease (id, owner, expires_at) VALUES (1, $1, $2) "
                           "ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, "
                           "expires_at = excluded.expires_at WHERE schema_lease.expires_at <= $3",
                           {owner, as_value(now + lease_duration), as_value(now)}));
    if (taken == 1) return {};
    MS_TRY(const auto holder,
           session.query("SELECT owner, expires_at FROM schema_lease WHERE id = 1"));
    return holder.empty() ? Error{Errc::locked} : held_by(holder[0], now);
  });
}

Result<> give_up_lease(Store& store, const std::string& owner) {
  return store.write_now([&](Session& session) -> Result<> {
    MS_TRY_VOID(session.execute("DELETE FROM schema_lease WHERE owner = $1", {owner}));
    return {};
  });
}

struct Applied {
  std::string name;
  std::string checksum;
  SystemTime at;
  Phase phase = Phase::expand;
};

/// On the writer, since the table may have to be made.
Result<std::map<std::uint64_t, Applied>> read_applied(Store& store) {
  std::map<std::uint64_t, Applied> out;
  const auto outcome =
      store.write_now([&out, engine = store.engine()](Session& session) -> Result<> {
        // IF NOT EXISTS does not keep two PostgreSQL transactions from making the same table.
        if (engine == Engine::postgres) {
          MS_TRY_VOID(session.query("SELECT pg_advisory_xact_lock(1835627635)"));
        }
        MS_TRY_VOID(session.script(own_tables));
        MS_TRY(const auto rows,
               session.query("SELECT version, name, checksum, applied_at FROM schema_migrations"));
        for (const Row& row : rows) {
          const auto version = static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]));
          out[version] = {std::get<std::string>(row[1]), std::get<std::string>(row[2]),
                          SystemTime{Micros{std::get<std::int64_t>(row[3])}}, Phase::expand};
        }
        MS_TRY(const auto contracts, session.query("SELECT version FROM schema_contracts"));
        for (const Row& row : contracts) {
          const auto at = out.find(static_cast<std::uint64_t>(std::get<std::int64_t>(row[0])));
          if (at != out.end()) at->second.phase = Phase::contract;
        }
        return {};
      });
  if (outcome.has_error()) return outcome.error();
  return out;
}

/// Changed before newer: that one needs a person in any case. What a newer program expanded is no
/// harm to us, unless it stands in the way of undoing (`whole`).
Result<> refuse_strange(const std::vector<MigrationState>& states, bool whole) {
  for (const MigrationState& state : states) {
    if (state.changed) {
      return Error{Errc::migration_changed, migration_label(state.version, state.name)};
    }
  }
  for (const MigrationState& state : states) {
    if (state.unknown && (whole || state.phase == Phase::contract)) {
      return Error{Errc::schema_newer, migration_label(state.version, state.name)};
    }
  }
  return {};
}

std::string script_of(const Migration& migration, Engine engine, bool down) {
  return opened_for(engine == Engine::postgres ? "postgres" : "sqlite",
                    down ? migration.down : migration.up);
}

/// One migration as a transaction that records itself.
void append_sql(std::string& out, const Migration& migration, Engine engine, bool down) {
  const std::string sql = script_of(migration, engine, down);
  out.append("-- ").append(migration_label(migration.version, migration.name)).append("\nBEGIN;\n");
  out.append(sql);
  // A last statement may lack its semicolon.
  out.append(trimmed(sql).ends_with(';') ? "\n" : "\n;\n");
  const std::string version = std::to_string(migration.version);
  if (down) {
    out.append("DELETE FROM schema_migrations WHERE version = ").append(version).append(";\n");
    out.append("DELETE FROM schema_contracts WHERE version = ").append(version).append(";\n");
  } else {
    out.append(record_start).append(version).append(", '").append(migration.name);
    out.append("', '").append(checksum(migration.up)).append("', 0);\n");
    if (phase_of(migration) == Phase::contract) {
      out.append("INSERT INTO schema_contracts (version) VALUES (").append(version).append(");\n");
    }
  }
  out.append("COMMIT;\n");
}

Result<> record(Session& session, bool undone, const Migration& migration, SystemTime now) {
  const Value version = as_value(migration.version);
  if (undone) {
    MS_TRY_VOID(session.execute("DELETE FROM schema_migrations WHERE version = $1", {version}));
    MS_TRY_VOID(session.execute("DELETE FROM schema_contracts WHERE version = $1", {version}));
    return {};
  }
  MS_TRY_VOID(
      session.execute(std::string{record_start} + "$1, $2, $3, $4)",
                      {version, text(migration.name), checksum(migration.up), as_value(now)}));
  if (phase_of(migration) != Phase::contract) return {};
  MS_TRY_VOID(session.execute("INSERT INTO schema_contracts (version) VALUES ($1)", {version}));
  return {};
}

}  // namespace

std::string migration_label(std::uint64_t version, std::string_view name) {
  return std::to_string(version).append("_").append(name);
}

std::optional<Phase> phase_of(const Migration& migration) {
  constexpr std::string_view mark = "-- phase:";
  for (std::string_view rest = migration.up; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && !line.starts_with("--")) break;
    if (!line.starts_with(mark)) continue;
    const std::string_view word = trimmed(line.substr(mark.size()));
    if (word == "expand") return Phase::expand;
    if (word == "contract") return Phase::contract;
    return std::nullopt;
  }
  return Phase::expand;
}

Migrator::Migrator(Store& store, std::span<const Migration> migrations)
    : store_(store), migrations_(migrations.begin(), migrations.end()) {
  std::sort(migrations_.begin(), migrations_.end(),
            [](const Migration& a, const Migration& b) { return a.version < b.version; });
  const auto twin = std::adjacent_find(
      migrations_.begin(), migrations_.end(),
      [](const Migration& a, const Migration& b) { return a.version == b.version; });
  MS_CHECK(twin == migrations_.end());
}

Result<std::vector<MigrationState>> Migrator::status() {
  MS_TRY(auto applied, read_applied(store_));
  std::vector<MigrationState> out;
  for (const Migration& ours : migrations_) {
    MigrationState state{ours.version, std::string{ours.name},
                         std::nullopt, false,
                         false,        phase_of(ours).value_or(Phase::expand)};
    if (const auto at = applied.find(ours.version); at != applied.end()) {
      state.applied_at = at->second.at;
      state.changed = at->second.checksum != checksum(ours.up);
      applied.erase(at);
    }
    out.push_back(std::move(state));
  }
  for (auto& [version, theirs] : applied) {
    out.push_back({version, std::move(theirs.name), theirs.at, false, true, theirs.phase});
  }
  std::sort(out.begin(), out.end(),
            [](const MigrationState& a, const MigrationState& b) { return a.version < b.version; });
  return out;
}

Result<Migrator::Versions> Migrator::up(SystemTime now, Phase last) {
  return run([this, last] { return up_tasks(last); }, now);
}

Result<Migrator::Versions> Migrator::down(SystemTime now, std::size_t steps) {
  return run([this, steps] { return down_tasks(steps); }, now);
}

Result<Migrator::Versions> Migrator::redo(SystemTime now) {
  const auto both_ways = [this]() -> Result<std::vector<Task>> {
    MS_TRY(auto tasks, down_tasks(1));
    if (!tasks.empty()) tasks.push_back({Way::up, tasks[0].migration});
    return tasks;
  };
  MS_TRY(auto done, run(both_ways, now));
  if (!done.empty()) done.pop_back();  // the same one, twice
  return done;
}

Result<Migrator::Versions> Migrator::plan_up(Phase last) {
  MS_TRY(const auto tasks, up_tasks(last));
  Versions out;
  for (const Task& task : tasks) out.push_back(task.migration->version);
  return out;
}

Result<Migrator::Versions> Migrator::plan_down(std::size_t steps) {
  MS_TRY(const auto tasks, down_tasks(steps));
  Versions out;
  for (const Task& task : tasks) out.push_back(task.migration->version);
  return out;
}

Result<std::vector<Migrator::Task>> Migrator::up_tasks(Phase last) {
  MS_TRY(const auto missing, plan(Way::up));
  std::vector<Task> out;
  const Migration* stop = nullptr;
  for (const Migration* one : missing) {
    const auto phase = phase_of(*one);
    if (!phase) {
      return Error{Errc::migration_failed, migration_label(one->version, one->name) +
                                               ": its phase is neither expand nor contract"};
    }
    const bool waits = last == Phase::expand && *phase == Phase::contract;
    if (waits && stop == nullptr) stop = one;
    if (stop != nullptr && *phase == Phase::expand) {
      return Error{Errc::out_of_order,
                   migration_label(one->version, one->name) + " waits behind " +
                       migration_label(stop->version, stop->name) +
                       ", which contracts. End the programs of the release before, then "
                       "`migrate up`; or give the contracting one a later version"};
    }
    if (stop == nullptr) out.push_back({Way::up, one});
  }
  return out;
}

Result<std::vector<Migrator::Task>> Migrator::down_tasks(std::size_t steps) {
  MS_TRY(const auto applied, plan(Way::down));
  std::vector<Task> out;
  for (const Migration* one : applied) {
    if (out.size() < steps) out.push_back({Way::down, one});
  }
  return out;
}

Result<Migrator::Versions> Migrator::run(const Planner& planner, SystemTime now) {
  MS_TRY_VOID(read_applied(store_));  // makes our tables
  // Most starts have nothing to do: they need no lease, and one that a dead operator left does not
  // stop them.
  MS_TRY(const auto wanted, planner());
  if (wanted.empty()) return Versions{};
  const std::string owner = new_owner();
  MS_TRY_VOID(take_lease(store_, owner, now));
  Versions done;
  Result<> outcome;
  if (auto planned = planner(); planned.has_error()) {
    outcome = std::move(planned).error();
  } else {
    for (const Task& task : *planned) {
      outcome = step(task, owner, now);
      if (outcome.has_error()) break;
      done.push_back(task.migration->version);
    }
  }
  Result<> given_up = give_up_lease(store_, owner);
  if (outcome.has_error()) return std::move(outcome).error();
  if (given_up.has_error()) return std::move(given_up).error();
  return done;
}

/// What there is to do, in order.
Result<std::vector<const Migration*>> Migrator::plan(Way way) {
  MS_TRY(const auto states, status());
  MS_TRY_VOID(refuse_strange(states, way == Way::down));
  std::vector<const Migration*> out;
  auto ours = migrations_.begin();
  for (const MigrationState& state : states) {
    if (state.unknown) continue;
    const Migration* const one = &*ours++;  // both are sorted
    if (state.applied_at.has_value() == (way == Way::down)) out.push_back(one);
  }
  if (way == Way::down) std::reverse(out.begin(), out.end());
  return out;
}

Result<> Migrator::step(const Task& task, const std::string& owner, SystemTime now) {
  const Migration& migration = *task.migration;
  const Way way = task.way;
  bool lost = false;
  Result<> outcome = store_.write_now([&](Session& session) -> Result<> {
    // Whoever would take it meanwhile waits for our commit, where writers run at the same time.
    MS_TRY(const auto kept,
           session.execute("UPDATE schema_lease SET id = 1 WHERE owner = $1", {owner}));
    lost = kept == 0;
    if (lost) return Error{Errc::locked, "the lease ran out and another operator took it"};
    MS_TRY_VOID(session.script(script_of(migration, store_.engine(), way == Way::down)));
    return record(session, way == Way::down, migration, now);
  });
  if (outcome.has_value() || lost) return outcome;
  return Error{Errc::migration_failed, migration_label(migration.version, migration.name) +
                                           (way == Way::up ? ".up.sql: " : ".down.sql: ") +
                                           outcome.error().message()};
}

Result<> Migrator::require_current() {
  MS_TRY(const auto states, status());
  MS_TRY_VOID(refuse_strange(states, false));
  for (const MigrationState& state : states) {
    const bool may_wait = state.phase == Phase::contract;
    if (!state.applied_at && !may_wait)
      return Error{Errc::schema_pending, migration_label(state.version, state.name)};
  }
  return {};
}

Result<std::string> Migrator::pending_sql() {
  MS_TRY(const auto planned, plan(Way::up));
  std::string out;
  for (const Migration* migration : planned) append_sql(out, *migration, store_.engine(), false);
  return out;
}

Result<Migrator::Versions> up_in_turn(Migrator& migrator, SystemTime now, Millis wait_max,
                                      const std::function<void(const Error&)>& on_wait,
                                      Phase last) {
  constexpr Millis told_every{3'000};
  constexpr int ask_every_ms = 100;
  const SteadyTime begun = std::chrono::steady_clock::now();
  SteadyTime told = begun - told_every;
  for (;;) {
    const auto waited = std::chrono::steady_clock::now() - begun;
    auto outcome = migrator.up(now + std::chrono::duration_cast<Micros>(waited), last);
    if (outcome.has_value() || !outcome.error().is(Errc::locked)) return outcome;
    if (waited >= wait_max) return outcome;
    if (begun + waited - told >= told_every) {
      on_wait(outcome.error());
      told = begun + waited;
    }
    ::poll(nullptr, 0, ask_every_ms);
  }
}

std::string offline_sql(std::span<const Migration> migrations, Engine engine, bool down) {
  std::vector<const Migration*> all;
  for (const Migration& one : migrations) all.push_back(&one);
  std::sort(all.begin(), all.end(),
            [](const Migration* a, const Migration* b) { return a->version < b->version; });
  if (down) std::reverse(all.begin(), all.end());
  std::string out = engine == Engine::postgres ? "\\set ON_ERROR_STOP on\n" : ".bail on\n";
  if (engine == Engine::sqlite) out += "PRAGMA foreign_keys=ON;\n";
  if (!down) out += own_tables;
  for (const Migration* one : all) append_sql(out, *one, engine, down);
  return out;
}

}  // namespace mainstay::store
