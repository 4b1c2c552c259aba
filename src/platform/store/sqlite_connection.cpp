#include "platform/store/sqlite_connection.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "base/text.hpp"
#include "platform/store/sql_text.hpp"

namespace mainstay::store {
namespace {

constexpr int busy_timeout_ms = 5'000;
constexpr std::size_t statements_kept_max = 256;
constexpr std::size_t sql_bytes_max = 1 << 20;
constexpr std::size_t sql_bytes_shown_max = 200;

Errc errc_of(int code, Access access) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Errc::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::busy;
    case SQLITE_CONSTRAINT:
      return Errc::constraint;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::corrupt;
    case SQLITE_READONLY:
      return access == Access::read ? Errc::statement : Errc::io;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_AUTH:
      return Errc::statement;
    default:
      return Errc::io;
  }
}

/// A prepared statement and, for each of its parameters, which of $1, $2 ... it is.
struct Statement {
  struct Finalize {
    void operator()(sqlite3_stmt* ended) const { sqlite3_finalize(ended); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle;
  std::vector<std::size_t> parameters;
};

/// SQLite numbers parameters by first appearance; we by their names. Nothing when one is not of the
/// form $N, or when $1 ... $N has a gap, which PostgreSQL refuses too.
std::optional<std::vector<std::size_t>> parameters_of(sqlite3_stmt* handle) {
  std::vector<std::size_t> out;
  const auto count = static_cast<std::size_t>(sqlite3_bind_parameter_count(handle));
  for (std::size_t i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(handle, static_cast<int>(i));
    if (name == nullptr || name[0] != '$') return std::nullopt;
    const auto number = parse_u64(name + 1);
    if (!number || *number < 1 || *number > count) return std::nullopt;
    out.push_back(static_cast<std::size_t>(*number) - 1);
  }
  return out;
}

int bind(sqlite3_stmt* handle, int at, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(handle, at, *integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(handle, at, *real);
  }
  if (const auto* words = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(handle, at, words->data(), words->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(handle, at);
}

Value column(sqlite3_stmt* handle, int at) {
  switch (sqlite3_column_type(handle, at)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(handle, at));
    case SQLITE_FLOAT:
      return sqlite3_column_double(handle, at);
    default: {
      const void* data = sqlite3_column_blob(handle, at);  // text included; null when empty
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle, at));
      return data == nullptr ? std::string{} : std::string{static_cast<const char*>(data), size};
    }
  }
}

/// Where a statement's own text begins, behind blanks and comments.
std::size_t first_word(std::string_view sql) {
  std::size_t at = 0;
  for (;;) {
    at = std::min(sql.find_first_not_of(" \t\r\n\f;", at), sql.size());
    const std::string_view rest = sql.substr(at);
    if (rest.starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (rest.starts_with("/*") && rest.find("*/", 2) != rest.npos) {
      at += rest.find("*/", 2) + 2;
    } else {
      return at;
    }
  }
}

}  // namespace

struct SqliteConnection::Impl {
  struct Close {
    void operator()(sqlite3* ended) const { sqlite3_close(ended); }
  };
  std::string path;
  Access access = Access::read;
  std::unique_ptr<sqlite3, Close> handle;
  std::unordered_map<std::string, Statement, StringHash, std::equal_to<>> idle;  // ends before it
  bool controlling = false;

  Error error(int code, std::string_view where = {}) const {
    const char* reason = sqlite3_errmsg(handle.get());
    return describe(code, where, reason != nullptr ? reason : sqlite3_errstr(code));
  }
  Error describe(int code, std::string_view where, std::string_view reason) const {
    std::string detail = path;
    if (!where.empty()) detail.append(": ").append(where.substr(0, sql_bytes_shown_max));
    detail.append(": ").append(reason);
    if ((code & 0xff) == SQLITE_AUTH) {
      detail += " (works cannot begin, commit, roll back or attach)";
    }
    return Error{errc_of(code, access), std::move(detail)};
  }

  Result<> configure();
  Result<> use_wal();
  Result<Statement> take(std::string_view sql);
  void give_back(std::string_view sql, Statement statement);
  Result<std::size_t> run_next(std::string_view whole, std::size_t from, std::size_t& ordinal);
  static int authorize(void* self, int action, const char*, const char*, const char*, const char*);
};

int SqliteConnection::Impl::authorize(void* self, int action, const char*, const char*, const char*,
                                      const char*) {
  const bool control = action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT;
  if (action == SQLITE_ATTACH || action == SQLITE_DETACH) return SQLITE_DENY;
  return control && !static_cast<const Impl*>(self)->controlling ? SQLITE_DENY : SQLITE_OK;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 Access access) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->access = access;
  sqlite3* handle = nullptr;
  const int mode = access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  impl->handle.reset(handle);  // also after a failure, to carry its message
  if (code != SQLITE_OK) return impl->error(code);
  std::unique_ptr<SqliteConnection> connection{new SqliteConnection{std::move(impl)}};
  MS_TRY_VOID(connection->impl_->configure());
  return connection;
}

SqliteConnection::SqliteConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SqliteConnection::~SqliteConnection() = default;

Result<> SqliteConnection::Impl::configure() {
  sqlite3_busy_timeout(handle.get(), busy_timeout_ms);
  // Shadow tables and the schema table are out of reach, and "text" is a name only: as in
  // PostgreSQL.
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  if (access == Access::write) MS_TRY_VOID(use_wal());
  constexpr const char* settings =
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864;"
      "SELECT count(*) FROM sqlite_schema";  // the first read: finds out that it is no database
  const int code = sqlite3_exec(handle.get(), settings, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  sqlite3_set_authorizer(handle.get(), &Impl::authorize, this);
  return {};
}

Result<> SqliteConnection::Impl::use_wal() {
  std::string mode;
  const auto remember = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) = values[0] != nullptr ? values[0] : "";
    return 0;
  };
  const auto ask = [&] {
    return sqlite3_exec(handle.get(), "PRAGMA journal_mode=WAL", remember, &mode, nullptr);
  };
  // The first change to WAL does not honour the busy timeout when another connection is making it
  // too.
  int code = ask();
  for (int waited_ms = 0; (code & 0xff) == SQLITE_BUSY && waited_ms < busy_timeout_ms;) {
    waited_ms += sqlite3_sleep(5);
    code = ask();
  }
  if (code != SQLITE_OK) return error(code);
  if (mode == "wal") return {};
  return Error{Errc::io, path + ": this file system cannot carry a write-ahead log"};
}

Result<Statement> SqliteConnection::Impl::take(std::string_view sql) {
  // Taken out while in use: a nested call with the same text prepares another one.
  if (const auto at = idle.find(sql); at != idle.end()) {
    Statement statement = std::move(at->second);
    idle.erase(at);
    return statement;
  }
  if (sql.size() > sql_bytes_max) return describe(SQLITE_TOOBIG, {}, "the statement is too long");
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  Statement statement{decltype(Statement::handle){raw}, {}};
  if (code != SQLITE_OK) return error(code, sql);
  if (raw == nullptr) return describe(SQLITE_MISUSE, sql, "no statement");
  const auto used = static_cast<std::size_t>(tail - sql.data());
  if (!trimmed(sql.substr(used)).empty()) {
    return describe(SQLITE_MISUSE, sql, "more than one statement");
  }
  auto parameters = parameters_of(raw);
  if (!parameters) return describe(SQLITE_RANGE, sql, "parameters are $1, $2 ... without a gap");
  statement.parameters = std::move(*parameters);
  return statement;
}

void SqliteConnection::Impl::give_back(std::string_view sql, Statement statement) {
  sqlite3_reset(statement.handle.get());  // repeats the step's error, which was reported
  sqlite3_clear_bindings(statement.handle.get());
  if (idle.size() >= statements_kept_max) idle.erase(idle.begin());
  idle.emplace(sql, std::move(statement));
}

Result<> SqliteConnection::each(std::string_view sql, std::span<const Value> params,
                                const std::function<void(const Row&)>& on_row) {
  MS_TRY(auto statement, impl_->take(sql));
  sqlite3_stmt* const handle = statement.handle.get();
  if (statement.parameters.size() != params.size()) {
    return impl_->describe(SQLITE_RANGE, sql,
                           std::to_string(statement.parameters.size()) + " parameters, " +
                               std::to_string(params.size()) + " values");
  }
  int code = SQLITE_OK;
  for (std::size_t i = 0; i < params.size() && code == SQLITE_OK; ++i) {
    code = bind(handle, static_cast<int>(i) + 1, params[statement.parameters[i]]);
  }
  Row row;
  if (code == SQLITE_OK) code = sqlite3_step(handle);
  while (code == SQLITE_ROW) {
    row.clear();
    for (int i = 0; i < sqlite3_column_count(handle); ++i) row.push_back(column(handle, i));
    on_row(row);
    code = sqlite3_step(handle);
  }
  Result<> outcome;
  if (code != SQLITE_DONE) outcome = impl_->error(code, sql);
  impl_->give_back(sql, std::move(statement));
  return outcome;
}

Result<std::uint64_t> SqliteConnection::execute(std::string_view sql,
                                                std::span<const Value> params) {
  // sqlite3_changes() keeps the former statement's number when this one changes nothing.
  const auto before = sqlite3_total_changes64(impl_->handle.get());
  MS_TRY_VOID(each(sql, params, [](const Row&) {}));
  const auto after = sqlite3_total_changes64(impl_->handle.get());
  return before == after ? 0 : static_cast<std::uint64_t>(sqlite3_changes64(impl_->handle.get()));
}

Result<> SqliteConnection::script(std::string_view sql) {
  if (sql.size() > sql_bytes_max) {
    return impl_->describe(SQLITE_TOOBIG, {}, "the script is too long");
  }
  std::size_t ordinal = 0;
  for (std::size_t from = 0; from < sql.size();) {
    MS_TRY(from, impl_->run_next(sql, from, ordinal));
  }
  return {};
}

/// Runs the statement that begins at `from`; gives where the next begins.
Result<std::size_t> SqliteConnection::Impl::run_next(std::string_view whole, std::size_t from,
                                                     std::size_t& ordinal) {
  const std::string_view rest = whole.substr(from);
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  int code =
      sqlite3_prepare_v3(handle.get(), rest.data(), static_cast<int>(rest.size()), 0, &raw, &tail);
  const Statement statement{decltype(Statement::handle){raw}, {}};
  const auto next = from + static_cast<std::size_t>(tail - rest.data());
  const bool nothing_left = code == SQLITE_OK && raw == nullptr && next == whole.size();
  if (nothing_left) return next;  // blanks and comments
  ++ordinal;
  const std::string where = "statement " + std::to_string(ordinal) + ", line ";
  if (code == SQLITE_OK && (raw == nullptr || sqlite3_bind_parameter_count(raw) > 0)) {
    return describe(SQLITE_MISUSE, where + std::to_string(line_at(whole, from + first_word(rest))),
                    "a script has no parameters and no NUL");
  }
  if (code == SQLITE_OK) {
    do code = sqlite3_step(raw);
    while (code == SQLITE_ROW);
  }
  if (code == SQLITE_DONE) return next;
  // Failed: the line of the word that SQLite points at, else the statement's first.
  const int offset = sqlite3_error_offset(handle.get());
  const std::size_t at = from + (offset >= 0 ? static_cast<std::size_t>(offset) : first_word(rest));
  return error(code, where + std::to_string(line_at(whole, at)));
}

Result<> SqliteConnection::control(std::string_view sql) {
  // Not by a kept statement: one that is prepared already would pass the authorizer when a work
  // asks for it.
  impl_->controlling = true;
  const int code =
      sqlite3_exec(impl_->handle.get(), std::string{sql}.c_str(), nullptr, nullptr, nullptr);
  impl_->controlling = false;
  if (code != SQLITE_OK) return impl_->error(code, sql);
  return {};
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(impl_->handle.get()) == 0;
}

std::int64_t SqliteConnection::total_changes() const {
  return sqlite3_total_changes64(impl_->handle.get());
}

bool SqliteConnection::has_broken_references() const {
  int now = 0;
  int highest = 0;
  sqlite3_db_status(impl_->handle.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &now, &highest, 0);
  return now != 0;
}

}  // namespace mainstay::store
