#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <libpq-fe.h>

#include "base/unique_function.hpp"
#include "platform/store/store.hpp"

// Single-row selects by primary key, 64 wanted at any time, on the server of
// MAINSTAY_TEST_POSTGRES: one pipelined connection (Store::select) against a pool of four blocking
// connections, each with its thread and prepared statements. Run interleaved:
//   store_bench --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true

namespace mainstay::store {
namespace {

constexpr std::int64_t rows = 10'000;
constexpr std::int64_t wanted_at_once = 64;
constexpr int per_round = 20'000;

std::string url() {
  const char* const found = std::getenv("MAINSTAY_TEST_POSTGRES");
  return found == nullptr ? "" : found;
}

void make_table(Store& store) {
  const auto made = store.write_now([](Session& session) -> Result<> {
    MS_TRY_VOID(
        session.script("CREATE TABLE IF NOT EXISTS bench_rows (id BIGINT PRIMARY KEY, name "
                       "TEXT NOT NULL)"));
    MS_TRY_VOID(
        session.execute("INSERT INTO bench_rows (id, name) SELECT i, 'name of ' || i FROM "
                        "generate_series(1, $1) AS i ON CONFLICT (id) DO NOTHING",
                        {rows}));
    return {};
  });
  if (made.has_error()) std::abort();
}

using Done = UniqueFunction<void(bool found)>;
using Select = std::function<void(std::int64_t id, Done done)>;

/// Counts what is under way, so that it stays at wanted_at_once.
class Round {
 public:
  explicit Round(const Select& select) : select_(select) {}
  void run() {
    for (std::int64_t i = 0; i < wanted_at_once; ++i) ask();
    std::unique_lock lock{mutex_};
    ended_.wait(lock, [this] { return answered_ == per_round; });
  }

 private:
  void ask() {
    const int number = asked_.fetch_add(1);
    if (number >= per_round) return;
    select_(1 + number * 7'919LL % rows, [this](bool found) {
      if (!found) std::abort();
      ask();
      const std::lock_guard lock{mutex_};
      if (++answered_ == per_round) ended_.notify_one();
    });
  }

  const Select& select_;
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  int answered_ = 0;
};

constexpr const char* statement = "SELECT id, name FROM bench_rows WHERE id = $1";

void one_pipelined_connection(benchmark::State& state) {
  PostgresOptions options;
  options.url = url();
  auto store = open_postgres(options);
  if (store.has_error()) return state.SkipWithError(store.error().message().c_str());
  make_table(**store);
  const Select select = [&store](std::int64_t id, Done done) {
    (*store)->select(statement, {id}, [done = std::move(done)](Result<std::vector<Row>> found) {
      done(found.has_value() && found->size() == 1);
    });
  };
  for (auto _ : state) Round{select}.run();
  state.SetItemsProcessed(state.iterations() * per_round);
}

struct Finish {
  void operator()(PGconn* ended) const { PQfinish(ended); }
};
using Blocking = std::unique_ptr<PGconn, Finish>;

Blocking connect() {
  Blocking out{PQconnectdb(url().c_str())};
  PQclear(PQprepare(out.get(), "one", statement, 0, nullptr));
  return out;
}

bool select_blocking(PGconn* connection, std::int64_t id) {
  const std::string text = std::to_string(id);
  const char* const values[] = {text.c_str()};
  PGresult* const result = PQexecPrepared(connection, "one", 1, values, nullptr, nullptr, 0);
  const bool found = PQntuples(result) == 1;
  if (found) benchmark::DoNotOptimize(std::string{PQgetvalue(result, 0, 1)});
  PQclear(result);
  return found;
}

/// Four connections, each with a thread that takes what is asked from one queue.
class Pool {
 public:
  Pool() {
    for (int i = 0; i < 4; ++i) {
      threads_.emplace_back([this, connection = connect()] { work(connection.get()); });
    }
  }
  ~Pool() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void select(std::int64_t id, Done done) {
    {
      const std::lock_guard lock{mutex_};
      queue_.emplace_back(id, std::move(done));
    }
    wake_.notify_one();
  }

 private:
  void work(PGconn* connection) {
    std::unique_lock lock{mutex_};
    for (;;) {
      wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto [id, done] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      done(select_blocking(connection, id));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<std::int64_t, Done>> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

void four_blocking_connections(benchmark::State& state) {
  if (url().empty()) return state.SkipWithError("MAINSTAY_TEST_POSTGRES names no server");
  Pool pool;
  const Select select = [&pool](std::int64_t id, Done done) { pool.select(id, std::move(done)); };
  for (auto _ : state) Round{select}.run();
  state.SetItemsProcessed(state.iterations() * per_round);
}

/// No queue: each thread asks and waits in a loop. What no server can reach, whose requests come
/// from other threads.
void four_blocking_loops(benchmark::State& state) {
  if (url().empty()) return state.SkipWithError("MAINSTAY_TEST_POSTGRES names no server");
  std::vector<Blocking> pool;
  for (int i = 0; i < 4; ++i) pool.push_back(connect());
  for (auto _ : state) {
    std::vector<std::thread> threads;
    for (const Blocking& one : pool) {
      threads.emplace_back([&one] {
        for (int i = 0; i < per_round / 4; ++i) select_blocking(one.get(), 1 + i * 7'919LL % rows);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  state.SetItemsProcessed(state.iterations() * per_round);
}

// By the wall: the server's time counts.
BENCHMARK(one_pipelined_connection)
    ->Name("store/select/one_pipelined_connection")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(four_blocking_connections)
    ->Name("store/select/four_blocking_connections")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(four_blocking_loops)
    ->Name("store/select/four_blocking_loops")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace mainstay::store
