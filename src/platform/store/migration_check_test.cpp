#include "platform/store/migration_check.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/test_databases.hpp"

namespace mainstay::store::migration_check_test {
namespace {

constexpr SystemTime noon{Micros{1'700'000'000'000'000}};

constexpr Migration good{1, "good",
                         "CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT NOT NULL);\n"
                         "CREATE INDEX people_name ON people (name);",
                         "DROP TABLE people;"};

TEST_CASE_TEMPLATE("migration check: up, down and up again", Database, SqliteOnFile,
                   PostgresSchema) {
  Database database;
  if (!database.is_there()) return;
  auto store = database.open({});
  SUBCASE("good ones have no findings") {
    CHECK(try_migrations(*store, std::vector{good}, noon).size() == 0);
    CHECK(schema_text(*store)->find("people_name") != std::string::npos);
  }
  SUBCASE("a down that leaves something is found") {
    Migration leaves = good;
    leaves.down = "DROP INDEX people_name;";
    const auto found = try_migrations(*store, std::vector{leaves}, noon);
    REQUIRE(found.size() == 2);
    CHECK(found[0].find("down leaves something behind") != std::string::npos);
    CHECK(found[1].find("up after down") != std::string::npos);
  }
  SUBCASE("a statement that the engine does not take is found, with its line") {
    Migration other = good;
    other.up = store->engine() == Engine::sqlite
                   ? "-- only PostgreSQL\nCREATE TABLE a (id BIGINT GENERATED ALWAYS AS IDENTITY);"
                   : "-- only SQLite\nCREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);";
    const auto found = try_migrations(*store, std::vector{other}, noon);
    REQUIRE(found.size() == 1);
    CHECK(found[0].find("statement 1, line 2") != std::string::npos);
  }
}

TEST_CASE("migration check: phases and states that need a person") {
  Migration odd = good;
  odd.up = "-- phase: both\nSELECT 1;";
  CHECK(check_migrations(std::vector{good}).empty());
  CHECK(check_migrations(std::vector{odd}).size() == 1);
  const std::vector<MigrationState> states{{1, "late", {}, false, false, Phase::expand},
                                           {2, "edited", noon, true, false, Phase::expand},
                                           {3, "theirs", noon, false, true, Phase::expand},
                                           {4, "next", {}, false, false, Phase::contract}};
  const auto found = check_states(states);
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("1_late: missing"));
  CHECK(found[1].starts_with("2_edited: applied, but its text"));
  CHECK(found[2].starts_with("3_theirs: applied, but unknown"));
}

}  // namespace
}  // namespace mainstay::store::migration_check_test
