#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/store/postgres_protocol.hpp"

namespace mainstay::store {

/// One blocking connection inside transactions, and what works see of it. Used by one thread at a
/// time. Control statements are not sent alone: they travel with the next statement, so that a
/// work of one statement costs one round trip. A refused statement undoes itself alone, as in
/// SQLite: each stands in a savepoint. Once lost() it stays lost.
class PostgresConnection final : public Session {
 public:
  /// Blocks for the connect timeout at most (and for the resolver).
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresAddress& address,
                                                          bool read_only);

  using Session::execute;
  Result<std::uint64_t> execute(std::string_view sql, std::span<const Value> params) override;
  Result<> each(std::string_view sql, std::span<const Value> params,
                const std::function<void(const Row&)>& on_row) override;
  Result<> script(std::string_view sql) override;

  /// Looks whether the server has hung up since the last use.
  bool is_usable();
  [[nodiscard]] bool lost() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

  /// Begins a transaction: read-only connections one that sees one moment.
  void begin();
  [[nodiscard]] bool in_transaction() const { return begun_ && !lost(); }
  Result<> run(const Store::Work& work);
  /// Nothing is sent when no work sent anything. A connection lost before the answer: io, and
  /// nobody knows whether it was committed.
  Result<> commit();
  void roll_back();
  /// A statement of this transaction may have changed something.
  [[nodiscard]] bool changed() const { return changed_; }

 private:
  struct Statement {
    std::string_view sql;
    std::span<const Value> params;
    std::string_view where;  // in errors; empty: sql
    bool keep = true;        // prepare it
    bool may_take_long = false;
  };
  PostgresConnection(const PostgresAddress& address, bool read_only, PgConnection connection);

  Result<PgResult> run_statement(const Statement& statement);
  Result<PgResult> exchange(const Statement& statement);
  bool send(const Statement& statement, const PostgresParams& params,
            const PreparedNames::Name& name);
  Result<PgResult> receive(std::size_t commands, bool may_take_long, std::size_t& failed_at);
  Result<PgResult> next_result(std::optional<SteadyTime> deadline);
  Result<> wait(short events, std::optional<SteadyTime> deadline);
  Result<> check_references();
  Result<> end_work(Result<> outcome);
  Error lose(std::string_view what);

  const PostgresAddress& address_;
  const bool read_only_;
  PgConnection connection_;
  PreparedNames names_;
  std::vector<std::string> queued_;  // control statements for the next exchange
  std::size_t statements_ = 0;       // that stand in the work's savepoint
  std::size_t exchanges_ = 0;        // of this transaction
  bool begun_ = false;
  bool changed_ = false;
  std::optional<bool> deferrable_;  // there are references that are checked at the commit
};

}  // namespace mainstay::store
