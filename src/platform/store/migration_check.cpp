#include "platform/store/migration_check.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mainstay::store {
namespace {

constexpr std::string_view sqlite_schema =
    "SELECT type, tbl_name, name, sql FROM sqlite_schema WHERE name NOT LIKE 'schema\\_%' ESCAPE "
    "'\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, tbl_name, name";

constexpr std::string_view postgres_schema =
    "SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || "
    "coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = "
    "current_schema() AND left(table_name, 7) <> 'schema_' "
    "UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = "
    "current_schema() AND left(tablename, 7) <> 'schema_' "
    "UNION ALL SELECT 'rule', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM "
    "pg_constraint WHERE connamespace = current_schema()::regnamespace AND "
    "left(conrelid::regclass::text, 7) <> 'schema_' ORDER BY 1, 2, 3";

std::string engine_name(const Store& store) {
  return store.engine() == Engine::postgres ? "PostgreSQL" : "SQLite";
}

}  // namespace

Result<std::string> schema_text(Store& store) {
  const auto sql = store.engine() == Engine::postgres ? postgres_schema : sqlite_schema;
  std::string out;
  MS_TRY_VOID(store.read([&](Session& session) {
    return session.each(sql, {}, [&out](const Row& row) {
      for (const Value& value : row) {
        if (const auto* words = std::get_if<std::string>(&value)) out += *words;
        out += '\t';
      }
      out += '\n';
    });
  }));
  return out;
}

std::vector<std::string> try_migrations(Store& store, std::span<const Migration> migrations,
                                        SystemTime now) {
  std::vector<std::string> found;
  const std::string on = "on " + engine_name(store) + ": ";
  Migrator migrator{store, migrations};
  const auto failed = [&](const auto& outcome, const char* what) {
    if (outcome.has_value()) return false;
    found.push_back(on + what + outcome.error().message());
    return true;
  };
  const auto before = schema_text(store);
  if (failed(before, "")) return found;
  if (failed(migrator.up(now), "up: ")) return found;
  const auto first = schema_text(store);
  if (failed(first, "")) return found;
  if (failed(migrator.down(now, migrations.size()), "down: ")) return found;
  const auto after = schema_text(store);
  if (failed(after, "")) return found;
  if (*before != *after) found.push_back(on + "down leaves something behind:\n" + *after);
  if (failed(migrator.up(now), "up after down: ")) return found;
  const auto second = schema_text(store);
  if (failed(second, "")) return found;
  if (*first != *second) {
    found.push_back(on + "up, down and up again gives another schema:\n" + *second);
  }
  return found;
}

std::vector<std::string> check_migrations(std::span<const Migration> migrations) {
  std::vector<std::string> found;
  for (const Migration& one : migrations) {
    if (phase_of(one)) continue;
    found.push_back(migration_label(one.version, one.name) +
                    ": `-- phase:` is followed by expand or contract");
  }
  return found;
}

std::vector<std::string> check_states(const std::vector<MigrationState>& states) {
  std::vector<std::string> found;
  bool later_is_applied = false;
  for (auto state = states.rbegin(); state != states.rend(); ++state) {
    const std::string label = migration_label(state->version, state->name);
    if (state->changed) {
      found.push_back(label +
                      ": applied, but its text has changed since; write a new migration "
                      "and give this one its text back");
    }
    if (state->unknown) {
      found.push_back(label + ": applied, but unknown here: a newer program did it");
    }
    if (!state->applied_at && later_is_applied) {
      found.push_back(label +
                      ": missing, though a later one is applied; `migrate up` applies it "
                      "out of order");
    }
    later_is_applied = later_is_applied || state->applied_at.has_value();
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace mainstay::store
