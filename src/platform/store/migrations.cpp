#include "platform/store/migrations.hpp"

#include <algorithm>
#include <map>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

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
    "  id BIGINT PRIMARY KEY, owner TEXT NOT NULL, expires_at BIGINT NOT NULL);\n";

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

std::string label(std::uint64_t version, std::string_view name) {
  return std::to_string(version).append("_").append(name);
}

Value as_value(std::uint64_t version) { return static_cast<std::int64_t>(version); }
Value as_value(SystemTime time) { return time.time_since_epoch().count(); }

/// Who holds the lease: for people, and different for each call of up() or down().
std::string new_owner() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '?';
  return "process " + std::to_string(::getpid()) + " on " + host + ", " + secret_hex(4);
}

Result<> take_lease(Store& store, const std::string& owner, SystemTime now) {
  return store.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto taken,
           session.execute("INSERT INTO schema_lease (id, owner, expires_at) VALUES (1, $1, $2) "
                           "ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, "
                           "expires_at = excluded.expires_at WHERE schema_lease.expires_at <= $3",
                           {owner, as_value(now + lease_duration), as_value(now)}));
    if (taken == 1) return {};
    MS_TRY(const auto holder, session.query("SELECT owner FROM schema_lease WHERE id = 1"));
    return Error{Errc::locked, holder.empty() ? "" : std::get<std::string>(holder[0][0])};
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
};

/// On the writer, since the table may have to be made.
Result<std::map<std::uint64_t, Applied>> read_applied(Store& store) {
  std::map<std::uint64_t, Applied> out;
  const auto outcome = store.write_now([&out](Session& session) -> Result<> {
    MS_TRY_VOID(session.script(own_tables));
    MS_TRY(const auto rows,
           session.query("SELECT version, name, checksum, applied_at FROM schema_migrations"));
    for (const Row& row : rows) {
      const auto version = static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]));
      out[version] = {std::get<std::string>(row[1]), std::get<std::string>(row[2]),
                      SystemTime{Micros{std::get<std::int64_t>(row[3])}}};
    }
    return {};
  });
  if (outcome.has_error()) return outcome.error();
  return out;
}

/// Changed before newer: that one needs a person in any case.
Result<> refuse_strange(const std::vector<MigrationState>& states) {
  for (const MigrationState& state : states) {
    if (state.changed) return Error{Errc::migration_changed, label(state.version, state.name)};
  }
  for (const MigrationState& state : states) {
    if (state.unknown) return Error{Errc::schema_newer, label(state.version, state.name)};
  }
  return {};
}

}  // namespace

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
    MigrationState state{ours.version, std::string{ours.name}, std::nullopt, false, false};
    if (const auto at = applied.find(ours.version); at != applied.end()) {
      state.applied_at = at->second.at;
      state.changed = at->second.checksum != checksum(ours.up);
      applied.erase(at);
    }
    out.push_back(std::move(state));
  }
  for (auto& [version, theirs] : applied) {
    out.push_back({version, std::move(theirs.name), theirs.at, false, true});
  }
  std::sort(out.begin(), out.end(),
            [](const MigrationState& a, const MigrationState& b) { return a.version < b.version; });
  return out;
}

Result<std::vector<std::uint64_t>> Migrator::up(SystemTime now) {
  return run(Way::up, now, migrations_.size());
}

Result<std::vector<std::uint64_t>> Migrator::down(SystemTime now, std::size_t steps) {
  return run(Way::down, now, steps);
}

Result<std::vector<std::uint64_t>> Migrator::run(Way way, SystemTime now, std::size_t steps_max) {
  MS_TRY_VOID(read_applied(store_));  // makes our tables
  // Most starts have nothing to do: they need no lease, and one that a dead operator left does not
  // stop them.
  MS_TRY(const auto wanted, plan(way));
  if (wanted.empty()) return std::vector<std::uint64_t>{};
  const std::string owner = new_owner();
  MS_TRY_VOID(take_lease(store_, owner, now));
  std::vector<std::uint64_t> done;
  Result<> outcome;
  if (auto planned = plan(way); planned.has_error()) {
    outcome = std::move(planned).error();
  } else {
    if (planned->size() > steps_max) planned->resize(steps_max);
    for (const Migration* migration : *planned) {
      outcome = step(way, *migration, owner, now);
      if (outcome.has_error()) break;
      done.push_back(migration->version);
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
  MS_TRY_VOID(refuse_strange(states));
  std::vector<const Migration*> out;
  for (std::size_t i = 0; i < states.size(); ++i) {  // nothing unknown: these are migrations_
    if (states[i].applied_at.has_value() == (way == Way::down)) out.push_back(&migrations_[i]);
  }
  if (way == Way::down) std::reverse(out.begin(), out.end());
  return out;
}

Result<> Migrator::step(Way way, const Migration& migration, const std::string& owner,
                        SystemTime now) {
  bool lost = false;
  Result<> outcome = store_.write_now([&](Session& session) -> Result<> {
    MS_TRY(const auto lease, session.query("SELECT 1 FROM schema_lease WHERE owner = $1", {owner}));
    lost = lease.empty();
    if (lost) return Error{Errc::locked, "the lease ran out and another operator took it"};
    MS_TRY_VOID(session.script(way == Way::up ? migration.up : migration.down));
    if (way == Way::down) {
      MS_TRY_VOID(session.execute("DELETE FROM schema_migrations WHERE version = $1",
                                  {as_value(migration.version)}));
    } else {
      MS_TRY_VOID(session.execute(std::string{record_start} + "$1, $2, $3, $4)",
                                  {as_value(migration.version), text(migration.name),
                                   checksum(migration.up), as_value(now)}));
    }
    return {};
  });
  if (outcome.has_value() || lost) return outcome;
  return Error{Errc::migration_failed, label(migration.version, migration.name) +
                                           (way == Way::up ? ".up.sql: " : ".down.sql: ") +
                                           outcome.error().message()};
}

Result<> Migrator::require_current() {
  MS_TRY(const auto states, status());
  MS_TRY_VOID(refuse_strange(states));
  for (const MigrationState& state : states) {
    if (!state.applied_at) return Error{Errc::schema_pending, label(state.version, state.name)};
  }
  return {};
}

Result<std::string> Migrator::pending_sql() {
  MS_TRY(const auto planned, plan(Way::up));
  std::string out;
  for (const Migration* migration : planned) {
    out.append("-- ").append(label(migration->version, migration->name)).append("\nBEGIN;\n");
    out.append(migration->up);
    // A last statement may lack its semicolon.
    out.append(trimmed(migration->up).ends_with(';') ? "\n" : "\n;\n")
        .append(record_start)
        .append(std::to_string(migration->version));
    out.append(", '").append(migration->name).append("', '").append(checksum(migration->up));
    out.append("', 0);\nCOMMIT;\n");
  }
  return out;
}

}  // namespace mainstay::store
