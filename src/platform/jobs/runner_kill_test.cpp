#include <cstdint>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "platform/jobs/jobs_fixture.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::jobs::runner_kill_test {
namespace {

constexpr int jobs_count = 300;
constexpr int rounds = 8;  // fewer than make a job that is killed each time dead
constexpr int threads = 3;

std::size_t done_jobs(store::Store& store) {
  return listed(store, {.state = State::done, .rows_max = 10'000}).size();
}

/// A worker process: runs jobs until it is killed, or all are done. Each run is a byte in the pipe
/// before it counts as done: whoever reads may kill it at any moment between.
template <class Database>
[[noreturn]] void be_worker(const Database& database, int pipe_end) {
  const auto store = database.open({});
  auto log = log::Log::open({.file = "/dev/null"});
  if (log.has_error()) ::_exit(1);
  const MachineClock clock;
  metrics::Registry metrics;
  RunnerOptions options;
  options.threads = threads;
  options.poll = Millis{20};
  options.lease = Millis{400};
  Runner runner{*store, clock, **log, metrics, options};
  runner.handle("count", [pipe_end](const Job& job) -> Result<> {
    const auto number = static_cast<std::uint16_t>(std::stoul(job.payload));
    if (::write(pipe_end, &number, sizeof number) != sizeof number) ::_exit(1);
    return {};
  });
  runner.start();
  while (done_jobs(*store) < jobs_count) ::poll(nullptr, 0, 20);
  ::_exit(0);
}

/// Runs jobs in a process that is killed after `runs_max` runs; counts them.
template <class Database>
void run_and_kill(const Database& database, std::size_t runs_max, std::map<int, int>& counts) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) be_worker(database, ends[1]);
  ::close(ends[1]);
  std::uint16_t number = 0;
  for (std::size_t runs = 0; runs < runs_max && ::read(ends[0], &number, sizeof number) == 2;
       ++runs) {
    ++counts[number];
  }
  ::kill(child, SIGKILL);
  while (::read(ends[0], &number, sizeof number) == 2) ++counts[number];
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
}

TEST_CASE_TEMPLATE("jobs: of a worker killed again and again, each job runs at least once",
                   Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  {
    const auto store = opened(database);
    const MachineClock clock;
    for (int i = 0; i < jobs_count; ++i) {
      added(*store, "count", std::to_string(i), {}, clock.wall());
    }
  }
  std::map<int, int> counts;
  Random random{20261121};
  for (int round = 0; round < rounds; ++round) {
    run_and_kill(database, 1 + random.below(15), counts);
  }
  run_and_kill(database, SIZE_MAX, counts);  // until it ends by itself
  CHECK(done_jobs(*database.open({})) == jobs_count);
  CHECK(counts.size() == jobs_count);
  int repeated = 0;
  for (const auto& [number, runs] : counts) repeated += runs - 1;
  CHECK(repeated <= rounds * threads);  // only what a killed process had under way
}

}  // namespace
}  // namespace mainstay::jobs::runner_kill_test
