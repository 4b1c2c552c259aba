#pragma once

#include <cstdint>
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
/// `.down.sql`; CMake embeds them (ms_migrations in cmake/), apps hand them over in order.
struct Migration {
  std::uint64_t version;  // YYYYMMDDHHMMSS
  std::string_view name;
  std::string_view up;
  std::string_view down;
};

struct MigrationState {
  std::uint64_t version = 0;
  std::string name;
  std::optional<SystemTime> applied_at;
  bool changed = false;  // applied, but with another text than ours (checksum)
  bool unknown = false;  // applied by a program that knew more migrations
};

/// Brings a store's schema to what the program expects. Keeps two tables there: schema_migrations
/// (what is applied) and schema_lease (who is migrating). Blocks on the store: not from an I/O
/// thread nor from the store's lane.
class Migrator {
 public:
  /// `migrations` must outlive the migrator; sorted here by version. Versions are unique
  /// (MS_CHECK).
  Migrator(Store& store, std::span<const Migration> migrations);

  /// Ours and the ones applied by others, by version.
  Result<std::vector<MigrationState>> status();
  /// Applies what is missing, oldest first, each in its own transaction, under a lock against a
  /// second operator (a lease row with owner and expiry; Errc::locked). Returns the versions
  /// applied. Refuses changed and unknown ones first. One that fails is undone, its error says
  /// which statement, and those before it stay applied.
  Result<std::vector<std::uint64_t>> up(SystemTime now);
  /// Undoes the newest `steps`, newest first, under the same lock and refusals. Returns the
  /// versions undone.
  Result<std::vector<std::uint64_t>> down(SystemTime now, std::size_t steps);
  /// Error schema_pending, schema_newer or migration_changed unless everything is applied: what
  /// `serve` asks.
  Result<> require_current();
  /// The SQL that up() would run, for people who run it by hand; it records itself, without the
  /// time (1970).
  Result<std::string> pending_sql();

 private:
  enum class Way : std::uint8_t { up, down };
  Result<std::vector<std::uint64_t>> run(Way way, SystemTime now, std::size_t steps_max);
  Result<std::vector<const Migration*>> plan(Way way);
  Result<> step(Way way, const Migration& migration, const std::string& owner, SystemTime now);

  Store& store_;
  std::vector<Migration> migrations_;
};

}  // namespace mainstay::store
