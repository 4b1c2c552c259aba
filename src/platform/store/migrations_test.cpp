#include "platform/store/migrations.hpp"

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/temporary_folder.hpp"
#include "platform/store/open.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::store::migrations_test {
namespace {

constexpr SystemTime noon{Micros{1'700'000'000'000'000}};

constexpr Migration people{20240101000000, "people",
                           "CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT NOT NULL);\n"
                           "INSERT INTO people (id, name) VALUES (1, 'Ada; BEGIN');\n",
                           "DROP TABLE people;\n"};
constexpr Migration log{20240102000000, "people_log",
                        "CREATE TABLE people_log (id BIGINT, name TEXT);\n"
                        "CREATE TRIGGER people_logged AFTER INSERT ON people BEGIN\n"
                        "  INSERT INTO people_log VALUES (new.id, new.name); -- one; two\n"
                        "  UPDATE people_log SET name = 'x;' WHERE id < 0;\n"
                        "END;\n"
                        "INSERT INTO people (id, name) VALUES (2, 'Bob');",
                        "DROP TRIGGER people_logged; DROP TABLE people_log;\n"
                        "DELETE FROM people WHERE id = 2;"};
constexpr Migration broken{20240103000000, "broken",
                           "CREATE TABLE half (id BIGINT);\n"
                           "-- the next one fails\n"
                           "INSERT INTO people (id, name)\n"
                           "VALUES (1, 'again');\n",
                           "DROP TABLE half;"};

struct Database {
  TemporaryFolder folder;
  std::unique_ptr<Store> store = open();

  [[nodiscard]] std::unique_ptr<Store> open() const {
    auto opened = open_sqlite({folder.path("app.db")});
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message()));
    return std::move(*opened);
  }
  [[nodiscard]] std::vector<Row> query(const std::string& sql) const {
    std::vector<Row> out;
    const auto outcome = store->read([&](Session& session) -> Result<> {
      MS_TRY(out, session.query(sql));
      return {};
    });
    REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
    return out;
  }
  void run(const std::string& sql) const {
    const auto outcome = store->write_now([&](Session& session) { return session.script(sql); });
    REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
  }
  [[nodiscard]] std::string tables() const {
    std::string out;
    for (const Row& row : query("SELECT name FROM sqlite_schema WHERE type = 'table' "
                                "AND name NOT LIKE 'schema_%' ORDER BY name")) {
      out += std::get<std::string>(row[0]) + ' ';
    }
    return out;
  }
};

using Versions = std::vector<std::uint64_t>;

TEST_CASE("migrations: up applies what is missing, oldest first, once") {
  const Database db;
  const std::vector<Migration> ours{log, people};  // any order
  Migrator migrator{*db.store, ours};
  CHECK(migrator.require_current().error().is(Errc::schema_pending));
  CHECK(migrator.require_current().error().detail() == "20240101000000_people");
  CHECK(*migrator.up(noon) == Versions{people.version, log.version});
  CHECK(migrator.up(noon)->empty());
  CHECK(migrator.require_current().has_value());
  CHECK(db.tables() == "people people_log ");
  CHECK(db.query("SELECT * FROM people_log") ==
        std::vector<Row>{{std::int64_t{2}, "Bob"}});  // the trigger was made whole
  const auto states = *migrator.status();
  REQUIRE(states.size() == 2);
  CHECK(states[0].name == "people");
  CHECK(states[0].applied_at == noon);
  CHECK_FALSE(states[0].changed);
}

TEST_CASE("migrations: an older one that arrives late is applied too") {
  const Database db;
  const std::vector<Migration> first{people};
  const std::vector<Migration> later{
      {20230101000000, "late", "CREATE TABLE late (id BIGINT)", "DROP TABLE late"}, people};
  CHECK(Migrator(*db.store, first).up(noon).has_value());
  CHECK(*Migrator(*db.store, later).up(noon) == Versions{20230101000000});
}

TEST_CASE("migrations: down undoes the newest steps") {
  const Database db;
  const std::vector<Migration> ours{people, log};
  Migrator migrator{*db.store, ours};
  REQUIRE(migrator.up(noon).has_value());
  CHECK(migrator.down(noon, 0)->empty());
  CHECK(*migrator.down(noon, 1) == Versions{log.version});
  CHECK(db.tables() == "people ");
  CHECK(*migrator.down(noon, 9) == Versions{people.version});
  CHECK(db.tables() == "");
  CHECK(migrator.up(noon)->size() == 2);
}

TEST_CASE("migrations: a failing one is undone, named with its statement, and leaves the former") {
  const Database db;
  const std::vector<Migration> ours{people, broken};
  Migrator migrator{*db.store, ours};
  const auto outcome = migrator.up(noon);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::migration_failed));
  const std::string detail = outcome.error().detail();
  CHECK(detail.starts_with("20240103000000_broken.up.sql: "));
  CHECK(detail.find("statement 2, line 3: UNIQUE constraint failed") != std::string::npos);
  CHECK(db.tables() == "people ");
  CHECK(migrator.require_current().error().is(Errc::schema_pending));
  // The lease was given back.
  const std::vector<Migration> mended{people, log};
  CHECK(*Migrator(*db.store, mended).up(noon) == Versions{log.version});
}

TEST_CASE("migrations: one that ends its transaction is refused") {
  const Database db;
  const std::vector<Migration> ours{
      {1, "commits", "CREATE TABLE a (id BIGINT);\nCOMMIT;\nCREATE TABLE b (id BIGINT);", ""}};
  const auto outcome = Migrator(*db.store, ours).up(noon);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().detail().find("statement 2, line 2") != std::string::npos);
  CHECK(db.tables() == "");
}

TEST_CASE("migrations: a changed one is refused by name, everywhere") {
  const Database db;
  const std::vector<Migration> before{people};
  REQUIRE(Migrator(*db.store, before).up(noon).has_value());
  Migration edited = people;
  edited.up = "CREATE TABLE people (id BIGINT);";
  const std::vector<Migration> after{edited, log};
  Migrator migrator{*db.store, after};
  for (const Error& error : {migrator.up(noon).error(), migrator.down(noon, 1).error(),
                             migrator.require_current().error(), migrator.pending_sql().error()}) {
    CHECK(error.is(Errc::migration_changed));
    CHECK(error.detail() == "20240101000000_people");
  }
  CHECK((*migrator.status())[0].changed);
  CHECK(db.tables() == "people ");
}

TEST_CASE("migrations: what a newer program expanded is no harm, what it contracted is refused") {
  const Database db;
  const std::vector<Migration> older{people};
  const std::vector<Migration> newer{people, log};
  REQUIRE(Migrator(*db.store, newer).up(noon).has_value());
  Migrator migrator{*db.store, older};
  CHECK((*migrator.status())[1].unknown);
  CHECK(migrator.up(noon)->empty());
  CHECK(migrator.require_current().has_value());
  CHECK(migrator.down(noon, 1).error().is(Errc::schema_newer));
  REQUIRE(Migrator(*db.store, newer).down(noon, 1).has_value());
  const std::string marked = "-- phase: contract\n" + std::string{log.up};
  Migration contracting = log;
  contracting.up = marked;
  const std::vector<Migration> newest{people, contracting};
  REQUIRE(Migrator(*db.store, newest).up(noon).has_value());
  CHECK(migrator.up(noon).error().is(Errc::schema_newer));
  CHECK(migrator.down(noon, 1).error().is(Errc::schema_newer));
  CHECK(migrator.require_current().error().detail() == "20240102000000_people_log");
  REQUIRE(Migrator(*db.store, newest).down(noon, 1).has_value());
  CHECK(migrator.require_current().has_value());
}

TEST_CASE("migrations: the checksum is FNV-1a of 128 bits over the text") {
  const Database db;
  const std::vector<Migration> ours{{1, "empty", "", ""}};
  REQUIRE(Migrator(*db.store, ours).up(noon).has_value());
  CHECK(db.query("SELECT checksum FROM schema_migrations") ==
        std::vector<Row>{{"6c62272e07bb014262b821756295c58d"}});
}

TEST_CASE("migrations: pending_sql run by hand is the same as up") {
  const Database db;
  const std::vector<Migration> ours{people, log};
  Migrator migrator{*db.store, ours};
  std::string sql = *migrator.pending_sql();
  CHECK(db.tables() == "");
  for (const std::string word : {"BEGIN;\n", "COMMIT;\n"}) {  // works have a transaction already
    for (auto at = sql.find('\n' + word); at != sql.npos; at = sql.find('\n' + word)) {
      sql.erase(at + 1, word.size());
    }
  }
  db.run(sql);
  CHECK(migrator.require_current().has_value());
  CHECK(*migrator.pending_sql() == "");
}

TEST_CASE("migrations: a lease in force locks others out, one that ran out does not") {
  const Database db;
  const std::vector<Migration> ours{people};
  Migrator migrator{*db.store, ours};
  REQUIRE(migrator.status().has_value());
  db.run("INSERT INTO schema_lease (id, owner, expires_at) VALUES (1, 'Eve', " +
         std::to_string(noon.time_since_epoch().count() + 1) + ")");
  const auto outcome = migrator.up(noon);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::locked));
  CHECK(outcome.error().detail().starts_with("Eve; its lease ends in 0 s"));
  CHECK(db.tables() == "");
  CHECK(migrator.up(noon + Micros{1})->size() == 1);
}

TEST_CASE("migrations: nothing to do, a dead operator's lease does not matter") {
  const Database db;
  const std::vector<Migration> ours{people};
  Migrator migrator{*db.store, ours};
  REQUIRE(migrator.up(noon).has_value());
  db.run("INSERT INTO schema_lease (id, owner, expires_at) VALUES (1, 'Eve', " +
         std::to_string(noon.time_since_epoch().count() + 1) + ")");
  CHECK(migrator.up(noon)->empty());
}

/// The states' versions that are applied.
Versions applied_in(Store& store, const std::vector<Migration>& ours) {
  Versions out;
  const auto states = Migrator{store, ours}.status();
  REQUIRE_MESSAGE(states.has_value(), (states ? "" : states.error().message()));
  for (const MigrationState& state : *states) {
    if (state.applied_at) out.push_back(state.version);
  }
  return out;
}

TEST_CASE_TEMPLATE("migrations: eight operators at once apply each one once", Made, SqliteOnFile,
                   PostgresSchema) {
  const Made engine;
  if (!engine.is_there()) return;
  std::vector<Migration> ours{people};
  for (std::uint64_t i = 0; i < 12; ++i) {
    ours.push_back({log.version + 1 + i, "step", "UPDATE people SET name = name || '.';", ""});
  }
  std::vector<Versions> applied(8);
  std::vector<std::string> failures(applied.size());
  std::vector<std::thread> operators;
  for (std::size_t i = 0; i < applied.size(); ++i) {
    operators.emplace_back([&, i] {
      auto opened = open({.url = engine.url()});
      if (!opened) {
        failures[i] = opened.error().message();
        return;
      }
      Migrator migrator{**opened, ours};
      auto outcome = up_in_turn(migrator, noon, Millis{60'000}, [](const Error&) {});
      if (outcome.has_value()) {
        applied[i] = *outcome;
      } else {
        failures[i] = outcome.error().message();
      }
    });
  }
  for (std::thread& thread : operators) thread.join();
  std::multiset<std::uint64_t> all;
  for (const Versions& versions : applied) all.insert(versions.begin(), versions.end());
  for (const std::string& failure : failures) CHECK(failure == "");
  CHECK(all.size() == ours.size());
  auto store = engine.open({});
  CHECK(*selected(*store, "SELECT name FROM people WHERE id = 1") ==
        std::vector<Row>{{"Ada; BEGIN" + std::string(12, '.')}});
}

TEST_CASE_TEMPLATE("migrations: a failing one is undone, named, and leaves the former", Made,
                   SqliteOnFile, PostgresSchema) {
  const Made engine;
  if (!engine.is_there()) return;
  auto store = engine.open({});
  const std::vector<Migration> ours{people, broken};
  const auto outcome = Migrator{*store, ours}.up(noon);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::migration_failed));
  CHECK(outcome.error().detail().starts_with("20240103000000_broken.up.sql: "));
  CHECK(outcome.error().detail().find("statement 2, line 3") != std::string::npos);
  CHECK(selected(*store, "SELECT 1 FROM half").has_error());
  CHECK(applied_in(*store, ours) == Versions{people.version});
  CHECK(Migrator{*store, std::vector{people}}.require_current().has_value());
}

TEST_CASE_TEMPLATE("migrations: redo undoes the newest and applies it again", Made, SqliteOnFile,
                   PostgresSchema) {
  const Made engine;
  if (!engine.is_there()) return;
  auto store = engine.open({});
  const std::vector<Migration> ours{people};
  Migrator migrator{*store, ours};
  CHECK(migrator.redo(noon)->empty());
  REQUIRE(migrator.up(noon).has_value());
  REQUIRE(store
              ->write_now([](Session& session) -> Result<> {
                MS_TRY_VOID(session.execute("DELETE FROM people"));
                return {};
              })
              .has_value());
  CHECK(*migrator.plan_down(1) == Versions{people.version});
  CHECK(*migrator.redo(noon) == Versions{people.version});
  CHECK(selected(*store, "SELECT name FROM people")->size() == 1);
}

constexpr Migration add{1, "add", "-- why\n-- phase: expand\nCREATE TABLE a (id BIGINT);",
                        "DROP TABLE a;"};
constexpr Migration drop{2, "drop", "-- phase: contract\nDROP TABLE a;",
                         "CREATE TABLE a (id BIGINT);"};
constexpr Migration more{3, "more", "CREATE TABLE b (id BIGINT);", "DROP TABLE b;"};

TEST_CASE("migrations: phases are marks among the first comments") {
  CHECK(phase_of(add) == Phase::expand);
  CHECK(phase_of(drop) == Phase::contract);
  CHECK(phase_of(more) == Phase::expand);
  CHECK_FALSE(phase_of({1, "odd", "--phase: no\n--  \n-- phase: both", ""}));
  CHECK(phase_of({1, "late", "SELECT 1;\n-- phase: contract", ""}) == Phase::expand);
}

TEST_CASE("migrations: expanding ones run before the contracting ones, never past them") {
  const Database db;
  const std::vector<Migration> ours{add, drop};
  Migrator migrator{*db.store, ours};
  CHECK(migrator.require_current().error().detail() == "1_add");
  CHECK(*migrator.up(noon, Phase::expand) == Versions{1});
  CHECK(migrator.require_current().has_value());  // a program works before and after the second
  CHECK(migrator.up(noon, Phase::expand)->empty());
  const std::vector<Migration> three{add, drop, more};
  Migrator later{*db.store, three};
  const auto refused = later.up(noon, Phase::expand);
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::out_of_order));
  CHECK(refused.error().detail().find("3_more waits behind 2_drop") != std::string::npos);
  CHECK(applied_in(*db.store, three) == Versions{1});
  CHECK(*later.up(noon) == Versions{2, 3});
}

TEST_CASE("migrations: offline SQL needs no store, and a bad phase stops everything") {
  const std::vector<Migration> ours{drop, add};
  const std::string up = offline_sql(ours, Engine::postgres, false);
  CHECK(up.starts_with("\\set ON_ERROR_STOP on\nCREATE TABLE IF NOT EXISTS schema_migrations"));
  CHECK(up.find("-- 1_add") < up.find("-- 2_drop"));
  const std::string down = offline_sql(ours, Engine::sqlite, true);
  CHECK(down.starts_with(".bail on\n"));
  CHECK(down.find("-- 2_drop") < down.find("-- 1_add"));
  CHECK(down.find("DELETE FROM schema_migrations WHERE version = 1;") != down.npos);
  const Database db;
  const std::vector<Migration> odd{add, {2, "odd", "-- phase: both\nSELECT 1;", ""}};
  CHECK(Migrator(*db.store, odd).up(noon).error().is(Errc::migration_failed));
  CHECK(applied_in(*db.store, odd).empty());
}

TEST_CASE("migrations: whoever waits in turn is told who holds the lease") {
  const Database db;
  const std::vector<Migration> ours{people};
  Migrator migrator{*db.store, ours};
  REQUIRE(migrator.status().has_value());
  db.run("INSERT INTO schema_lease (id, owner, expires_at) VALUES (1, 'Eve', " +
         std::to_string((noon + Seconds{43} - Micros{1}).time_since_epoch().count()) + ")");
  const auto outcome = up_in_turn(migrator, noon, Millis{0}, [](const Error&) {});
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().detail().starts_with("Eve; its lease ends in 42 s."));
}

}  // namespace
}  // namespace mainstay::store::migrations_test
