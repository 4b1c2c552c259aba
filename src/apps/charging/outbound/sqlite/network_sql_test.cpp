#include "apps/charging/outbound/sqlite/network_sql.hpp"

#include <memory>
#include <optional>
#include <string>

#include "apps/charging/ports/network_store_contract.hpp"
#include "platform/store/columns.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::charging

namespace mainstay::charging::network_sql_test {

namespace {

template <class Database>
struct InDatabase {
  InDatabase() {
    if (!is_there()) return;
    opened = database.open({});
    store::Migrator migrator{*opened, migrations()};
    const auto up = migrator.up(SystemTime{});
    REQUIRE_MESSAGE(up.has_value(), (up ? "" : up.error().message()));
    rows.emplace(*opened);
  }
  bool is_there() { return database.is_there(); }
  // Where there is no server the reference is not used.
  NetworkStore& store() { return *rows; }

  Database database;
  std::unique_ptr<store::Store> opened;
  std::optional<SqlNetworkStore> rows;
};
using InSqlite = InDatabase<store::SqliteOnFile>;
using InPostgres = InDatabase<store::PostgresSchema>;

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(network_store_contract, InSqlite, InPostgres);

TEST_CASE_TEMPLATE("network store: of changes beside the server the newest is kept", Holder,
                   InSqlite, InPostgres) {
  Holder in;
  if (!in.is_there()) return;
  for (int change = 0; change < 3; ++change) {
    REQUIRE(in.store().commit_outside({}, SystemTime{Seconds{change}}).has_value());
  }
  std::string found;
  REQUIRE(in.opened
              ->read([&](store::Session& session) {
                return session.each("SELECT id FROM charging_outside_changes", {},
                                    [&](const store::Row& row) {
                                      found += std::to_string(store::Columns{row}.number()) + " ";
                                    });
              })
              .has_value());
  CHECK(found == "3 ");
}

TEST_CASE("network store: what goes up comes down again") {
  InSqlite in;
  store::Migrator migrator{*in.opened, migrations()};
  CHECK(migrator.down(SystemTime{}, migrations().size()).has_value());
  CHECK(migrator.up(SystemTime{}).has_value());
}

}  // namespace mainstay::charging::network_sql_test
