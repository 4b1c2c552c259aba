#include "platform/store/postgres_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <system_error>
#include <utility>

#include "platform/store/sql_text.hpp"

namespace mainstay::store {
namespace {

/// The server ends a statement at its timeout; a server that does not is taken for lost after this.
constexpr Millis grace{5'000};

bool changes_nothing(const PGresult* result) {
  return std::string_view{PQcmdStatus(const_cast<PGresult*>(result))}.starts_with("SELECT");
}

/// As SQLite counts them: SELECT and CREATE TABLE AS change no rows.
std::uint64_t rows_changed(PGresult* result) {
  if (changes_nothing(result)) return 0;
  return parse_u64(PQcmdTuples(result)).value_or(0);
}

}  // namespace

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresAddress& address,
                                                                     bool read_only) {
  const auto parameters = address.parameters(read_only);
  PgConnection made{PQconnectdbParams(parameters.keywords.data(), parameters.values.data(), 0)};
  if (PQstatus(made.get()) != CONNECTION_OK) return connect_error(made.get(), address);
  MS_TRY_VOID(accept_connection(made.get(), address));
  // tidy: its constructor is private
  return std::unique_ptr<PostgresConnection>{
      new PostgresConnection{address, read_only, std::move(made)}};  // tidy: a private constructor
}

PostgresConnection::PostgresConnection(const PostgresAddress& address, bool read_only,
                                       PgConnection connection)
    : address_(address), read_only_(read_only), connection_(std::move(connection)) {}

bool PostgresConnection::is_usable() {
  if (lost()) return false;
  // A server that went away has said so and closed: what it said is read, then the end.
  for (int i = 0; i < 4; ++i) {
    pollfd one{PQsocket(connection_.get()), POLLIN, 0};
    if (::poll(&one, 1, 0) == 0) return true;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
  return !lost();
}

void PostgresConnection::begin() {
  queued_.assign(1, read_only_ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
  exchanges_ = 0;
  begun_ = true;
  changed_ = false;
}

Result<> PostgresConnection::run(const Store::Work& work) {
  queued_.emplace_back("SAVEPOINT work");
  statements_ = 0;
  Result<> outcome = work(*this);
  if (lost()) {
    if (outcome.has_error()) return outcome;
    return connection_error(nullptr, address_, Errc::io, "the connection was lost in this work");
  }
  if (outcome.has_value() && statements_ > 0) outcome = check_references();
  return end_work(std::move(outcome));
}

Result<> PostgresConnection::end_work(Result<> outcome) {
  if (!queued_.empty() && queued_.back() == "SAVEPOINT work") {  // it sent nothing
    queued_.pop_back();
    return outcome;
  }
  if (outcome.has_error()) queued_.emplace_back("ROLLBACK TO SAVEPOINT work");
  queued_.emplace_back("RELEASE SAVEPOINT work");
  return outcome;
}

/// References that are checked at the commit are checked now: the work that broke one fails, not
/// the others of its commit.
Result<> PostgresConnection::check_references() {
  if (read_only_) return {};
  if (!deferrable_) {
    const Statement ask{"SELECT 1 FROM pg_constraint WHERE condeferrable LIMIT 1", {}, {}};
    MS_TRY(const auto found, run_statement(ask));
    deferrable_ = PQntuples(found.get()) > 0;
  }
  if (!*deferrable_) return {};
  // Back to the savepoint: constraints are deferred again as they were.
  queued_.emplace_back("SAVEPOINT statement");
  const Statement now{"SET CONSTRAINTS ALL IMMEDIATE", {}, "a reference", false};
  auto checked = exchange(now);
  if (checked.has_error()) return std::move(checked).error();
  queued_.emplace_back("ROLLBACK TO SAVEPOINT statement");
  queued_.emplace_back("RELEASE SAVEPOINT statement");
  return check(checked->get(), address_, "a reference to a row that is not there");
}

Result<> PostgresConnection::commit() {
  begun_ = false;
  if (exchanges_ == 0) {
    queued_.clear();
    return {};
  }
  auto answer = exchange({"COMMIT", {}, {}, false});
  if (answer.has_error()) {
    return Error{Errc::io, answer.error().detail() +
                               "; the connection was lost before COMMIT was answered, so nobody "
                               "knows whether it was carried out"};
  }
  MS_TRY_VOID(check(answer->get(), address_, "COMMIT"));
  if (std::string_view{PQcmdStatus(answer->get())} == "COMMIT") return {};
  return Error{Errc::io, address_.shown() + ": the server rolled the commit back"};
}

void PostgresConnection::roll_back() {
  begun_ = false;
  queued_.clear();
  if (exchanges_ == 0 || lost()) return;
  auto answer = exchange({"ROLLBACK", {}, {}, false});
  if (answer.has_error() || check(answer->get(), address_, "ROLLBACK").has_error()) {
    (void)lose("cannot roll back");
  }
}

Result<std::uint64_t> PostgresConnection::execute(std::string_view sql,
                                                  std::span<const Value> params) {
  MS_TRY_VOID(check_statement(sql, params.size(), address_));
  MS_TRY(auto result, run_statement({sql, params, {}}));
  const std::string word = first_word_of(sql);
  if (word == "CREATE" || word == "ALTER") deferrable_.reset();
  return rows_changed(result.get());
}

Result<> PostgresConnection::each(std::string_view sql, std::span<const Value> params,
                                  const std::function<void(const Row&)>& on_row) {
  MS_TRY_VOID(check_statement(sql, params.size(), address_));
  MS_TRY(const auto result, run_statement({sql, params, {}}));
  Row row;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    read_row(result.get(), i, row);
    on_row(row);
  }
  return {};
}

Result<> PostgresConnection::script(std::string_view sql) {
  if (sql.find('\0') != sql.npos) return statement_error(address_, "the script", "it has a NUL");
  if (sql.size() > (1U << 20U)) return statement_error(address_, "the script", "it is too long");
  deferrable_.reset();
  // A migration may take its time.
  queued_.emplace_back("SET LOCAL statement_timeout = 0");
  std::size_t ordinal = 0;
  for (const SqlStatement& one : split_statements(sql)) {
    const std::string where = "statement " + std::to_string(++ordinal) + ", line ";
    const std::string begins = where + std::to_string(line_at(sql, one.at));
    if (is_reserved_to_the_store(one.text)) {
      return statement_error(address_, begins, "a script cannot begin, commit, roll back or copy");
    }
    if (parameter_count(one.text) != 0) {
      return statement_error(address_, begins, "a script has no parameters");
    }
    MS_TRY_VOID(run_statement({one.text, {}, begins, false, true}));
  }
  queued_.emplace_back("SET LOCAL statement_timeout = " +
                       std::to_string(address_.timeouts().statement.count()));
  return {};
}

/// In a savepoint of its own, except the work's first, which has the work's.
Result<PgResult> PostgresConnection::run_statement(const Statement& statement) {
  const bool is_first = statements_ == 0;
  for (int attempt = 1;; ++attempt) {
    if (!is_first) queued_.emplace_back("SAVEPOINT statement");
    MS_TRY(auto result, exchange(statement));
    Result<> outcome =
        check(result.get(), address_, statement.where.empty() ? statement.sql : statement.where);
    if (outcome.has_value()) {
      if (!is_first) queued_.emplace_back("RELEASE SAVEPOINT statement");
      ++statements_;
      changed_ = changed_ || !changes_nothing(result.get());
      return result;
    }
    queued_.emplace_back(is_first ? "ROLLBACK TO SAVEPOINT work"
                                  : "ROLLBACK TO SAVEPOINT statement");
    if (!is_first) queued_.emplace_back("RELEASE SAVEPOINT statement");
    if (attempt > 1 || !statement.keep || !is_stale_plan(result.get())) {
      return std::move(outcome).error();
    }
    names_.forget(statement.sql, PostgresParams{statement.params});
  }
}

/// Sends what is queued and the statement, waits for all answers, gives the statement's: one round
/// trip. An Error: the connection is lost.
Result<PgResult> PostgresConnection::exchange(const Statement& statement) {
  if (lost()) return lose("not connected");
  const PostgresParams params{statement.params};
  const auto name = statement.keep ? names_.name_of(statement.sql, params) : PreparedNames::Name{};
  ++exchanges_;
  bool sent = true;
  for (const std::string& control : queued_) {
    sent = sent && PQsendQueryParams(connection_.get(), control.c_str(), 0, nullptr, nullptr,
                                     nullptr, nullptr, 0) == 1;
  }
  sent = sent && send(statement, params, name) && PQpipelineSync(connection_.get()) == 1;
  if (!sent) return lose("cannot send");
  const std::size_t controls = queued_.size();
  queued_.clear();
  const std::size_t commands = controls + (name.is_new ? 2 : 1);
  std::size_t failed_at = commands;
  auto result = receive(commands, statement.may_take_long, failed_at);
  if (name.is_new && failed_at + 1 < commands) names_.forget(statement.sql, params);
  return result;
}

bool PostgresConnection::send(const Statement& statement, const PostgresParams& params,
                              const PreparedNames::Name& name) {
  PGconn* const to = connection_.get();
  const std::string sql{statement.sql};
  if (name.text.empty()) {
    return PQsendQueryParams(to, sql.c_str(), params.size(), params.types(), params.values(),
                             params.lengths(), params.formats(), 0) == 1;
  }
  if (name.is_new &&
      PQsendPrepare(to, name.text.c_str(), sql.c_str(), params.size(), params.types()) != 1) {
    return false;
  }
  return PQsendQueryPrepared(to, name.text.c_str(), params.size(), params.values(),
                             params.lengths(), params.formats(), 0) == 1;
}

/// The first failure among the answers to `commands` and which of them it was, else the last
/// answer.
Result<PgResult> PostgresConnection::receive(std::size_t commands, bool may_take_long,
                                             std::size_t& failed_at) {
  std::optional<SteadyTime> deadline;
  if (!may_take_long) {
    deadline = std::chrono::steady_clock::now() + address_.timeouts().statement + grace;
  }
  PgResult kept;
  std::size_t ended = 0;
  for (;;) {
    MS_TRY(auto result, next_result(deadline));
    if (result == nullptr) {
      if (++ended > commands) return lose("the server's answers do not match the questions");
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (lost()) return lose("the connection was lost");
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      return lose("the statement copies");
    }
    if (failed_at < commands) continue;
    if (check(result.get(), address_, {}).has_error()) failed_at = ended;
    kept = std::move(result);
  }
  if (kept == nullptr) return lose("no answer");
  return kept;
}

Result<PgResult> PostgresConnection::next_result(std::optional<SteadyTime> deadline) {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return lose("cannot send");
    if (PQisBusy(connection_.get()) == 0) return PgResult{PQgetResult(connection_.get())};
    MS_TRY_VOID(wait(static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline));
    if (PQconsumeInput(connection_.get()) == 0) return lose("the connection was lost");
  }
}

Result<> PostgresConnection::wait(short events, std::optional<SteadyTime> deadline) {
  pollfd one{PQsocket(connection_.get()), events, 0};
  int wait_ms = -1;
  if (deadline) {
    const auto left = std::chrono::ceil<Millis>(*deadline - std::chrono::steady_clock::now());
    wait_ms = static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }
  const int ready = ::poll(&one, 1, wait_ms);
  if (ready > 0 || (ready < 0 && errno == EINTR)) return {};
  return lose(ready == 0 ? "the server does not answer" : "cannot wait for the server");
}

/// Closes it, so that nothing half answered is taken for an answer to something else.
Error PostgresConnection::lose(std::string_view what) {
  Error error = connection_error(connection_.get(), address_, Errc::io, what);
  connection_.reset();
  queued_.clear();
  return error;
}

}  // namespace mainstay::store
