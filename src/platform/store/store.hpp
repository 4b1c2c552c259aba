#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::store {

/// SQL value. Booleans are integers 0 and 1; times are integers, microseconds since 1970.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Row = std::vector<Value>;

inline Value text(std::string_view v) { return std::string{v}; }
/// NULL for an absent one.
template <class T>
Value optional_text(const T& v) {
  return v ? Value{std::string{*v}} : Value{};
}

enum class Errc : std::uint8_t {
  io = 1,  // cannot open, read or write; detail from the engine
  full,    // no space left
  busy,  // queue of the writer lane is full, or another process holds the database; retryable: 503
  constraint,  // unique or foreign key
  statement,   // bad SQL or parameters: a mistake of ours
  corrupt,
  schema_newer,       // the database was migrated by a newer program
  schema_pending,     // migrations are missing: `mainstay migrate up`
  migration_changed,  // an applied migration's text differs from ours
  migration_failed,
  locked,  // another operator is migrating
  stopped,
  out_of_order,     // a migration waits behind one that may not run yet
  migration_files,  // files of migrations that cannot be read or written
  refused,  // the database does not let us in, or is not one we can use: a person must mend it
  rehearsed,  // of Rehearsal: the work went well and is undone
};
const ErrorRow& error_row(Errc code);

/// A connection inside a transaction. Statements use $1, $2 ... and SQL that SQLite 3.40 and
/// PostgreSQL 15 both take. The transaction is the store's: BEGIN, COMMIT, ROLLBACK and SAVEPOINT
/// are refused.
class Session {
 public:
  virtual ~Session() = default;
  /// One statement; gives the number of rows it changed.
  virtual Result<std::uint64_t> execute(std::string_view sql, std::span<const Value> params) = 0;
  /// One statement; the row is valid during the call, which may use the session itself.
  virtual Result<> each(std::string_view sql, std::span<const Value> params,
                        const std::function<void(const Row&)>& on_row) = 0;
  /// Any number of statements without parameters, as in a migration; an error says which one and on
  /// what line.
  virtual Result<> script(std::string_view sql) = 0;

  Result<std::uint64_t> execute(std::string_view sql, std::initializer_list<Value> params = {});
  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params = {});
};

/// Which SQL a text may use where the two differ (SKIP LOCKED, full text search).
enum class Engine : std::uint8_t { sqlite, postgres };

/// The relational store: one writer, many readers. Any thread; works and `done`s must not throw.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual Engine engine() const = 0;

  using Work = UniqueFunction<Result<>(Session&)>;
  using Done = UniqueFunction<void(Result<>)>;

  /// Runs `work` on the writer lane, in its own savepoint of a transaction that it may share with
  /// the works queued beside it (group commit). `done` runs on the writer lane once the commit is
  /// on disk, or with the failure; works finish in the order of the calls, and `done` of one runs
  /// before the next batch begins. Never blocks: a full queue calls `done` with Errc::busy at once,
  /// on the caller's thread (after stop(): Errc::stopped). A failed work undoes its own savepoint
  /// only; a disk that is full or broken, and a commit that fails, fail every work of the commit.
  virtual void write(Work work, Done done) = 0;

  /// The same, waiting for the commit. Not from an I/O thread nor from the writer lane.
  virtual Result<> write_now(Work work) = 0;

  /// Runs `work` on the caller's thread over a reading connection: a consistent view, no writes.
  virtual Result<> read(Work work) = 0;

  using Selected = UniqueFunction<void(Result<std::vector<Row>>)>;

  /// One reading statement, for answers that an I/O thread waits for. Never blocks; `done` runs on
  /// a thread of the store and should be short, since others' answers wait behind it. Sees what was
  /// committed before the call; several are under way at once and may be answered in any order. A
  /// writing statement is refused (Errc::statement), and so are more than select_rows_max rows:
  /// say LIMIT. With too many waiting (Errc::busy), a lost connection (Errc::io) and after
  /// stop() (Errc::stopped) `done` runs at once, on the caller's thread.
  virtual void select(std::string sql, std::vector<Value> params, Selected done) = 0;
  static constexpr std::size_t select_rows_max = 10'000;

  /// Why the newest commit failed, when the disk was the reason (full, io). Each call has the
  /// writer try again, so that this heals without other writes. Never blocks; any thread.
  virtual Result<> health() = 0;

  /// Ends the writer lane and the selects after what is queued. Reads go on until the store is
  /// destroyed. Not from a thread of the store.
  virtual void stop() = 0;
};

/// What select() of every engine says beyond its bound.
Error too_many_rows(std::string_view sql);

struct SqliteOptions {
  std::string path;
  std::size_t queue_max = 10'000;
  std::size_t batch_max = 512;      // works in one commit
  std::size_t selects_max = 4'096;  // waiting ones
};

/// Opens (WAL, synchronous=FULL, foreign keys on, file 0600, missing folders made with 0700) and
/// starts the writer lane. Refuses what is no SQLite database (Errc::corrupt); every error names
/// the path.
Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options);

struct PostgresOptions {
  std::string url;  // postgres:// or postgresql://, with what libpq understands behind it
  std::size_t queue_max = 10'000;
  std::size_t batch_max = 512;      // works in one commit
  std::size_t selects_max = 4'096;  // waiting ones
  std::size_t readers_max = 8;      // read()s at once; more wait, Errc::busy after connect_timeout
  Millis connect_timeout{5'000};
  Millis statement_timeout{30'000};  // of each statement, except those of script(): Errc::busy
  Millis reconnect_min{50};          // doubled up to reconnect_max, each time less a random part
  Millis reconnect_max{5'000};
  std::uint64_t seed = 0;  // of that random part
};

/// Connects. Errc::io when the server is not there (yet), Errc::refused when it does not let us in.
/// A lost connection is made again, with pauses that grow; works whose commit was under way then
/// fail with Errc::io though they may be committed, and are never repeated. No error tells the
/// password. Results are held in memory whole. See docs/adr/0017.
Result<std::unique_ptr<Store>> open_postgres(PostgresOptions options);

}  // namespace mainstay::store
