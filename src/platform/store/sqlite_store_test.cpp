#include <cstdint>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::store::sqlite_store_test {
namespace {

TEST_CASE_TEMPLATE_INVOKE(store_contract_values, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_refusals, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_commits, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_selects, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_refused, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_limits, SqliteOnFile);
TEST_CASE_TEMPLATE_INVOKE(store_contract_full_selects, SqliteOnFile);

Error error_of_opening(const std::string& path) {
  const auto store = open_sqlite({path});
  REQUIRE(store.has_error());
  return store.error();
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777U;
}

/// Makes every write beyond `bytes` of a file fail for its own life, as a broken disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("sqlite: a new database is private, in a private folder") {
  const TemporaryFolder folder;
  const std::string path = folder.path("var/data/new.db");
  const auto store = open_sqlite({path});
  REQUIRE(store.has_value());
  make_numbers(**store);
  CHECK(mode_of(folder.path("var")) == 0700);
  CHECK(mode_of(folder.path("var/data")) == 0700);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(path + "-wal") == 0600);
  CHECK(mode_of(path + "-shm") == 0600);
}

TEST_CASE("sqlite: a database that others could read becomes private") {
  SqliteOnFile engine;
  make_numbers(*engine.open({}));
  REQUIRE(::chmod(engine.path().c_str(), 0644) == 0);
  auto store = engine.open({});
  CHECK(mode_of(engine.path()) == 0600);
}

TEST_CASE("sqlite: connections are durable and check references") {
  SqliteOnFile engine;
  auto store = engine.open({});
  const auto outcome = store->write_now([](Session& session) -> Result<> {
    MS_TRY(const auto journal, session.query("PRAGMA journal_mode"));
    CHECK(journal == std::vector<Row>{{"wal"}});
    MS_TRY(const auto synchronous, session.query("PRAGMA synchronous"));
    CHECK(synchronous == std::vector<Row>{{std::int64_t{2}}});
    MS_TRY(const auto references, session.query("PRAGMA foreign_keys"));
    CHECK(references == std::vector<Row>{{std::int64_t{1}}});
    CHECK(session.execute("ATTACH 'other.db' AS other").has_error());
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("sqlite: a path that cannot be opened is an error that names it") {
  const TemporaryFolder folder;
  folder.write("file", "");
  for (const auto& path :
       {folder.path("file/in/it.db"), folder.path(), std::string{"/proc/no.db"}}) {
    const Error error = error_of_opening(path);
    CHECK(error.is(Errc::io));
    CHECK(error.detail().find(path.substr(0, path.find("/in"))) != std::string::npos);
  }
  CHECK(error_of_opening("").is(Errc::io));
}

TEST_CASE("sqlite: a name that is special to SQLite is a file like any other") {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto store = open_sqlite({":memory:"});
  std::filesystem::current_path(before);
  REQUIRE(store.has_value());
  make_numbers(**store);
  CHECK(std::filesystem::file_size(folder.path(":memory:")) > 0);
}

TEST_CASE("sqlite: a file that is no database is refused and kept") {
  const TemporaryFolder folder;
  const std::string text = "this is a letter, not a database; " + std::string(4096, 'x');
  const std::string path = folder.write("letter.txt", text);
  const Error error = error_of_opening(path);
  CHECK(error.is(Errc::corrupt));
  CHECK(error.message() == "the database is damaged: " + path + ": file is not a database");
  CHECK(std::filesystem::file_size(path) == text.size());
}

TEST_CASE("sqlite: a damaged page is a corrupt error, not wrong rows") {
  SqliteOnFile engine;
  {
    auto store = engine.open({});
    make_numbers(*store);
    for (std::int64_t i = 1; i <= 2000; ++i) store->write(insert_number(i), [](Result<>) {});
  }
  {
    std::fstream file{engine.path(), std::ios::in | std::ios::out | std::ios::binary};
    const auto size = std::filesystem::file_size(engine.path());
    for (std::size_t at = 4096; at < size; at += 4096) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(64, '\xee');
    }
  }
  auto store = engine.open({});
  const auto outcome = store->read([](Session& session) -> Result<> {
    MS_TRY_VOID(session.query("SELECT * FROM numbers"));
    return {};
  });
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().is(Errc::corrupt));
  CHECK(outcome.error().detail().find(engine.path()) == 0);
}

TEST_CASE("sqlite: a full disk fails the work, and later works go on") {
  SqliteOnFile engine;
  auto store = engine.open({});
  make_numbers(*store);
  const auto limit_pages = [&store](const char* pragma) {
    CHECK(store
              ->write_now([pragma](Session& session) -> Result<> {
                MS_TRY_VOID(session.query(pragma));
                return {};
              })
              .has_value());
  };
  limit_pages("PRAGMA max_page_count = 20");
  std::vector<Result<>> outcomes;
  {
    HeldWriter held{*store};
    const auto note = [&outcomes](Result<> result) { outcomes.push_back(std::move(result)); };
    store->write(insert_number(1), note);
    store->write(
        [](Session& session) -> Result<> {
          MS_TRY_VOID(session.execute("INSERT INTO numbers (id, note) VALUES (2, $1)",
                                      {std::string(200'000, 'n')}));
          return {};
        },
        note);
    store->write(insert_number(3), note);
  }
  settle(*store);
  REQUIRE(outcomes.size() == 3);
  REQUIRE(outcomes[1].has_error());
  CHECK(outcomes[1].error().is(Errc::full));
  // Acknowledged is what is there, whichever way the engine took to undo the second.
  std::vector<std::int64_t> acknowledged;
  for (std::int64_t i = 1; i <= 3; ++i) {
    if (outcomes[static_cast<std::size_t>(i - 1)].has_value()) acknowledged.push_back(i);
  }
  CHECK(numbers_in(*store) == acknowledged);
  CHECK(outcomes[2].has_value());
  CHECK(store->health().has_value());  // a small one found room
  const auto large = store->write_now([](Session& session) -> Result<> {
    MS_TRY_VOID(session.execute("INSERT INTO numbers (id, note) VALUES (9, $1)",
                                {std::string(200'000, 'n')}));
    return {};
  });
  CHECK(large.has_error());
  const auto state = store->health();
  REQUIRE(state.has_error());
  CHECK(state.error().is(Errc::full));
  CHECK(state.error().http_status() == 503);
  settle(*store);  // what the question set off has written
  CHECK(store->health().has_value());
  limit_pages("PRAGMA max_page_count = 100000");
  CHECK(store->write_now(insert_number(4)).has_value());
}

TEST_CASE("sqlite: a commit that fails fails all its works, and later works go on") {
  SqliteOnFile engine;
  auto store = engine.open({});
  make_numbers(*store);
  std::unique_ptr<FileSizeLimit> limit;
  std::vector<bool> outcomes;
  {
    HeldWriter held{*store};
    const auto note = [&](Result<> result) {
      limit.reset();
      CHECK((result.has_error() && result.error().is(Errc::io)));
      outcomes.push_back(result.has_value());
    };
    store->write(insert_number(1), note);
    store->write(insert_number(2), note);
    store->write(
        [&](Session& session) -> Result<> {
          limit = std::make_unique<FileSizeLimit>(4096);
          return insert_number(3)(session);
        },
        note);
  }
  settle(*store);
  CHECK(outcomes == std::vector{false, false, false});
  CHECK(numbers_in(*store).empty());
  CHECK(store->write_now(insert_number(4)).has_value());
  CHECK(numbers_in(*store) == std::vector<std::int64_t>{4});
}

/// Writes 1, 2, 3 ... and tells each through the pipe once it is acknowledged, until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, int pipe) {
  auto store = open_sqlite({path, 64, 16});
  if (!store) ::_exit(2);
  std::int64_t next = static_cast<std::int64_t>(numbers_in(**store).size()) + 1;
  for (;; ++next) {
    (*store)->write(insert_number(next), [pipe, next](Result<> result) {
      if (result.has_value() && ::write(pipe, &next, sizeof next) != sizeof next) ::_exit(3);
    });
    if (next % 32 == 0) settle(**store);
  }
}

TEST_CASE("sqlite: kill -9 loses nothing acknowledged") {
  SqliteOnFile engine;
  make_numbers(*engine.open({}));
  for (int round = 0; round < 4; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) write_until_killed(engine.path(), pipe[1]);
    ::close(pipe[1]);
    std::int64_t number = 0;
    int acknowledged = 0;
    while (::read(pipe[0], &number, sizeof number) == sizeof number) {
      if (++acknowledged == 100 + 37 * round) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(acknowledged >= 100);
    auto store = engine.open({});
    const auto found = numbers_in(*store);
    CHECK(found.size() >= static_cast<std::size_t>(number));
    CHECK(found == up_to(static_cast<std::int64_t>(found.size())));
  }
}

TEST_CASE("sqlite: many stores may open and write one new file at once") {
  const TemporaryFolder folder;
  std::vector<std::string> failures(6);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    threads.emplace_back([&folder, &failure = failures[i], i] {
      const auto store = open_sqlite({folder.path("shared.db")});
      if (!store) {
        failure = store.error().message();
        return;
      }
      const auto written = (*store)->write_now([i](Session& session) -> Result<> {
        MS_TRY_VOID(session.script("CREATE TABLE IF NOT EXISTS numbers (id BIGINT PRIMARY KEY)"));
        return insert_number(static_cast<std::int64_t>(i) + 1)(session);
      });
      if (!written) failure = written.error().message();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) CHECK(failure == "");
  const auto store = open_sqlite({folder.path("shared.db")});
  REQUIRE(store.has_value());
  CHECK(numbers_in(**store) == up_to(6));
}

}  // namespace
}  // namespace mainstay::store::sqlite_store_test
