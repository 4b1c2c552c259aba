#include <atomic>
#include <cstdint>
#include <future>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/test_databases.hpp"

namespace mainstay::store::postgres_store_test {
namespace {

TEST_CASE_TEMPLATE_INVOKE(store_contract_values, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_refusals, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_commits, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_selects, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_refused, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_limits, PostgresSchema);
TEST_CASE_TEMPLATE_INVOKE(store_contract_full_selects, PostgresSchema);

Error error_of_opening(const std::string& url) {
  PostgresOptions options;
  options.url = url;
  const auto store = open_postgres(options);
  REQUIRE(store.has_error());
  return store.error();
}

/// Ends every connection of the schema's stores, as an administrator would.
void end_connections(const PostgresSchema& schema) {
  PostgresSchema::run(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '" +
      schema.name() + "'");
}

/// Selects until one succeeds: the connection has been made again.
void wait_for_selects(Store& store) {
  bool back = false;
  for (int i = 0; i < 100'000 && !back; ++i) {
    back = selected(store, "SELECT 1").has_value();
    if (!back) settle(store);
  }
  CHECK(back);
}

TEST_CASE("postgres: a server that is not there is io, one that refuses says so") {
  const Error nobody = error_of_opening("postgres://ada:geheim@127.0.0.1:1/x");
  CHECK(nobody.is(Errc::io));
  CHECK(nobody.detail().find("postgres://ada@127.0.0.1:1/x") == 0);
  CHECK(nobody.message().find("geheim") == std::string::npos);
  CHECK(error_of_opening("postgres://ada:geheim@[/x").is(Errc::refused));
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  std::string missing = schema.url();
  missing.insert(missing.find('?'), "_no_such_database");
  const Error unknown = error_of_opening(missing);
  CHECK(unknown.is(Errc::refused));
  CHECK_FALSE(unknown.retryable());
  CHECK(unknown.detail().find("does not exist") != std::string::npos);
}

TEST_CASE("postgres: sums, averages and truths are read as SQLite gives them") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  make_numbers(*store);
  for (std::int64_t i = 1; i <= 4; ++i) store->write(insert_number(i), [](Result<>) {});
  settle(*store);
  const auto rows =
      selected(*store, "SELECT sum(id), avg(id), count(*), max(id) > 3, $1 + 1 FROM numbers",
               {std::int64_t{4'000'000'000}});
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().message()));
  CHECK(*rows == std::vector<Row>{{std::int64_t{10}, 2.5, std::int64_t{4}, std::int64_t{1},
                                   std::int64_t{4'000'000'001}}});
  CHECK(selected(*store, "SELECT note FROM numbers WHERE note = $1", {std::string{"\0", 1}})
            .error()
            .is(Errc::statement));
}

TEST_CASE("postgres: a statement prepared before its table changed is prepared again") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  make_numbers(*store);
  const auto count_columns = [&store] {
    std::size_t columns = 0;
    const auto outcome = store->write_now([&columns](Session& session) -> Result<> {
      MS_TRY_VOID(session.execute("INSERT INTO numbers (id) SELECT count(*) FROM numbers"));
      MS_TRY(const auto rows, session.query("SELECT * FROM numbers"));
      columns = rows.at(0).size();
      return {};
    });
    CHECK(outcome.has_value());
    return columns;
  };
  CHECK(count_columns() == 3);
  CHECK(selected(*store, "SELECT * FROM numbers")->at(0).size() == 3);
  REQUIRE(store
              ->write_now([](Session& session) {
                return session.script("ALTER TABLE numbers ADD COLUMN more BIGINT");
              })
              .has_value());
  CHECK(count_columns() == 4);
  CHECK(selected(*store, "SELECT * FROM numbers")->at(0).size() == 4);
}

TEST_CASE("postgres: a statement that takes too long is ended; a script may take its time") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto options = schema.options({});
  options.statement_timeout = Millis{200};
  auto store = PostgresSchema::open_with(options);
  make_numbers(*store);
  const auto slow = [](Session& session) -> Result<> {
    MS_TRY_VOID(session.query("SELECT pg_sleep(20)"));
    return {};
  };
  CHECK(store->write_now(slow).error().is(Errc::busy));
  CHECK(store->read(slow).error().is(Errc::busy));
  CHECK(selected(*store, "SELECT pg_sleep(20)").error().is(Errc::busy));
  CHECK(selected(*store, "SELECT 1").has_value());
  CHECK(store->write_now([](Session& session) { return session.script("SELECT pg_sleep(0.4)"); })
            .has_value());
  CHECK(store->write_now(slow).error().is(Errc::busy));
}

TEST_CASE("postgres: an idle store does not notice that its connections were ended") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  make_numbers(*store);
  CHECK(numbers_in(*store).empty());
  for (std::int64_t round = 1; round <= 3; ++round) {
    end_connections(schema);
    CHECK(store->write_now(insert_number(round)).has_value());
    CHECK(numbers_in(*store) == up_to(round));
    wait_for_selects(*store);
    CHECK(store->health().has_value());
  }
}

TEST_CASE("postgres: a transaction whose connection ends fails whole, the next ones go on") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  make_numbers(*store);
  std::vector<bool> outcomes;
  {
    HeldWriter held{*store};
    const auto note = [&outcomes](Result<> result) {
      if (result.has_error()) CHECK(result.error().is(Errc::io));
      outcomes.push_back(result.has_value());
    };
    store->write(insert_number(1), note);
    store->write(
        [&schema](Session& session) -> Result<> {
          MS_TRY_VOID(insert_number(2)(session));
          end_connections(schema);
          return insert_number(3)(session);
        },
        note);
    store->write(insert_number(4), note);
  }
  settle(*store);
  CHECK(outcomes == std::vector{false, false, true});
  CHECK(numbers_in(*store) == std::vector<std::int64_t>{4});
  wait_for_selects(*store);  // their connection was ended too
  CHECK(store->health().has_value());
}

TEST_CASE("postgres: a commit whose answer is lost fails every work, and none is repeated") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  make_numbers(*store);
  std::atomic<int> runs = 0;
  std::vector<std::string> errors;
  {
    HeldWriter held{*store};
    const auto note = [&errors](Result<> result) {
      errors.push_back(result.has_value() ? "" : result.error().message());
    };
    store->write(
        [&runs](Session& session) {
          ++runs;
          return insert_number(1)(session);
        },
        note);
    // The last work of the commit: what ends the connection comes between it and COMMIT.
    store->write(
        [&](Session& session) -> Result<> {
          ++runs;
          MS_TRY_VOID(insert_number(2)(session));
          end_connections(schema);
          return {};
        },
        note);
  }
  settle(*store);
  REQUIRE(errors.size() == 2);
  for (const std::string& error : errors) {
    CHECK(error.find("nobody knows whether it was carried out") != std::string::npos);
  }
  CHECK(runs == 2);
  CHECK(store->write_now(insert_number(3)).has_value());
}

TEST_CASE("postgres: a select during the loss fails at once, later ones are answered") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto store = schema.open({});
  std::promise<Result<std::vector<Row>>> slow;
  store->select("SELECT pg_sleep(20)", {},
                [&slow](Result<std::vector<Row>> rows) { slow.set_value(std::move(rows)); });
  end_connections(schema);
  const auto outcome = slow.get_future().get();
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::io));
  wait_for_selects(*store);
}

TEST_CASE("postgres: more reads than connections wait their turn, or are refused") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  auto options = schema.options({});
  options.readers_max = 1;
  options.connect_timeout = Millis{300};
  auto store = PostgresSchema::open_with(options);
  make_numbers(*store);
  const auto outcome = store->read([&store](Session&) -> Result<> {
    return store->read([](Session&) -> Result<> { return {}; });
  });
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::busy));
  CHECK(numbers_in(*store).empty());
}

/// Writes 1, 2, 3 ... and tells each through the pipe once it is acknowledged, until it is killed.
[[noreturn]] void write_until_killed(PostgresOptions options, int pipe) {
  options.queue_max = 64;
  options.batch_max = 16;
  auto store = open_postgres(options);
  if (!store) ::_exit(2);
  std::int64_t next = static_cast<std::int64_t>(numbers_in(**store).size()) + 1;
  for (;; ++next) {
    (*store)->write(insert_number(next), [pipe, next](Result<> result) {
      if (result.has_value() && ::write(pipe, &next, sizeof next) != sizeof next) ::_exit(3);
    });
    if (next % 32 == 0) settle(**store);
  }
}

TEST_CASE("postgres: kill -9 loses nothing acknowledged") {
  const PostgresSchema schema;
  if (!schema.is_there()) return;
  make_numbers(*schema.open({}));
  for (int round = 0; round < 4; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) write_until_killed(schema.options({}), pipe[1]);
    ::close(pipe[1]);
    std::int64_t number = 0;
    int acknowledged = 0;
    while (::read(pipe[0], &number, sizeof number) == sizeof number) {
      if (++acknowledged == 100 + 37 * round) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(acknowledged >= 100);
    end_connections(schema);  // the dead client's: what it had sent is carried out or not by now
    auto store = schema.open({});
    const auto found = numbers_in(*store);
    CHECK(found.size() >= static_cast<std::size_t>(number));
    CHECK(found == up_to(static_cast<std::int64_t>(found.size())));
  }
}

}  // namespace
}  // namespace mainstay::store::postgres_store_test
