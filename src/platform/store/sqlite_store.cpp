#include <array>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/store/sqlite_connection.hpp"
#include "platform/store/store.hpp"

namespace mainstay::store {
namespace {

constexpr std::size_t idle_readers_max = 8;

using Connection = std::unique_ptr<SqliteConnection>;

Error cannot(const std::string& path, const char* what, const std::error_code& reason) {
  return Error{Errc::io, path + ": " + what + ": " + reason.message()};
}
std::error_code last_error() { return {errno, std::generic_category()}; }

/// Makes the missing folders of `path`, for this user alone. Existing ones stay as they are.
Result<> make_private_folders(const std::filesystem::path& folder) {
  std::error_code failure;
  if (folder.empty() || std::filesystem::is_directory(folder, failure)) return {};
  MS_TRY_VOID(make_private_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return cannot(folder.string(), "cannot make the folder", last_error());
}

/// SQLite gives its -wal and -shm files the mode of the database. We must not open the file to make
/// it: closing it again would drop the locks that this process may hold on it through another store
/// (POSIX locks do that).
Result<> make_private_file(const std::string& path) {
  if (::mknod(path.c_str(), S_IFREG | 0600, 0) == 0) return {};
  if (errno != EEXIST) return cannot(path, "cannot make the file", last_error());
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return cannot(path, "cannot look at it", last_error());
  if (!S_ISREG(found.st_mode)) return Error{Errc::io, path + ": is not a file"};
  if ((found.st_mode & 0077U) == 0 || ::chmod(path.c_str(), 0600) == 0) return {};
  return cannot(path, "cannot make it private (mode 0600)", last_error());
}

/// Life: made by open_sqlite with its lane running; stop() or the destructor ends the lane.
class SqliteStore final : public Store {
 public:
  SqliteStore(SqliteOptions options, Connection writer)
      : options_(std::move(options)), writer_(std::move(writer)) {
    lane_.start();
    for (Lane& lane : select_lanes_) lane.start();
  }
  ~SqliteStore() override { stop(); }

  [[nodiscard]] Engine engine() const override { return Engine::sqlite; }
  void write(Work work, Done done) override;
  Result<> write_now(Work work) override;
  Result<> read(Work work) override;
  void select(std::string sql, std::vector<Value> params, Selected done) override;
  Result<> health() override;
  void stop() override;

 private:
  struct Item {
    Work work;
    Done done;
  };
  struct Queue {
    std::deque<Item> items;
    bool draining = false;  // drain() is on the lane, or posted to it
    bool stopped = false;
    std::thread::id writer = {};
  };

  struct Condition {
    std::optional<Error> failure;
    bool trying = false;  // a work that finds out is queued
  };

  void drain();
  void note(const Result<>& outcome);
  std::vector<Item> next_batch();
  std::size_t run_transaction(std::span<Item> items);
  Result<> run_one(const Work& work);
  Result<> finish_transaction();
  Result<Connection> take_reader();
  void give_back(Connection reader);
  Result<std::vector<Row>> run_select(const std::string& sql, std::span<const Value> params);

  struct Selects {
    std::size_t waiting = 0;
    std::size_t next_lane = 0;
    bool stopped = false;
  };

  const SqliteOptions options_;
  const Connection writer_;  // the lane's alone
  Locked<std::vector<Connection>> readers_;
  Locked<Condition> condition_;
  Locked<Queue> queue_;
  Lane lane_{"store", 2};  // holds drain() at most; the works wait in queue_
  Locked<Selects> selects_;
  std::array<Lane, 2> select_lanes_{Lane{"select-1", options_.selects_max},
                                    Lane{"select-2", options_.selects_max}};
};

void SqliteStore::write(Work work, Done done) {
  Result<> refusal;
  {
    auto queue = queue_.lock();
    if (queue->stopped) {
      refusal = Error{Errc::stopped, options_.path};
    } else if (queue->items.size() >= options_.queue_max) {
      refusal = Error{Errc::busy, options_.path + ": too many writes are waiting"};
    } else {
      queue->items.push_back({std::move(work), std::move(done)});
      if (!queue->draining) queue->draining = lane_.try_post([this] { drain(); });
      MS_CHECK(queue->draining);
      return;
    }
  }
  done(std::move(refusal));
}

Result<> SqliteStore::write_now(Work work) {
  {
    auto queue = queue_.lock();
    MS_CHECK(queue->writer != std::this_thread::get_id());  // it would wait for itself
  }
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  write(std::move(work), [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return outcome.get();
}

void SqliteStore::stop() {
  {
    auto queue = queue_.lock();
    queue->stopped = true;
  }
  lane_.stop();
  {
    auto selects = selects_.lock();
    selects->stopped = true;
  }
  for (Lane& lane : select_lanes_) lane.stop();
}

void SqliteStore::drain() {
  for (;;) {
    std::vector<Item> batch = next_batch();
    if (batch.empty()) return;
    for (std::span<Item> left{batch}; !left.empty();) left = left.subspan(run_transaction(left));
  }
}

std::vector<SqliteStore::Item> SqliteStore::next_batch() {
  std::vector<Item> batch;
  auto queue = queue_.lock();
  queue->writer = std::this_thread::get_id();
  while (!queue->items.empty() && batch.size() < options_.batch_max) {
    batch.push_back(std::move(queue->items.front()));
    queue->items.pop_front();
  }
  queue->draining = !batch.empty();
  return batch;
}

/// Commits `items` together and tells each its outcome; gives how many it took. Fewer than all only
/// when the engine rolled back on its own (disk full, I/O): the ones so far have failed, the others
/// deserve a new transaction.
std::size_t SqliteStore::run_transaction(std::span<Item> items) {
  std::vector<Result<>> outcomes;
  const std::int64_t changes = writer_->total_changes();
  Result<> committed = writer_->control("BEGIN IMMEDIATE");
  if (committed.has_error()) {
    outcomes.resize(items.size());
  } else {
    while (outcomes.size() < items.size() && writer_->in_transaction()) {
      outcomes.push_back(run_one(items[outcomes.size()].work));
    }
    committed = writer_->in_transaction() ? finish_transaction() : outcomes.back();
  }
  // A commit of nothing tells nothing of the disk.
  if (committed.has_error() || writer_->total_changes() != changes) note(committed);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    items[i].done(outcomes[i].has_error() ? std::move(outcomes[i]) : committed);
  }
  return outcomes.size();
}

void SqliteStore::note(const Result<>& outcome) {
  auto condition = condition_.lock();
  if (outcome.has_value()) {
    condition->failure.reset();
  } else if (outcome.error().is(Errc::full) || outcome.error().is(Errc::io)) {
    condition->failure = outcome.error();
  }
}

Result<> SqliteStore::health() {
  Result<> state;
  {
    auto condition = condition_.lock();
    if (!condition->failure) return {};
    state = *condition->failure;
    if (std::exchange(condition->trying, true)) return state;
  }
  const auto try_to_write = [](Session& session) -> Result<> {
    // Written whatever it was; nobody else uses it.
    MS_TRY_VOID(session.query("PRAGMA user_version = 0"));
    return {};
  };
  write(try_to_write, [this](const Result<>& outcome) {
    note(outcome);
    auto condition = condition_.lock();
    condition->trying = false;
  });
  return state;
}

Result<> SqliteStore::run_one(const Work& work) {
  MS_TRY_VOID(writer_->control("SAVEPOINT work"));
  Result<> outcome = work(*writer_);
  if (!writer_->in_transaction()) {
    if (outcome.has_error()) return outcome;
    return Error{Errc::io, options_.path + ": the engine rolled back a failed statement"};
  }
  if (outcome.has_value() && writer_->has_broken_references()) {
    outcome = Error{Errc::constraint, options_.path + ": a reference to a row that is not there"};
  }
  if (outcome.has_value()) outcome = writer_->control("RELEASE work");
  if (outcome.has_value()) return outcome;
  Result<> undone = writer_->control("ROLLBACK TO work");
  if (undone.has_value()) undone = writer_->control("RELEASE work");
  // What cannot be undone alone must not be committed with the others.
  if (undone.has_error()) (void)writer_->control("ROLLBACK");
  return outcome;
}

Result<> SqliteStore::finish_transaction() {
  Result<> committed = writer_->control("COMMIT");
  if (committed.has_error() && writer_->in_transaction()) (void)writer_->control("ROLLBACK");
  return committed;
}

Result<> SqliteStore::read(Work work) {
  MS_TRY(auto reader, take_reader());
  MS_TRY_VOID(reader->control("BEGIN"));
  Result<> outcome = work(*reader);
  if (reader->in_transaction() && reader->control("ROLLBACK").has_error()) return outcome;
  give_back(std::move(reader));
  return outcome;
}

void SqliteStore::give_back(Connection reader) {
  auto readers = readers_.lock();
  if (readers->size() < idle_readers_max) readers->push_back(std::move(reader));
}

void SqliteStore::select(std::string sql, std::vector<Value> params, Selected done) {
  Error refusal{Errc::stopped, options_.path};
  {
    auto selects = selects_.lock();
    if (!selects->stopped && selects->waiting < options_.selects_max) {
      ++selects->waiting;
      selects->next_lane = (selects->next_lane + 1) % select_lanes_.size();
      const bool posted = select_lanes_[selects->next_lane].try_post(
          [this, sql = std::move(sql), params = std::move(params), done = std::move(done)] {
            auto rows = run_select(sql, params);
            {
              auto ours = selects_.lock();
              --ours->waiting;
            }
            done(std::move(rows));
          });
      MS_CHECK(posted);  // a lane holds selects_max, and ends after `stopped` is set
      return;
    }
    if (!selects->stopped) {
      refusal = Error{Errc::busy, options_.path + ": too many selects are waiting"};
    }
  }
  done(std::move(refusal));
}

/// A statement alone is a consistent view: it needs no transaction around it.
Result<std::vector<Row>> SqliteStore::run_select(const std::string& sql,
                                                 std::span<const Value> params) {
  MS_TRY(auto reader, take_reader());
  std::vector<Row> rows;
  std::size_t found = 0;
  auto outcome = reader->each(sql, params, [&](const Row& row) {
    if (++found <= select_rows_max) rows.push_back(row);
  });
  give_back(std::move(reader));
  if (outcome.has_error()) return std::move(outcome).error();
  if (found > select_rows_max) return too_many_rows(sql);
  return rows;
}

Result<Connection> SqliteStore::take_reader() {
  {
    auto readers = readers_.lock();
    if (!readers->empty()) {
      Connection reader = std::move(readers->back());
      readers->pop_back();
      return reader;
    }
  }
  return SqliteConnection::open(options_.path, Access::read);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(SqliteOptions options) {
  MS_CHECK(options.queue_max > 0 && options.batch_max > 0);
  if (options.path.empty()) return Error{Errc::io, "the path of the database is empty"};
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(options.path, failure);
  if (failure) return cannot(options.path, "no such path", failure);
  // Absolute, so that a later chdir (start -d) changes nothing and no name is special to SQLite
  // (":memory:").
  options.path = absolute.lexically_normal().string();
  MS_TRY_VOID(make_private_folders(std::filesystem::path{options.path}.parent_path()));
  MS_TRY_VOID(make_private_file(options.path));
  MS_TRY(auto writer, SqliteConnection::open(options.path, Access::write));
  return std::unique_ptr<Store>{
      std::make_unique<SqliteStore>(std::move(options), std::move(writer))};
}

}  // namespace mainstay::store
