#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/locked.hpp"
#include "platform/lane/lane.hpp"
#include "platform/store/group_commit.hpp"
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

/// The lane's alone.
class SqliteWriter final : public Writer {
 public:
  SqliteWriter(std::string path, Connection connection)
      : path_(std::move(path)), connection_(std::move(connection)) {}

  Result<> begin() override {
    changes_before_ = connection_->total_changes();
    return connection_->control("BEGIN IMMEDIATE");
  }
  Result<> run(const Store::Work& work) override;
  [[nodiscard]] bool in_transaction() const override { return connection_->in_transaction(); }
  Result<> commit() override;
  [[nodiscard]] bool changed() const override {
    return connection_->total_changes() != changes_before_;
  }
  Result<> try_to_write(Session& session) override {
    // Written whatever it was; nobody else uses it.
    MS_TRY_VOID(session.query("PRAGMA user_version = 0"));
    return {};
  }

 private:
  const std::string path_;
  const Connection connection_;
  std::int64_t changes_before_ = 0;
};

Result<> SqliteWriter::run(const Store::Work& work) {
  MS_TRY_VOID(connection_->control("SAVEPOINT work"));
  Result<> outcome = work(*connection_);
  if (!connection_->in_transaction()) {
    if (outcome.has_error()) return outcome;
    return Error{Errc::io, path_ + ": the engine rolled back a failed statement"};
  }
  if (outcome.has_value() && connection_->has_broken_references()) {
    outcome = Error{Errc::constraint, path_ + ": a reference to a row that is not there"};
  }
  if (outcome.has_value()) outcome = connection_->control("RELEASE work");
  if (outcome.has_value()) return outcome;
  Result<> undone = connection_->control("ROLLBACK TO work");
  if (undone.has_value()) undone = connection_->control("RELEASE work");
  // What cannot be undone alone must not be committed with the others.
  if (undone.has_error()) (void)connection_->control("ROLLBACK");
  return outcome;
}

Result<> SqliteWriter::commit() {
  Result<> committed = connection_->control("COMMIT");
  if (committed.has_error() && connection_->in_transaction())
    (void)connection_->control("ROLLBACK");
  return committed;
}

/// Life: made by open_sqlite with its lanes running; stop() or the destructor ends them.
class SqliteStore final : public Store {
 public:
  SqliteStore(SqliteOptions options, Connection writer)
      : options_(std::move(options)), writer_(options_.path, std::move(writer)) {
    for (Lane& lane : select_lanes_) lane.start();
  }
  ~SqliteStore() override { stop(); }

  [[nodiscard]] Engine engine() const override { return Engine::sqlite; }
  void write(Work work, Done done) override { group_.write(std::move(work), std::move(done)); }
  Result<> write_now(Work work) override { return group_.write_now(std::move(work)); }
  Result<> read(Work work) override;
  void select(std::string sql, std::vector<Value> params, Selected done) override;
  Result<> health() override { return group_.health(); }
  void stop() override;

 private:
  Result<Connection> take_reader();
  void give_back(Connection reader);
  Result<std::vector<Row>> run_select(const std::string& sql, std::span<const Value> params);

  struct Selects {
    std::size_t waiting = 0;
    std::size_t next_lane = 0;
    bool stopped = false;
  };

  const SqliteOptions options_;
  SqliteWriter writer_;
  Locked<std::vector<Connection>> readers_;
  Locked<Selects> selects_;
  std::array<Lane, 2> select_lanes_{Lane{"select-1", options_.selects_max},
                                    Lane{"select-2", options_.selects_max}};
  GroupCommit group_{{options_.path, options_.queue_max, options_.batch_max}, writer_};
};

void SqliteStore::stop() {
  group_.stop();
  {
    auto selects = selects_.lock();
    selects->stopped = true;
  }
  for (Lane& lane : select_lanes_) lane.stop();
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
