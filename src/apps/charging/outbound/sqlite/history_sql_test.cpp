#include "apps/charging/outbound/sqlite/history_sql.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/app.hpp"
#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/outbound/sqlite/network_sql.hpp"
#include "apps/charging/outbound/sqlite/security_sql.hpp"
#include "apps/charging/ports/network_store_contract.hpp"
#include "platform/store/columns.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging::history_sql_test {

namespace {

/// Days behind 2026-01-01.
SystemTime day(std::int64_t days) {
  return SystemTime{Seconds{1'767'225'600}} + std::chrono::days{days};
}

/// A word of the tests.
std::optional<EventKind> parse_kind(std::string_view name) {
  if (name == "security_event") return EventKind::security_event;
  return std::nullopt;
}

struct Test {
  explicit Test(store::Store& opened) : database(opened) {
    store::Migrator migrator{database, migrations()};
    REQUIRE(migrator.up(SystemTime{}).has_value());
  }
  void run(const std::string& sql, std::vector<store::Value> params = {}) {
    const auto done = database.write_now([&](store::Session& session) -> Result<> {
      MS_TRY_VOID(session.execute(sql, params));
      return {};
    });
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
  }
  void event(std::int64_t id, EventKind kind, std::int64_t at) {
    run("INSERT INTO charging_events VALUES ($1, $2, 1, 1, $3, 0, '')",
        {id, static_cast<std::int64_t>(kind), store::value_of(day(at))});
  }
  void reading(std::int64_t id, std::int64_t transaction, SystemTime at) {
    run("INSERT INTO charging_meter_values VALUES ($1, $2, 1, $3, '')",
        {id, transaction, store::value_of(at)});
  }
  void transaction(std::int64_t id, TransactionState state, std::int64_t received) {
    run("INSERT INTO charging_transactions (id, station_id, connector, tag, tag_status, owner_id, "
        "reservation_id, meter_start, started_at, received_at, state) "
        "VALUES ($1, 1, 1, 'T', 0, '', 0, 0, 5, $2, $3)",
        {id, store::value_of(day(received)), static_cast<std::int64_t>(state)});
  }
  void record(std::int64_t transaction) { record(transaction, "t" + std::to_string(transaction)); }
  void record(std::int64_t id, const std::string& source) {
    run("INSERT INTO charging_cdrs VALUES ($1, $2, '', 1, 1, 0, '', '', 'T', 0, 0, 0, 0, 0, 0, '', "
        "0, 'EUR', 0, 0, 0, 0, '[]', '[]', '2026-01', 0, 0, 0)",
        {id, source});
  }
  void reservation(std::int64_t id, ReservationState state, std::int64_t expires,
                   std::int64_t used_by = 0) {
    run("INSERT INTO charging_reservations VALUES ($1, 1, 1, 'T', '', '', 0, $2, $3, $4)",
        {id, store::value_of(day(expires)), static_cast<std::int64_t>(state), used_by});
  }
  void unknown_stop(std::int64_t id, std::int64_t received, std::int64_t attached_to) {
    run("INSERT INTO charging_unknown_stops VALUES ($1, 1, $1, 'T', 0, 5, 0, $2, '', $3)",
        {id, store::value_of(day(received)), attached_to});
  }
  void use(std::int64_t station, std::int64_t at) {
    run("INSERT INTO charging_connector_uses VALUES ($1, 1, $2, 1)",
        {station, store::value_of(day(at))});
  }
  /// Of uses: stations and days, in their order.
  std::string uses() {
    std::string out;
    REQUIRE(database
                .read([&](store::Session& session) {
                  return session.each(
                      "SELECT station_id, at FROM charging_connector_uses ORDER BY station_id, at",
                      {}, [&](const store::Row& row) {
                        store::Columns in{row};
                        out += std::to_string(in.number()) + ":";
                        out += std::to_string((in.time() - day(0)) / std::chrono::days{1}) + " ";
                      });
                })
                .has_value());
    return out;
  }
  /// The numbers that are there.
  std::string ids(const std::string& table) {
    std::string out;
    REQUIRE(database
                .read([&](store::Session& session) {
                  return session.each("SELECT id FROM " + table + " ORDER BY id", {},
                                      [&](const store::Row& row) {
                                        out += std::to_string(store::Columns{row}.number()) + " ";
                                      });
                })
                .has_value());
    return out;
  }
  /// On day 100.
  Forgotten forget(std::int64_t log_days, std::int64_t readings_days) {
    const auto done = forget_history(database, {log_days, readings_days, 2, parse_kind}, day(100),
                                     [] { return false; });
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
    return *done;
  }

  store::Store& database;
};

void test_events(store::Store& database) {
  Test test{database};
  for (std::int64_t id = 1; id <= 9; ++id) test.event(id, EventKind::station_online, 10 * id);
  CHECK(test.forget(0, 0) == Forgotten{});
  CHECK(test.forget(60, 0) == Forgotten{3, 0, 0, 0});
  CHECK(test.ids("charging_events") == "4 5 6 7 8 9 ");
  // A webhook that wants another kind needs none of them, a dead one waits for nothing.
  test.run("INSERT INTO charging_webhooks VALUES (1, '', '', ',security_event,', 0, 3, 0, '', 0)");
  test.run("INSERT INTO charging_webhooks VALUES (2, '', '', '', 0, 3, 20, '', 0)");
  test.run("INSERT INTO charging_webhooks VALUES (3, '', '', '', 0, 5, 19, '', 0)");
  CHECK(test.forget(1, 0) == Forgotten{2, 0, 0, 0});
  CHECK(test.ids("charging_events") == "6 7 8 9 ");
  test.run("DELETE FROM charging_webhooks");
  test.run("UPDATE charging_events SET kind = $1 WHERE id = 7",
           {static_cast<std::int64_t>(EventKind::transaction_ended)});
  CHECK(test.forget(1, 0) == Forgotten{1, 0, 0, 0});
  test.run("INSERT INTO charging_money_cursor VALUES (1, 7)");
  CHECK(test.forget(1, 0) == Forgotten{2, 0, 0, 0});
  CHECK(test.ids("charging_events") == "9 ");  // numbers go on from it
}

void test_cursor(store::Store& database) {
  Test test{database};
  SqlNetworkStore rows{database};
  SqlSecurityStore security{database};
  for (std::int64_t id = 1; id <= 5; ++id) {
    test.event(id, EventKind::station_online, id);
    test.run("INSERT INTO charging_security_events VALUES ($1, 1, 'K', 0, $2, '')",
             {id, store::value_of(day(id))});
  }
  CHECK(test.forget(97, 0) == Forgotten{2, 2, 0, 0});
  const auto events = [&](std::int64_t after, StationId station = {}) {
    Awaited<std::vector<EventRow>> done;
    rows.events({after, 10, station, {}}, done.slot());
    return done.get();
  };
  CHECK(events(1).error().is(NetworkErrc::events_gone));
  CHECK(events(1).error().message().find("oldest that is kept is 3") != std::string::npos);
  CHECK(events(1, StationId{7}).error().is(NetworkErrc::events_gone));
  CHECK(events(2)->size() == 3);
  CHECK(events(2, StationId{7})->empty());
  CHECK(events(0)->size() == 3);
  CHECK(events(5)->empty());
  CHECK(events(50)->empty());
  const auto security_events = [&](std::int64_t after) {
    Awaited<std::vector<SecurityEventRow>> done;
    security.events(after, {}, 10, done.slot());
    return done.get();
  };
  CHECK(security_events(1).error().is(NetworkErrc::events_gone));
  CHECK(security_events(2)->size() == 3);
}

void test_readings(store::Store& database) {
  Test test{database};
  test.transaction(1, TransactionState::ended, 1);
  test.transaction(2, TransactionState::active, 1);
  test.transaction(3, TransactionState::superseded, 1);
  test.transaction(4, TransactionState::ended, 1);  // not settled
  test.transaction(5, TransactionState::ended, 70);
  test.record(1);
  test.record(5);
  const SystemTime never_set{Seconds{5}};
  std::int64_t id = 0;
  for (const std::int64_t of : {1, 1, 1, 2, -1, 3, 4, 99}) test.reading(++id, of, day(10));
  test.reading(++id, -2, never_set);
  test.reading(++id, 1, day(10));
  test.reading(++id, 5, day(10));  // told late
  test.reading(++id, 1, day(10));
  CHECK(test.forget(0, 95).readings == 0);
  CHECK(test.forget(0, 50).readings == 7);
  CHECK(test.ids("charging_meter_values") == "4 6 7 11 12 ");
  CHECK(test.forget(0, 20).readings == 1);
  CHECK(test.ids("charging_meter_values") == "4 6 7 12 ");
  test.record(4);
  CHECK(test.forget(0, 20).readings == 1);
  CHECK(test.ids("charging_meter_values") == "4 6 12 ");
}

void test_operations(store::Store& database) {
  Test test{database};
  for (std::int64_t id = 1; id <= 4; ++id) {
    test.run("INSERT INTO charging_operations VALUES ($1, 'Reset', '{}', '', 0, 0, $2)",
             {id, id == 2 ? 0 : store::value_of(day(id))});
    for (std::int64_t station = 1; station <= 3; ++station) {
      test.run("INSERT INTO charging_operation_stations VALUES ($1, $2, 0, '', '', 0)",
               {id, station});
    }
  }
  CHECK(test.forget(10, 0) == Forgotten{0, 0, 0, 2});
  CHECK(test.ids("charging_operations") == "2 4 ");
  std::int64_t steps = 0;
  REQUIRE(database
              .read([&](store::Session& session) {
                return session.each(
                    "SELECT COUNT(*) FROM charging_operation_stations", {},
                    [&](const store::Row& row) { steps = store::Columns{row}.number(); });
              })
              .has_value());
  CHECK(steps == 6);
}

void test_reservations(store::Store& database) {
  Test test{database};
  using enum ReservationState;
  test.transaction(1, TransactionState::ended, 1);
  test.transaction(2, TransactionState::active, 1);
  test.record(1);
  test.reservation(1, cancelled, 10);
  test.reservation(2, refused, 10);
  test.reservation(3, used, 10, 1);
  test.reservation(4, used, 10, 2);  // what it cost is not settled
  test.reservation(5, used, 10);     // a stranger's charge
  test.reservation(6, expired, 10);
  test.reservation(7, active, 10);
  test.reservation(8, asked, 10);
  test.reservation(9, cancelled, 60);
  test.reservation(10, cancelled, 61);
  CHECK(test.forget(0, 10) == Forgotten{});
  CHECK(test.forget(50, 0).reservations == 4);
  CHECK(test.ids("charging_reservations") == "4 6 7 8 9 10 ");
  test.record(6, "r6");
  test.record(7, "t2");
  CHECK(test.forget(50, 0).reservations == 2);
  CHECK(test.ids("charging_reservations") == "7 8 9 10 ");
  CHECK(test.forget(10, 0).reservations == 1);
  CHECK(test.ids("charging_reservations") == "7 8 10 ");  // numbers go on from the newest
}

void test_unknown_stops(store::Store& database) {
  Test test{database};
  test.unknown_stop(1, 10, 3);
  test.unknown_stop(2, 10, 0);
  test.unknown_stop(3, 10, -1);
  test.unknown_stop(4, 10, -1);
  test.unknown_stop(5, 60, -1);
  test.unknown_stop(6, 10, -1);
  CHECK(test.forget(50, 0).unknown_stops == 3);
  CHECK(test.ids("charging_unknown_stops") == "2 5 6 ");
  CHECK(test.forget(20, 0).unknown_stops == 1);
  CHECK(test.ids("charging_unknown_stops") == "2 6 ");
}

void test_uses(store::Store& database) {
  Test test{database};
  test.transaction(1, TransactionState::ended, 10);
  test.record(1);
  for (const std::int64_t at : {5, 10, 20, 20 + 1, 60}) test.use(1, at);
  CHECK(test.forget(10, 0).uses == 0);
  CHECK(test.forget(0, 50).uses == 4);
  CHECK(test.uses() == "1:60 ");
  // Those of the same moment at many, and what charges without a record still need.
  for (std::int64_t station = 2; station <= 8; ++station) {
    test.use(station, 20);
    test.use(station, 30);
  }
  const auto begin = [&](std::int64_t id, TransactionState state) {
    test.transaction(id, state, 25);
    test.run("UPDATE charging_transactions SET station_id = $1 WHERE id = $2", {id, id});
  };
  begin(3, TransactionState::active);
  begin(4, TransactionState::superseded);
  begin(5, TransactionState::ended);
  test.event(1, EventKind::transaction_ended, 99);
  test.run("UPDATE charging_events SET reference = 5");
  CHECK(test.forget(0, 50).uses == 11);
  CHECK(test.uses() == "1:60 3:30 4:30 5:30 ");
  test.run("INSERT INTO charging_money_cursor VALUES (1, 1)");
  CHECK(test.forget(0, 50).uses == 1);
  CHECK(test.uses() == "1:60 3:30 4:30 ");
}

}  // namespace

TEST_CASE_TEMPLATE("history", Database, store::SqliteOnFile, store::PostgresSchema) {
  const Database at;
  if (!at.is_there()) return;
  const auto database = at.open({});
  SUBCASE("events go from the oldest on, unless somebody has not read them") {
    test_events(*database);
  }
  SUBCASE("a cursor that lies before the oldest is refused") { test_cursor(*database); }
  SUBCASE("readings go when they are settled") { test_readings(*database); }
  SUBCASE("operations go with what became of them") { test_operations(*database); }
  SUBCASE("reservations go when they are settled") { test_reservations(*database); }
  SUBCASE("unknown stops go when somebody has decided") { test_unknown_stops(*database); }
  SUBCASE("what connectors told goes when its charges are settled") { test_uses(*database); }
  SUBCASE("it stops when it is told to") {
    Test test{*database};
    test.event(1, EventKind::station_online, 1);
    test.event(2, EventKind::station_online, 1);
    const auto none =
        forget_history(*database, {1, 1, 2, parse_kind}, day(100), [] { return true; });
    REQUIRE(none.has_value());
    CHECK(*none == Forgotten{});
  }
}

}  // namespace mainstay::charging::history_sql_test
