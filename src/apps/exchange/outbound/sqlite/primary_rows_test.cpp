#include "apps/exchange/outbound/sqlite/primary_rows.hpp"

#include <memory>
#include <optional>

#include "apps/exchange/ports/primary_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::exchange {
std::span<const store::Migration> migrations();  // generated from migrations/
}

namespace mainstay::exchange::primary_rows_test {

namespace {

template <class Database>
struct InDatabase {
  InDatabase() {
    if (!is_there()) return;
    opened = database.open({});
    store::Migrator migrator{*opened, migrations()};
    REQUIRE(migrator.up(models::test_now).has_value());
    rows.emplace(*opened,
                 PrimaryBounds{.investors_max = 3, .artists_max = 3, .of_an_owner_max = 2});
  }
  bool is_there() { return database.is_there(); }
  // Where there is no server the reference is not used.
  PrimaryStore& store() { return *rows; }

  Database database;
  std::unique_ptr<store::Store> opened;
  std::optional<SqlPrimaryStore> rows;
};
using InSqlite = InDatabase<store::SqliteOnFile>;
using InPostgres = InDatabase<store::PostgresSchema>;

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(primary_store_contract, InSqlite, InPostgres);

}  // namespace mainstay::exchange::primary_rows_test
