#include "apps/charging/outbound/sqlite/money_rows.hpp"

#include <memory>
#include <optional>

#include "apps/charging/app.hpp"
#include "apps/charging/ports/money_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging::money_rows_test {
namespace {

template <class Database>
struct InDatabase {
  InDatabase() {
    if (!is_there()) return;
    opened = database.open({});
    store::Migrator migrator{*opened, migrations()};
    REQUIRE(migrator.up(SystemTime{Seconds{test::monday}}).has_value());
    rows.emplace(*opened,
                 MoneyBounds{.tariffs_max = 2, .vehicles_of_a_user_max = 2, .open_visits_max = 2});
  }
  bool is_there() { return database.is_there(); }
  // Where there is no server the reference is not used.
  MoneyStore& store() { return *rows; }

  Database database;
  std::unique_ptr<store::Store> opened;
  std::optional<SqlMoneyStore> rows;
};
using InSqlite = InDatabase<store::SqliteOnFile>;
using InPostgres = InDatabase<store::PostgresSchema>;

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(money_store_contract, InSqlite, InPostgres);

}  // namespace mainstay::charging::money_rows_test
