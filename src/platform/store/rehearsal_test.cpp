#include "platform/store/rehearsal.hpp"

#include <future>

#include <doctest/doctest.h>

#include "platform/store/test_databases.hpp"

namespace mainstay::store::rehearsal_test {

TEST_CASE_TEMPLATE("rehearsal: works are done, checked and undone", Database, SqliteOnFile,
                   PostgresSchema) {
  Database database;
  if (!database.is_there()) return;
  auto store = database.open({});
  const auto run = [](Store& on, std::string sql) {
    return on.write_now([sql = std::move(sql)](Session& session) { return session.script(sql); });
  };
  const auto count = [&] {
    std::size_t rows = 99;
    const auto done = store->read([&](Session& session) -> Result<> {
      MS_TRY(const auto found, session.query("SELECT id FROM things"));
      rows = found.size();
      return {};
    });
    CHECK(done.has_value());
    return rows;
  };
  REQUIRE(run(*store, "CREATE TABLE things (id BIGINT PRIMARY KEY)").has_value());
  REQUIRE(run(*store, "INSERT INTO things VALUES (1)").has_value());

  Rehearsal rehearsal{*store};
  CHECK(run(rehearsal, "INSERT INTO things VALUES (2)").has_value());
  CHECK(run(rehearsal, "DELETE FROM things").has_value());
  CHECK(count() == 1);
  const auto refused = run(rehearsal, "INSERT INTO things VALUES (1)");
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::constraint));

  std::promise<bool> told;
  rehearsal.write([](Session& session) { return session.script("INSERT INTO things VALUES (3)"); },
                  [&told](Result<> outcome) { told.set_value(outcome.has_value()); });
  CHECK(told.get_future().get());
  CHECK(count() == 1);
  CHECK(rehearsal.engine() == store->engine());
  CHECK(rehearsal.health().has_value());
}

}  // namespace mainstay::store::rehearsal_test
