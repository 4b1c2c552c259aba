#include <chrono>
#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "platform/store/backoff.hpp"
#include "platform/store/group_commit.hpp"
#include "platform/store/postgres_connection.hpp"
#include "platform/store/postgres_selects.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {
namespace {

using Connection = std::unique_ptr<PostgresConnection>;

/// The writer lane's connection, made again when it is lost. Between two attempts works fail at
/// once: a lane that waits for each of them would hold up all.
class PostgresWriter final : public Writer {
 public:
  PostgresWriter(const PostgresAddress& address, Connection connection, Backoff backoff)
      : address_(address), connection_(std::move(connection)), backoff_(backoff) {}

  Result<> begin() override {
    if (connection_ == nullptr || !connection_->is_usable()) MS_TRY_VOID(connect());
    connection_->begin();
    return {};
  }
  Result<> run(const Store::Work& work) override { return connection_->run(work); }
  [[nodiscard]] bool in_transaction() const override { return connection_->in_transaction(); }
  Result<> commit() override { return connection_->commit(); }
  [[nodiscard]] bool changed() const override {
    return connection_ != nullptr && connection_->changed();
  }
  Result<> try_to_write(Session& session) override {
    MS_TRY_VOID(session.query("SELECT pg_current_xact_id()"));  // its commit is written
    return {};
  }

 private:
  Result<> connect() {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < next_attempt_) return failure_;
    connection_.reset();
    auto made = PostgresConnection::open(address_, false);
    if (made.has_error()) {
      failure_ = std::move(made).error();
      next_attempt_ = std::chrono::steady_clock::now() + backoff_.after_failure();
      return failure_;
    }
    backoff_.after_success();
    connection_ = std::move(*made);
    return {};
  }

  const PostgresAddress& address_;
  Connection connection_;
  Backoff backoff_;
  SteadyTime next_attempt_{};
  Error failure_{Errc::io};
};

/// Connections for read()s: as many as are under way at once, up to a most.
class PostgresReaders {
 public:
  PostgresReaders(const PostgresAddress& address, std::size_t connections_max)
      : address_(address), connections_max_(connections_max) {}

  Result<Connection> take();
  void give_back(Connection connection);

 private:
  const PostgresAddress& address_;
  const std::size_t connections_max_;
  Mutex mutex_;
  std::condition_variable freed_;
  std::vector<Connection> idle_ MS_GUARDED_BY(mutex_);
  std::size_t taken_ MS_GUARDED_BY(mutex_) = 0;
};

Result<Connection> PostgresReaders::take() {
  Connection found;
  {
    const SteadyTime until = std::chrono::steady_clock::now() + address_.timeouts().connect;
    MutexLock lock{mutex_};
    while (taken_ >= connections_max_) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left > left.zero() && lock.wait_for(freed_, left)) continue;
      if (taken_ < connections_max_) break;
      return Error{Errc::busy, address_.shown() + ": too many reads are under way"};
    }
    ++taken_;
    if (!idle_.empty()) {
      found = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (found != nullptr && found->is_usable()) return found;
  auto made = PostgresConnection::open(address_, true);
  if (made.has_error()) give_back(nullptr);
  return made;
}

void PostgresReaders::give_back(Connection connection) {
  {
    MutexLock lock{mutex_};
    --taken_;
    if (connection != nullptr && !connection->lost()) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

/// Life: made by open_postgres with its threads running; stop() or the destructor ends them.
class PostgresStore final : public Store {
 public:
  struct Parts {
    std::unique_ptr<const PostgresAddress> address;
    Connection writer;
    std::unique_ptr<PostgresSelects> selects;
  };
  PostgresStore(const PostgresOptions& options, Parts parts)
      : address_(std::move(parts.address)),
        writer_(*address_, std::move(parts.writer),
                Backoff{options.reconnect_min, options.reconnect_max, options.seed + 1}),
        readers_(*address_, options.readers_max),
        selects_(std::move(parts.selects)),
        group_({address_->shown(), options.queue_max, options.batch_max}, writer_) {}
  ~PostgresStore() override { stop(); }

  [[nodiscard]] Engine engine() const override { return Engine::postgres; }
  void write(Work work, Done done) override { group_.write(std::move(work), std::move(done)); }
  Result<> write_now(Work work) override { return group_.write_now(std::move(work)); }
  Result<> read(Work work) override {
    MS_TRY(auto reader, readers_.take());
    reader->begin();
    Result<> outcome = reader->run(work);
    reader->roll_back();
    readers_.give_back(std::move(reader));
    return outcome;
  }
  void select(std::string sql, std::vector<Value> params, Selected done) override {
    selects_->select(std::move(sql), std::move(params), std::move(done));
  }
  Result<> health() override {
    MS_TRY_VOID(group_.health());
    return selects_->health();
  }
  void stop() override {
    group_.stop();
    selects_->stop();
  }

 private:
  const std::unique_ptr<const PostgresAddress> address_;
  PostgresWriter writer_;
  PostgresReaders readers_;
  const std::unique_ptr<PostgresSelects> selects_;
  GroupCommit group_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(PostgresOptions options) {
  MS_CHECK(options.readers_max > 0 && options.selects_max > 0);
  MS_TRY(auto parsed,
         PostgresAddress::parse(options.url, {options.connect_timeout, options.statement_timeout}));
  PostgresStore::Parts parts;
  parts.address = std::make_unique<const PostgresAddress>(std::move(parsed));
  MS_TRY(parts.writer, PostgresConnection::open(*parts.address, false));
  MS_TRY(parts.selects,
         PostgresSelects::open(*parts.address, {options.selects_max, options.reconnect_min,
                                                options.reconnect_max, options.seed}));
  return std::unique_ptr<Store>{std::make_unique<PostgresStore>(options, std::move(parts))};
}

}  // namespace mainstay::store
