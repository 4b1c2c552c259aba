#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {

/// What the blocking and the pipelined connection share: addresses, values and errors of
/// PostgreSQL's protocol. Only .cpp files of this folder include it.

/// A database and how to get in. Everything libpq understands may stand in the URL, and what it
/// reads from the environment counts (PGPASSFILE, PGSSLROOTCERT ...).
class PostgresAddress {
 public:
  struct Timeouts {
    Millis connect{5'000};
    Millis statement{30'000};
  };
  /// Error refused, without any part of the URL (it may hold a password), when libpq cannot read
  /// it.
  static Result<PostgresAddress> parse(const std::string& url, Timeouts timeouts);

  /// postgres://user@host:port/database; for logs and errors.
  [[nodiscard]] const std::string& shown() const { return shown_; }
  [[nodiscard]] Timeouts timeouts() const { return timeouts_; }
  /// PGHOST and so on: what makes libpq's own programs connect here. The password is among them.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> variables() const;
  /// One connection's parameters for PQconnect*Params, ended by null. Valid while this lives.
  struct Parameters {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
  };
  [[nodiscard]] Parameters parameters(bool read_only) const;

 private:
  void set(const char* keyword, std::string value, bool replace);
  [[nodiscard]] const std::string* find(std::string_view keyword) const;

  std::vector<std::pair<std::string, std::string>> pairs_;
  std::string options_writing_;
  std::string options_reading_;
  std::string shown_;
  Timeouts timeouts_;
};

struct EndConnection {
  void operator()(PGconn* ended) const { PQfinish(ended); }
};
using PgConnection = std::unique_ptr<PGconn, EndConnection>;
struct ClearResult {
  void operator()(PGresult* ended) const { PQclear(ended); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

/// Parameters as libpq sends them: binary, typed by the value (integers bigint, NULL as the
/// statement has it).
class PostgresParams {
 public:
  explicit PostgresParams(std::span<const Value> values);
  PostgresParams(const PostgresParams&) = delete;
  PostgresParams& operator=(const PostgresParams&) = delete;

  /// The types, for the name of a prepared statement: it holds for them only.
  [[nodiscard]] std::string signature() const;
  [[nodiscard]] int size() const { return static_cast<int>(types_.size()); }
  [[nodiscard]] const Oid* types() const { return types_.data(); }
  [[nodiscard]] const char* const* values() const { return pointers_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  std::vector<Oid> types_;
  std::vector<std::array<char, 8>> numbers_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

/// Row `at` of a result. Booleans are 0 and 1; numeric ones are integers where they fit, as sums of
/// integers are in SQLite.
void read_row(const PGresult* result, int at, Row& row);
Value read_value(unsigned type, std::string_view text);

/// Nothing was wrong, or the statement's error. `where` is the statement or its place in a script.
Result<> check(const PGresult* result, const PostgresAddress& address, std::string_view where);
Errc errc_of_state(std::string_view sqlstate);
/// The state of a result that failed, or "".
std::string_view sqlstate(const PGresult* result);
/// A prepared statement is not what it was (a table was altered): prepare it again.
bool is_stale_plan(const PGresult* result);
/// The connection's own failure.
Error connection_error(const PGconn* connection, const PostgresAddress& address, Errc code,
                       std::string_view what);
/// After a connect that failed: io when trying again may help (refused, starting up), else refused.
Error connect_error(const PGconn* connection, const PostgresAddress& address);
/// What a new connection must be: UTF-8 inside. Sets it up (notices are dropped, nonblocking).
Result<> accept_connection(PGconn* connection, const PostgresAddress& address);
/// No statement, more parameters than values, or one that is the store's own.
Result<> check_statement(std::string_view sql, std::size_t values, const PostgresAddress& address);
Error statement_error(const PostgresAddress& address, std::string_view where,
                      std::string_view reason);

/// Names of the statements a connection has prepared: the first statements_kept_max texts are
/// prepared once, later ones are sent whole each time.
class PreparedNames {
 public:
  struct Name {
    std::string text;  // empty: send it unprepared
    bool is_new = false;
  };
  Name name_of(std::string_view sql, const PostgresParams& params);
  /// The server does not have it (any more).
  void forget(std::string_view sql, const PostgresParams& params);
  void clear() { names_.clear(); }

 private:
  std::unordered_map<std::string, std::string, StringHash, std::equal_to<>> names_;
  std::uint64_t next_ = 0;
};

}  // namespace mainstay::store
