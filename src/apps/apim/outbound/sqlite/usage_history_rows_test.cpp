#include "apps/apim/outbound/sqlite/usage_history_rows.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/memory/memory_usage_history.hpp"
#include "apps/apim/outbound/sqlite/migrated_store.hpp"
#include "apps/apim/ports/usage_history_contract.hpp"

namespace mainstay::apim::usage_history_rows_test {
namespace {

struct HistoryInSqlite {
  UsageHistory& history() { return rows; }
  MigratedStore database;
  SqlUsageHistory rows{database.store()};
};

}  // namespace

MS_USAGE_HISTORY_CONTRACT(HistoryInSqlite);

TEST_CASE("usage history rows: random batches, always as the plain one") {
  HistoryInSqlite engine;
  MemoryUsageHistory plain;
  Random random{20'261'121};
  for (int round = 0; round < 60; ++round) {
    std::vector<UsageRow> rows;
    for (std::uint64_t i = random.below(40); i > 0; --i) {
      rows.push_back(usage_row(
          std::string{"abcd"[random.below(4)]}, static_cast<std::int64_t>(random.below(5)),
          history_hour + static_cast<UnixSeconds>(random.below(6)) * 3'600,
          random.below(3) == 0 ? Period::day : Period::hour, random.below(2) == 0 ? "s" : "t"));
    }
    put(engine.history(), rows);
    put(plain, rows);
    if (round % 20 == 19) {
      const auto erase = [](UsageHistory& from) {
        return [&from] { return from.erase_some("t", 5); };
      };
      calls_until_true(erase(engine.history()));
      calls_until_true(erase(plain));
    }
    for (const char* service : {"s", "t"}) {
      CHECK(top_text(engine.history(), 0, 9, service) == top_text(plain, 0, 9, service));
      for (const char* application : {"", "a", "b", "c", "d"}) {
        const Subject subject{service, application};
        for (const Period period : {Period::hour, Period::day}) {
          CHECK(series_text(engine.history(), subject, period) ==
                series_text(plain, subject, period));
        }
      }
    }
  }
}

TEST_CASE("usage history rows: a batch that fails in its midst, none of it is there") {
  HistoryInSqlite engine;
  put(engine.history(), {usage_row("a", 3)});
  const auto script = [&](std::string_view sql) {
    const auto done = engine.database.store().write_now(
        [sql](store::Session& session) { return session.script(sql); });
    REQUIRE(done.has_value());
  };
  script(
      "CREATE TRIGGER no_b BEFORE INSERT ON apim_usage WHEN NEW.value = 13"
      " BEGIN SELECT RAISE(ABORT, 'no'); END");
  const std::vector<UsageRow> rows{usage_row("a", 4), usage_row("b", 13)};
  CHECK(engine.history().write(rows).has_error());
  CHECK(series_text(engine.history(), {"s", "a"}) == "0:3 ");
  CHECK(series_text(engine.history(), {"s", ""}) == "0:3 ");
  script("DROP TRIGGER no_b");
  put(engine.history(), rows);
  CHECK(series_text(engine.history(), {"s", ""}) == "0:17 ");
}

TEST_CASE("usage migration: down leaves nothing, up works again") {
  HistoryInSqlite engine;
  put(engine.history(), {usage_row("a", 3)});
  engine.database.run("down");
  CHECK(engine.history().expire_some(history_hour, 1).has_error());
  engine.database.run("up");
  CHECK(series_text(engine.history(), {"s", "a"}).empty());
}

}  // namespace mainstay::apim::usage_history_rows_test
