#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

/// One schema change. Files lie in an app's `migrations/` as `YYYYMMDDHHMMSS_name.up.sql` and
/// `.down.sql`; CMake embeds them (ms_migrations in cmake/), apps hand them over in order. Both
/// engines take the same text; what only one is to see stands in `/*sqlite: ... */` or
/// `/*postgres: ... */`.
struct Migration {
  std::uint64_t version;  // YYYYMMDDHHMMSS
  std::string_view name;
  std::string_view up;
  std::string_view down;
};

/// Whether programs of the release before go on working after it. An expanding one adds what they
/// do not know; a contracting one takes away what they still use, and so runs once they have ended.
enum class Phase : std::uint8_t { expand, contract };
/// Of the line `-- phase: expand` or `-- phase: contract` among the comments that begin `up`;
/// expand when there is none, nothing when it names neither.
std::optional<Phase> phase_of(const Migration& migration);

struct MigrationState {
  std::uint64_t version = 0;
  std::string name;
  std::optional<SystemTime> applied_at;
  bool changed = false;  // applied, but with another text than ours (checksum)
  bool unknown = false;  // applied by a program that knew more migrations
  Phase phase = Phase::expand;
};

/// YYYYMMDDHHMMSS_name
std::string migration_label(std::uint64_t version, std::string_view name);

/// Brings a store's schema to what the program expects. Keeps three tables there:
/// schema_migrations (what is applied), schema_contracts (which of it contracted) and schema_lease
/// (who is migrating). Blocks on the store: not from an I/O
/// thread nor from the store's lane. A process that is killed leaves each migration whole or not
/// there, and a lease that ends within a minute.
class Migrator {
 public:
  /// `migrations` must outlive the migrator; sorted here by version. Versions are unique
  /// (MS_CHECK).
  Migrator(Store& store, std::span<const Migration> migrations);

  using Versions = std::vector<std::uint64_t>;

  /// Ours and the ones applied by others, by version.
  Result<std::vector<MigrationState>> status();
  /// Applies what is missing, oldest first, each in its own transaction, under a lock against a
  /// second operator (a lease row with owner and expiry; Errc::locked). Returns the versions
  /// applied. Refuses changed ones first, and
  /// unknown ones that contracted: a newer program's expanding ones are no harm. One that fails is
  /// undone, its error says which statement, and those before it stay applied. With `last` expand
  /// it ends before the first contracting one; when an expanding one waits behind that, nothing is
  /// done (Errc::out_of_order).
  Result<Versions> up(SystemTime now, Phase last = Phase::contract);
  /// Undoes the newest `steps`, newest first, under the same lock and refusals. Returns the
  /// versions undone.
  Result<Versions> down(SystemTime now, std::size_t steps);
  /// Undoes the newest and applies it again, under one lease. Returns it, or nothing.
  Result<Versions> redo(SystemTime now);
  /// What up() or down() would do.
  Result<Versions> plan_up(Phase last = Phase::contract);
  Result<Versions> plan_down(std::size_t steps);
  /// Error schema_pending, schema_newer or migration_changed unless everything is applied but
  /// contracting ones, and nothing unknown contracted: what `serve` asks.
  Result<> require_current();
  /// The SQL that up() would run, for people who run it by hand; it records itself, without the
  /// time (1970).
  Result<std::string> pending_sql();

 private:
  enum class Way : std::uint8_t { up, down };
  struct Task {
    Way way;
    const Migration* migration;
  };
  using Planner = std::function<Result<std::vector<Task>>()>;
  Result<Versions> run(const Planner& planner, SystemTime now);
  Result<std::vector<Task>> up_tasks(Phase last);
  Result<std::vector<Task>> down_tasks(std::size_t steps);
  Result<std::vector<const Migration*>> plan(Way way);
  Result<> step(const Task& task, const std::string& owner, SystemTime now);

  Store& store_;
  std::vector<Migration> migrations_;
};

/// up() that waits for another operator's lease: several processes may start at once. Errc::locked
/// after `wait_max`. `on_wait` is told at once and every few seconds.
Result<Migrator::Versions> up_in_turn(Migrator& migrator, SystemTime now, Millis wait_max,
                                      const std::function<void(const Error&)>& on_wait,
                                      Phase last = Phase::contract);

/// The SQL of all `migrations`, for an empty database of `engine` and its own client (psql,
/// sqlite3): no store is needed. With `down` what undoes all of them.
std::string offline_sql(std::span<const Migration> migrations, Engine engine, bool down);

}  // namespace mainstay::store
