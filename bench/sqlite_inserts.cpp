// sqlite_inserts FILE BATCH SECONDS
// What SQLite itself can do: rows like those of charging_meter_values, with its index, by one
// prepared statement, BATCH of them in a transaction, with the pragmas of the product's store.
// Prints "R rows in S seconds".

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sqlite3.h>

namespace {

// As long as the readings of one message of the load.
constexpr const char* readings = "EAIR=4711;Pi=11000;Ci=15.9;V=230.0;SoC=51.2;Po=22000;T=31.5";

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite_inserts: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: sqlite_inserts FILE BATCH SECONDS\n");
    return 2;
  }
  const int batch = std::atoi(argv[2]);
  const double seconds_max = std::atof(argv[3]);
  sqlite3* database = nullptr;
  check(sqlite3_open(argv[1], &database), database);
  const auto run = [&](const char* sql) {
    check(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database);
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
      "PRAGMA journal_size_limit=67108864;"
      "CREATE TABLE meter (id INTEGER PRIMARY KEY, transaction_id BIGINT NOT NULL, connector "
      "INTEGER NOT NULL, at BIGINT NOT NULL, readings TEXT NOT NULL);"
      "CREATE INDEX meter_transaction ON meter (transaction_id)");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(database, "INSERT INTO meter VALUES (?1, ?2, ?3, ?4, ?5)", -1, &insert,
                           nullptr),
        database);
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  std::int64_t rows = 0;
  while (elapsed() < seconds_max) {
    run("BEGIN IMMEDIATE");
    for (int i = 0; i < batch; ++i) {
      ++rows;
      sqlite3_bind_int64(insert, 1, rows);
      sqlite3_bind_int64(insert, 2, 1 + rows);
      sqlite3_bind_int64(insert, 3, 1);
      sqlite3_bind_int64(insert, 4, 1'795'305'600'000'000 + rows);
      sqlite3_bind_text(insert, 5, readings, -1, SQLITE_STATIC);
      check(sqlite3_step(insert), database);
      check(sqlite3_reset(insert), database);
    }
    run("COMMIT");
  }
  std::printf("%lld rows in %.3f seconds\n", static_cast<long long>(rows), elapsed());
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return 0;
}
