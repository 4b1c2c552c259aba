#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/store/store.hpp"

namespace mainstay::store {

/// What every Store must do, run against each engine. An Engine starts as an empty database;
/// `open(limits)` connects to it, again and again: TEST_CASE_TEMPLATE_INVOKE(store_contract,
/// SqliteOnFile).
struct ContractLimits {
  std::size_t queue_max = 10'000;
  std::size_t batch_max = 512;
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

template <class Engine>
void limits_contract() {
  Engine engine;
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

template <class Engine>
void open_contract(const std::function<void(Store&)>& contract) {
  Engine engine;
  auto store = engine.open({});
  make_numbers(*store);
  contract(*store);
}

TEST_CASE_TEMPLATE_DEFINE("store contract: values", Engine, store_contract_values) {
  open_contract<Engine>(values_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: refusals", Engine, store_contract_refusals) {
  open_contract<Engine>(refusals_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: commits", Engine, store_contract_commits) {
  open_contract<Engine>(commits_contract);
}
TEST_CASE_TEMPLATE_DEFINE("store contract: limits", Engine, store_contract_limits) {
  limits_contract<Engine>();
}

}  // namespace mainstay::store
