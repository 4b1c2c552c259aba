#include "platform/store/migrations.hpp"

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::store {
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

TEST_CASE("migrations: a newer program's are refused") {
  const Database db;
  const std::vector<Migration> newer{people, log};
  REQUIRE(Migrator(*db.store, newer).up(noon).has_value());
  const std::vector<Migration> older{people};
  Migrator migrator{*db.store, older};
  CHECK(migrator.up(noon).error().is(Errc::schema_newer));
  CHECK(migrator.down(noon, 1).error().is(Errc::schema_newer));
  CHECK(migrator.require_current().error().detail() == "20240102000000_people_log");
  CHECK((*migrator.status())[1].unknown);
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
  CHECK(outcome.error().detail() == "Eve");
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

TEST_CASE("migrations: many operators at once apply each one once") {
  const Database db;
  std::vector<Migration> ours{people, log};
  for (std::uint64_t i = 0; i < 20; ++i) {
    ours.push_back({log.version + 1 + i, "step", "UPDATE people SET name = name || '.';", ""});
  }
  std::vector<Versions> applied(4);
  std::vector<std::string> failures(applied.size());
  std::vector<std::thread> operators;
  for (std::size_t i = 0; i < applied.size(); ++i) {
    operators.emplace_back([&, i] {
      auto opened = open_sqlite({db.folder.path("app.db")});
      if (!opened) {
        failures[i] = opened.error().message();
        return;
      }
      Migrator migrator{**opened, ours};
      for (;;) {
        auto outcome = migrator.up(noon);
        if (outcome.has_value()) {
          applied[i] = *outcome;
          return;
        }
        if (outcome.error().is(Errc::locked)) continue;
        failures[i] = outcome.error().message();
        return;
      }
    });
  }
  for (std::thread& thread : operators) thread.join();
  std::multiset<std::uint64_t> all;
  for (const Versions& versions : applied) all.insert(versions.begin(), versions.end());
  for (const std::string& failure : failures) CHECK(failure == "");
  CHECK(all.size() == ours.size());
  CHECK(db.query("SELECT name FROM people WHERE id = 2") ==
        std::vector<Row>{{"Bob" + std::string(20, '.')}});
}

}  // namespace
}  // namespace mainstay::store
