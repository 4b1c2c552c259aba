#include "apps/charging/outbound/sqlite/power_sql.hpp"

#include <memory>
#include <optional>

#include "apps/charging/ports/power_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::charging

namespace mainstay::charging::power_sql_test {

namespace {

template <class Database>
struct InDatabase {
  InDatabase() {
    if (!is_there()) return;
    opened = database.open({});
    store::Migrator migrator{*opened, migrations()};
    REQUIRE(migrator.up(SystemTime{Seconds{1'795'223'566}}).has_value());
    rows.emplace(*opened);
  }
  bool is_there() { return database.is_there(); }
  PowerStore& store() { return *rows; }

  Database database;
  std::unique_ptr<store::Store> opened;
  std::optional<SqlPowerStore> rows;
};
using InSqlite = InDatabase<store::SqliteOnFile>;
using InPostgres = InDatabase<store::PostgresSchema>;

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(power_store_contract, InSqlite, InPostgres);

TEST_CASE("power store: a hold that is none says so") {
  InSqlite holder;
  const std::string bad =
      "INSERT INTO charging_power_holds (station_id, connector, transaction_id, confirmed, "
      "doubtful) VALUES (1, 0, 0, '1,2', '')";
  REQUIRE(holder.opened->write_now([&](store::Session& session) { return session.script(bad); })
              .has_value());
  CHECK(holder.store().load().error().is(store::Errc::corrupt));
}

}  // namespace mainstay::charging::power_sql_test
