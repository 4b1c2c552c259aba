#include "apps/apim/outbound/sqlite/catalog_rows.hpp"

#include <doctest/doctest.h>

#include "apps/apim/outbound/sqlite/migrated_store.hpp"
#include "apps/apim/ports/catalog_store_contract.hpp"

namespace mainstay::apim::catalog_rows_test {
namespace {

struct InSqlite {
  CatalogStore& store() { return rows; }
  MigratedStore database;
  zones::TimeZones zones;
  SqlCatalogStore rows{database.store(), zones};
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(catalog_store_contract, InSqlite);

TEST_CASE("catalog rows: written by hand and wrong, the load says what") {
  InSqlite engine;
  const auto script = [&](std::string_view sql) {
    return engine.database.store().write_now(
        [sql](store::Session& session) { return session.script(sql); });
  };
  REQUIRE(
      script("INSERT INTO apim_services VALUES ('1', 'p', '', 'active', 0, 1, '')").has_value());
  CHECK(engine.store().load()->services.size() == 1);
  REQUIRE(script("INSERT INTO apim_usage_limits VALUES ('1', 'g', 'm', 'fortnight', 1, 0, 0)")
              .has_value());
  const auto loaded = engine.store().load();
  REQUIRE(loaded.has_error());
  CHECK(loaded.error().is(CatalogErrc::rows_inconsistent));
}

TEST_CASE("catalog rows: a service's time zone comes back, an unknown one is refused by name") {
  InSqlite engine;
  const auto script = [&](std::string_view sql) {
    return engine.database.store().write_now(
        [sql](store::Session& session) { return session.script(sql); });
  };
  REQUIRE(script("INSERT INTO apim_services VALUES ('1', 'p', '', '', 0, 1, 'Asia/Kolkata')")
              .has_value());
  const auto loaded = engine.store().load();
  REQUIRE(loaded.has_value());
  CHECK(loaded->services.find("1")->zone == engine.zones.find("Asia/Kolkata"));
  REQUIRE(script("UPDATE apim_services SET time_zone = 'Mars/Olympus'").has_value());
  const auto refused = engine.store().load();
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(CatalogErrc::rows_inconsistent));
  CHECK(refused.error().detail().find("Mars/Olympus") != std::string::npos);
}

TEST_CASE("catalog migration: down leaves nothing, up works again") {
  InSqlite engine;
  engine.database.run("down");
  CHECK(engine.store().load().has_error());
  engine.database.run("up");
  CHECK(engine.store().load().has_value());
}

}  // namespace mainstay::apim::catalog_rows_test
