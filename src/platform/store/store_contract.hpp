#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/store.hpp"

namespace mainstay::store {

/// What every Store must do, run against each engine. A Database (test_databases.hpp) starts empty;
/// `open(limits)` connects to it, again and again.
struct ContractLimits {
  std::size_t queue_max = 10'000;
  std::size_t batch_max = 512;
  std::size_t selects_max = 4'096;
};

/// Holds the writer lane inside a work until let go, so that what is written meanwhile shares the
/// next commit.
class HeldWriter {
 public:
  explicit HeldWriter(Store& store) {
    std::promise<void> begun;
    auto has_begun = begun.get_future();
    store.write(
        [begun = std::move(begun), gate = gate_.get_future()](Session&) mutable -> Result<> {
          begun.set_value();
          gate.wait();
          return {};
        },
        [](Result<>) {});
    has_begun.wait();
  }
  ~HeldWriter() { let_go(); }
  void let_go() {
    if (!held_) return;
    held_ = false;
    gate_.set_value();
  }

 private:
  std::promise<void> gate_;
  bool held_ = true;
};

inline Store::Work insert_number(std::int64_t number) {
  return [number](Session& session) -> Result<> {
    MS_TRY_VOID(session.execute("INSERT INTO numbers (id) VALUES ($1)", {number}));
    return {};
  };
}

inline void make_numbers(Store& store) {
  const auto made = store.write_now([](Session& session) {
    return session.script(
        "CREATE TABLE numbers (id BIGINT PRIMARY KEY, note TEXT, share DOUBLE PRECISION)");
  });
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message()));
}

/// The ids in the table, as a new reader sees them.
inline std::vector<std::int64_t> numbers_in(Store& store) {
  std::vector<std::int64_t> out;
  const auto outcome = store.read([&out](Session& session) -> Result<> {
    MS_TRY(const auto rows, session.query("SELECT id FROM numbers ORDER BY id"));
    for (const Row& row : rows) out.push_back(std::get<std::int64_t>(row[0]));
    return {};
  });
  REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message()));
  return out;
}

/// Waits for the works written so far.
inline void settle(Store& store) {
  (void)store.write_now([](Session&) -> Result<> { return {}; });
}

inline std::vector<std::int64_t> up_to(std::int64_t last) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 1; i <= last; ++i) out.push_back(i);
  return out;
}

inline void values_contract(Store& store) {
  SUBCASE("values of every kind come back as they were") {
    const std::string odd = "tab\t, quote ' and \xc3\xa9";
    const auto outcome = store.write_now([&odd](Session& session) -> Result<> {
      const std::string_view sql = "INSERT INTO numbers (id, note, share) VALUES ($2, $1, $3)";
      MS_TRY(const auto changed, session.execute(sql, {odd, std::int64_t{7}, 0.25}));
      CHECK(changed == 1);
      MS_TRY_VOID(session.execute(sql, {"", INT64_MIN, Value{}}));
      MS_TRY(const auto rows, session.query("SELECT id, note, share FROM numbers ORDER BY id"));
      CHECK(rows == std::vector<Row>{{INT64_MIN, "", Value{}}, {std::int64_t{7}, odd, 0.25}});
      return {};
    });
    CHECK(outcome.has_value());
  }
  SUBCASE("one parameter may stand in several places") {
    CHECK(store
              .write_now([](Session& session) -> Result<> {
                MS_TRY_VOID(session.execute("INSERT INTO numbers (id) VALUES ($1 * 10), ($1 * 20)",
                                            {std::int64_t{2}}));
                return {};
              })
              .has_value());
    CHECK(numbers_in(store) == std::vector<std::int64_t>{20, 40});
  }
  SUBCASE("execute counts the rows it changed and no others") {
    const auto outcome = store.write_now([](Session& session) -> Result<> {
      MS_TRY_VOID(session.execute("INSERT INTO numbers (id) VALUES (1), (2), (3)"));
      MS_TRY(const auto updated, session.execute("UPDATE numbers SET note = 'x' WHERE id > 1"));
      CHECK(updated == 2);
      MS_TRY(const auto none, session.execute("DELETE FROM numbers WHERE id > 99"));
      CHECK(none == 0);
      MS_TRY(const auto table, session.execute("CREATE TABLE other (id BIGINT)"));
      CHECK(table == 0);
      return {};
    });
    CHECK(outcome.has_value());
  }
  SUBCASE("each: the callback may query the same text again") {
    CHECK(store
              .write_now([](Session& session) -> Result<> {
                MS_TRY_VOID(session.execute("INSERT INTO numbers (id) VALUES (1), (2)"));
                int seen = 0;
                const std::string_view sql = "SELECT id FROM numbers ORDER BY id";
                MS_TRY_VOID(session.each(sql, {}, [&](const Row&) {
                  const auto inner = session.query(sql);
                  seen += inner ? static_cast<int>(inner->size()) : 0;
                }));
                CHECK(seen == 4);
                return {};
              })
              .has_value());
  }
}

inline void refusals_contract(Store& store) {
  const auto error_of = [&store](const char* sql, std::initializer_list<Value> params = {}) {
    const auto outcome = store.write_now([&](Session& session) -> Result<> {
      MS_TRY_VOID(session.execute(sql, params));
      return {};
    });
    REQUIRE(outcome.has_error());
    return outcome.error();
  };
  SUBCASE("a broken rule is a constraint error") {
    CHECK(store.write_now(insert_number(1)).has_value());
    const auto again = store.write_now(insert_number(1));
    REQUIRE(again.has_error());
    CHECK(again.error().is(Errc::constraint));
  }
  SUBCASE("a deferred reference that stays broken fails its own work") {
    CHECK(store
              .write_now([](Session& session) {
                return session.script(
                    "CREATE TABLE child (id BIGINT REFERENCES numbers (id) DEFERRABLE INITIALLY "
                    "DEFERRED)");
              })
              .has_value());
    std::vector<bool> outcomes;
    HeldWriter held{store};
    const auto note = [&outcomes](Result<> result) { outcomes.push_back(result.has_value()); };
    store.write(insert_number(1), note);
    store.write(
        [](Session& session) -> Result<> {
          MS_TRY_VOID(session.execute("INSERT INTO child (id) VALUES (99)"));
          return {};
        },
        [&](Result<> result) {
          CHECK((result.has_error() && result.error().is(Errc::constraint)));
          note(result);
        });
    store.write(insert_number(2), note);
    held.let_go();
    settle(store);
    CHECK(outcomes == std::vector{true, false, true});
    CHECK(numbers_in(store) == up_to(2));
  }
  SUBCASE("bad statements and parameters are statement errors") {
    CHECK(error_of("SELEC 1").is(Errc::statement));
    CHECK(error_of("SELECT 1; SELECT 2").is(Errc::statement));
    CHECK(error_of("").is(Errc::statement));
    CHECK(error_of("SELECT $1").is(Errc::statement));
    CHECK(error_of("SELECT 1", {"unused"}).is(Errc::statement));
    CHECK(error_of("SELECT \"no such column\" FROM numbers").is(Errc::statement));
  }
  SUBCASE("a work cannot end the transaction it shares") {
    CHECK(error_of("COMMIT").is(Errc::statement));
    CHECK(error_of("ROLLBACK").is(Errc::statement));
    CHECK(error_of("BEGIN").is(Errc::statement));
    CHECK(error_of("SAVEPOINT mine").is(Errc::statement));
  }
  SUBCASE("a reader cannot write") {
    const auto outcome = store.read(insert_number(1));
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().is(Errc::statement));
    CHECK(numbers_in(store).empty());
  }
  SUBCASE("script: empty statements are nothing, parameters and NUL are refused") {
    const auto run = [&store](std::string_view sql) {
      const auto outcome = store.write_now([sql](Session& session) { return session.script(sql); });
      return outcome.has_value() || !outcome.error().is(Errc::statement);
    };
    CHECK(run(""));
    CHECK(run("  -- only a comment"));
    CHECK(
        run(";; ; INSERT INTO numbers (id) VALUES (1);; /* c */ ;"
            "INSERT INTO numbers (id) VALUES (2)"));
    CHECK_FALSE(run("INSERT INTO numbers (id) VALUES ($1)"));
    CHECK_FALSE(run(std::string_view{"INSERT INTO numbers (id) VALUES (3);\0SELECT 1", 45}));
    CHECK(numbers_in(store) == up_to(2));
  }
  SUBCASE("script: all or nothing, and the error says which statement") {
    const auto outcome = store.write_now([](Session& session) {
      return session.script(
          "INSERT INTO numbers (id, note) VALUES (1, 'a;b');  -- one; two\n"
          "/* a comment; */\n"
          "INSERT INTO nowhere VALUES (1);\n");
    });
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().is(Errc::statement));
    CHECK(outcome.error().detail().find("statement 2, line 3") != std::string::npos);
    CHECK(numbers_in(store).empty());
  }
}

/// A select, waited for.
inline Result<std::vector<Row>> selected(Store& store, std::string sql,
                                         std::vector<Value> params = {}) {
  std::promise<Result<std::vector<Row>>> promise;
  auto outcome = promise.get_future();
  store.select(std::move(sql), std::move(params),
               [&promise](Result<std::vector<Row>> rows) { promise.set_value(std::move(rows)); });
  return outcome.get();
}

inline void selects_contract(Store& store) {
  SUBCASE("select gives what was committed before it, with its parameters") {
    CHECK(store
              .write_now([](Session& session) -> Result<> {
                MS_TRY_VOID(session.execute(
                    "INSERT INTO numbers (id, note, share) VALUES (1, 'a', 0.5), (2, NULL, 1)"));
                return {};
              })
              .has_value());
    const auto rows = selected(store,
                               "SELECT id, note, share FROM numbers WHERE id <= $2 AND "
                               "(note = $1 OR id > 1) ORDER BY id",
                               {"a", std::int64_t{5}});
    REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().message()));
    CHECK(*rows == std::vector<Row>{{std::int64_t{1}, "a", 0.5}, {std::int64_t{2}, Value{}, 1.0}});
    CHECK(selected(store, "SELECT id FROM numbers WHERE id = $1", {std::int64_t{9}})->empty());
  }
  SUBCASE("many selects at once each get their own rows, failing ones among them their errors") {
    for (std::int64_t i = 1; i <= 50; ++i) store.write(insert_number(i), [](Result<>) {});
    settle(store);
    std::vector<std::promise<Result<std::vector<Row>>>> promises(300);
    for (std::size_t i = 0; i < promises.size(); ++i) {
      const bool bad = i % 7 == 3;
      const auto wanted = static_cast<std::int64_t>(1 + i % 50);
      store.select(bad ? "SELECT nothing FROM numbers WHERE id = $1"
                       : "SELECT id FROM numbers WHERE id = $1",
                   {wanted}, [&promise = promises[i]](Result<std::vector<Row>> rows) {
                     promise.set_value(std::move(rows));
                   });
    }
    std::size_t right = 0;
    for (std::size_t i = 0; i < promises.size(); ++i) {
      const auto rows = promises[i].get_future().get();
      const auto wanted = static_cast<std::int64_t>(1 + i % 50);
      right += i % 7 == 3 ? (rows.has_error() && rows.error().is(Errc::statement) ? 1U : 0U)
                          : (rows.has_value() && *rows == std::vector<Row>{{wanted}} ? 1U : 0U);
    }
    CHECK(right == promises.size());
  }
}

inline void select_refusals_contract(Store& store) {
  SUBCASE("a select cannot write, nor end a transaction, and its parameters fit") {
    for (const char* sql : {"INSERT INTO numbers (id) VALUES (1)", "DELETE FROM numbers", "BEGIN",
                            "COMMIT", "SELEC 1", "", "SELECT 1; SELECT 2", "SELECT $1"}) {
      CAPTURE(sql);
      const auto rows = selected(store, sql);
      CHECK((rows.has_error() && rows.error().is(Errc::statement)));
    }
    CHECK(selected(store, "SELECT 1", {"unused"}).error().is(Errc::statement));
    CHECK(numbers_in(store).empty());
    CHECK(selected(store, "SELECT count(*) FROM numbers").has_value());
  }
  SUBCASE("more rows than a select may have are refused") {
    const auto made = store.write_now([](Session& session) -> Result<> {
      MS_TRY_VOID(session.execute(
          "INSERT INTO numbers (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
          "n WHERE i < $1) SELECT i FROM n",
          {static_cast<std::int64_t>(Store::select_rows_max) + 1}));
      return {};
    });
    REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message()));
    CHECK(selected(store, "SELECT id FROM numbers").error().is(Errc::statement));
    CHECK(selected(store, "SELECT id FROM numbers WHERE id > 1")->size() == Store::select_rows_max);
  }
  SUBCASE("done may select and write again") {
    std::promise<bool> again;
    store.select("SELECT 1", {}, [&](Result<std::vector<Row>>) {
      store.select("SELECT 2", {}, [&](Result<std::vector<Row>>) {
        store.write(insert_number(1),
                    [&](Result<> result) { again.set_value(result.has_value()); });
      });
    });
    CHECK(again.get_future().get());
  }
}

/// Fills the queue behind a `done` that waits.
template <class Database>
void full_selects_contract() {
  Database engine;
  if (!engine.is_there()) return;
  auto store = engine.open({.selects_max = 4});
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<int> answered = 0;
  std::atomic<int> busy = 0;
  for (int i = 0; i < 64; ++i) {
    store->select("SELECT 1", {}, [&, open](Result<std::vector<Row>> rows) {
      if (rows.has_value()) {
        open.wait();
        ++answered;
      } else if (rows.error().is(Errc::busy)) {
        ++busy;
      }
    });
  }
  CHECK(busy > 0);
  gate.set_value();
  store->stop();
  CHECK(answered + busy == 64);
  CHECK(selected(*store, "SELECT 1").error().is(Errc::stopped));
}

inline void commits_contract(Store& store) {
  SUBCASE("works queued together are committed together, and done in order") {
    std::vector<std::int64_t> done;
    std::size_t visible_at_first_done = 0;
    HeldWriter held{store};
    for (std::int64_t i = 1; i <= 20; ++i) {
      store.write(insert_number(i), [&, i](Result<> result) {
        CHECK(result.has_value());
        if (done.empty()) visible_at_first_done = numbers_in(store).size();
        done.push_back(i);
      });
    }
    CHECK(numbers_in(store).empty());
    held.let_go();
    settle(store);
    CHECK(done == up_to(20));
    CHECK(visible_at_first_done == 20);
  }
  SUBCASE("a failing work undoes itself alone") {
    std::vector<std::int64_t> failed;
    HeldWriter held{store};
    for (std::int64_t i = 1; i <= 9; ++i) {
      store.write(
          [i](Session& session) -> Result<> {
            MS_TRY_VOID(insert_number(i)(session));
            if (i % 3 == 0) return Error{Errc::constraint, "not this one"};
            return {};
          },
          [&failed, i](Result<> result) {
            if (result.has_error()) failed.push_back(i);
          });
    }
    held.let_go();
    settle(store);
    CHECK(failed == std::vector<std::int64_t>{3, 6, 9});
    CHECK(numbers_in(store) == std::vector<std::int64_t>{1, 2, 4, 5, 7, 8});
  }
  SUBCASE("a work that ignores a refused statement keeps its others") {
    CHECK(store.write_now(insert_number(1)).has_value());
    const auto outcome = store.write_now([](Session& session) -> Result<> {
      CHECK(session.execute("SELEC").has_error());
      return insert_number(2)(session);
    });
    CHECK(outcome.has_value());
    CHECK(numbers_in(store) == up_to(2));
  }
  SUBCASE("done may write again") {
    std::promise<bool> again;
    store.write(insert_number(1), [&](Result<>) {
      store.write(insert_number(2), [&](Result<> result) { again.set_value(result.has_value()); });
    });
    CHECK(again.get_future().get());
    CHECK(numbers_in(store) == up_to(2));
  }
  SUBCASE("a read sees one moment, whatever is committed meanwhile") {
    CHECK(store.write_now(insert_number(1)).has_value());
    const auto outcome = store.read([&store](Session& session) -> Result<> {
      MS_TRY(const auto before, session.query("SELECT id FROM numbers"));
      CHECK(store.write_now(insert_number(2)).has_value());
      MS_TRY(const auto after, session.query("SELECT id FROM numbers"));
      CHECK(before == after);
      return {};
    });
    CHECK(outcome.has_value());
    CHECK(numbers_in(store) == up_to(2));
  }
}

template <class Database>
void limits_contract() {
  Database engine;
  if (!engine.is_there()) return;
  SUBCASE("a full queue is refused at once") {
    auto store = engine.open({.queue_max = 3});
    make_numbers(*store);
    int busy = 0;
    HeldWriter held{*store};
    for (std::int64_t i = 1; i <= 5; ++i) {
      store->write(insert_number(i), [&busy](Result<> result) {
        busy += result.has_error() && result.error().is(Errc::busy) ? 1 : 0;
      });
    }
    CHECK(busy == 2);
    held.let_go();
    store->stop();
    CHECK(numbers_in(*store) == up_to(3));
  }
  SUBCASE("a commit takes batch_max works") {
    auto store = engine.open({.batch_max = 2});
    make_numbers(*store);
    std::vector<std::size_t> visible;
    HeldWriter held{*store};
    for (std::int64_t i = 1; i <= 5; ++i) {
      store->write(insert_number(i),
                   [&](Result<>) { visible.push_back(numbers_in(*store).size()); });
    }
    held.let_go();
    settle(*store);
    CHECK(visible == std::vector<std::size_t>{2, 2, 4, 4, 5});
  }
  SUBCASE("stop ends what is queued and refuses the rest") {
    auto store = engine.open({});
    make_numbers(*store);
    for (std::int64_t i = 1; i <= 100; ++i) store->write(insert_number(i), [](Result<>) {});
    store->stop();
    store->stop();
    const auto late = store->write_now(insert_number(101));
    REQUIRE(late.has_error());
    CHECK(late.error().is(Errc::stopped));
    CHECK(numbers_in(*store) == up_to(100));
  }
  SUBCASE("what was committed is there after reopening") {
    {
      auto store = engine.open({});
      make_numbers(*store);
      CHECK(store->write_now(insert_number(1)).has_value());
    }
    auto store = engine.open({});
    CHECK(numbers_in(*store) == up_to(1));
  }
}

template <class Database>
void open_contract(const std::function<void(Store&)>& contract) {
  Database engine;
  if (!engine.is_there()) return;
  auto store = engine.open({});
  make_numbers(*store);
  contract(*store);
}

TEST_CASE_TEMPLATE_DEFINE("store contract: values", Database, store_contract_values) {
  open_contract<Database>(values_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: refusals", Database, store_contract_refusals) {
  open_contract<Database>(refusals_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: commits", Database, store_contract_commits) {
  open_contract<Database>(commits_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: selects", Database, store_contract_selects) {
  open_contract<Database>(selects_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: refused selects", Database, store_contract_refused) {
  open_contract<Database>(select_refusals_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: limits", Database, store_contract_limits) {
  limits_contract<Database>();
}
TEST_CASE_TEMPLATE_DEFINE("store contract: full selects", Database, store_contract_full_selects) {
  full_selects_contract<Database>();
}

}  // namespace mainstay::store
