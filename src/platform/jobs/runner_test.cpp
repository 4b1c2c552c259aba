#include "platform/jobs/runner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "base/locked.hpp"
#include "platform/jobs/jobs_fixture.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::jobs::runner_test {
namespace {

/// What a process has around its runner. Time stands still until the test moves it; the runner
/// looks when it is woken.
struct Process {
  explicit Process(store::Store& in) : store(in) {
    auto opened = log::Log::open({.file = folder.path("log")});
    REQUIRE(opened.has_value());
    log = std::move(*opened);
  }
  std::unique_ptr<Runner> runner(std::size_t threads = 2) {
    RunnerOptions options;
    options.threads = threads;
    options.poll = std::chrono::hours{1};
    options.lease = std::chrono::hours{3};
    return std::make_unique<Runner>(store, clock, *log, metrics, options);
  }

  store::Store& store;
  TemporaryFolder folder;
  ManualClock clock{noon};
  metrics::Registry metrics;
  std::unique_ptr<log::Log> log;
};

/// Wakes the runner until it is so; gives up after half a minute.
template <class Condition>
bool comes(Runner& runner, const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + Seconds{30};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    runner.wake();
    std::this_thread::yield();
  }
  return true;
}

bool is_in(store::Store& store, const std::string& id, State state) {
  return only(store, id).state == state;
}

TEST_CASE_TEMPLATE("runner: every job runs, once when nobody is killed", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto same_from_elsewhere = database.open({});
  Process process{*store};
  Process other{*same_from_elsewhere};
  Locked<std::map<std::string, int>> runs;
  std::atomic<int> total = 0;
  auto one = process.runner(3);
  auto two = other.runner(3);
  for (Runner* runner : {one.get(), two.get()}) {
    runner->handle("count", [&](const Job& job) -> Result<> {
      auto access = runs.lock();
      ++(*access)[job.payload];
      ++total;
      return {};
    });
    runner->start();
  }
  for (int i = 0; i < 100; ++i) added(*store, "count", std::to_string(i));
  CHECK(comes(*one, [&] {
    two->wake();
    return total >= 100;
  }));
  CHECK(one->stop(Seconds{30}));
  CHECK(two->stop(Seconds{30}));
  auto access = runs.lock();
  CHECK(access->size() == 100);
  CHECK(total == 100);
  CHECK(listed(*store, {.state = State::done}).size() == 100);
  const auto done = [](Process& of) {
    return of.metrics.counter("jobs_runs_total", "", {{"kind", "count"}, {"outcome", "done"}})
        .value();
  };
  CHECK(done(process) + done(other) == 100);
}

TEST_CASE_TEMPLATE("runner: a failed job comes back until it is dead", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner();
  std::atomic<int> runs = 0;
  runner->handle("fails", [&](const Job&) -> Result<> {
    if (++runs == 2) throw std::runtime_error{"thrown"};
    return Error{Errc::failed, "as told"};
  });
  runner->handle("hopeless", [&](const Job&) -> Result<> {
    return Error{Errc::give_up, "no such address"};
  });
  runner->start();
  const auto fails = added(*store, "fails", "", {.failures_max = 3});
  const auto hopeless = added(*store, "hopeless");
  CHECK(comes(*runner, [&] { return is_in(*store, hopeless.id, State::dead); }));
  CHECK(comes(*runner, [&] { return is_in(*store, fails.id, State::scheduled); }));
  CHECK(only(*store, fails.id).last_error == "the job failed: as told");
  CHECK(only(*store, fails.id).job.run_at >= noon + Seconds{5});
  process.clock.advance(Seconds{10});
  CHECK(comes(*runner, [&] { return runs == 2 && is_in(*store, fails.id, State::scheduled); }));
  CHECK(only(*store, fails.id).last_error == "the job failed: exception: thrown");
  process.clock.advance(Seconds{20});
  CHECK(comes(*runner, [&] { return is_in(*store, fails.id, State::dead); }));
  CHECK(runs == 3);
  CHECK(runner->stop(Seconds{30}));
}

TEST_CASE("runner: jobs of unknown kinds wait and are told of") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  const auto stranger = added(*store, "stranger");
  auto runner = process.runner();
  runner->handle("known", [](const Job&) -> Result<> { return {}; });
  runner->start();
  const auto known = added(*store, "known");
  CHECK(comes(*runner, [&] { return is_in(*store, known.id, State::done); }));
  CHECK(comes(*runner, [&] {
    return process.metrics.text().find("jobs_unknown_kind 1") != std::string::npos;
  }));
  CHECK(runner->stop(Seconds{30}));
  CHECK(is_in(*store, stranger.id, State::queued));
}

TEST_CASE("runner: stop waits for what runs, up to its deadline, and takes nothing more") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner(1);
  std::promise<void> begun;
  std::promise<void> gate;
  runner->handle("slow", [&](const Job&) -> Result<> {
    begun.set_value();
    gate.get_future().wait();
    return {};
  });
  runner->start();
  const auto job = added(*store, "slow");
  runner->wake();
  begun.get_future().wait();
  const auto later = added(*store, "slow");
  CHECK_FALSE(runner->stopping());
  CHECK_FALSE(runner->stop(Millis{0}));
  CHECK(runner->stopping());
  gate.set_value();
  CHECK(runner->stop(Seconds{30}));
  CHECK(is_in(*store, job.id, State::done));
  CHECK(is_in(*store, later.id, State::queued));
}

TEST_CASE("runner: the lease of a job that runs is prolonged") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner(1);
  std::promise<void> gate;
  runner->handle("slow", [&](const Job&) -> Result<> {
    gate.get_future().wait();
    return {};
  });
  runner->start();
  const auto job = added(*store, "slow");
  CHECK(comes(*runner, [&] { return is_in(*store, job.id, State::running); }));
  CHECK(only(*store, job.id).lease_until == noon + std::chrono::hours{3});
  process.clock.advance(std::chrono::hours{1});
  CHECK(comes(*runner,
              [&] { return only(*store, job.id).lease_until == noon + std::chrono::hours{4}; }));
  gate.set_value();
  CHECK(runner->stop(Seconds{30}));
}

TEST_CASE_TEMPLATE("runner: a schedule's tick is enqueued once by all processes", Database,
                   JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  Process process{*store};
  const auto enqueued = [&] { return listed(*store, {.kind = "tick"}).size(); };
  const auto settled = [&](Runner& runner) {
    const auto before = added(*store, "probe", "", {}, process.clock.wall());
    return comes(runner, [&] { return is_in(*store, before.id, State::done); });
  };
  const auto make = [&] {
    auto runner = process.runner(1);
    runner->handle("probe", [](const Job&) -> Result<> { return {}; });
    require_done(runner->every({.name = "nightly", .cron = "*/10 * * * *", .kind = "tick"}));
    runner->start();
    return runner;
  };
  auto one = make();
  auto two = make();
  CHECK((settled(*one) && settled(*two)));
  CHECK(enqueued() == 0);  // a new schedule begins now
  process.clock.advance(std::chrono::minutes{10});
  CHECK(comes(*one, [&] {
    two->wake();
    return enqueued() > 0;
  }));
  CHECK((settled(*one) && settled(*two)));
  CHECK(enqueued() == 1);
  CHECK(one->stop(Seconds{30}));
  CHECK(two->stop(Seconds{30}));
  process.clock.advance(std::chrono::hours{48});
  auto three = make();
  CHECK(comes(*three, [&] { return enqueued() == 2; }));
  CHECK(settled(*three));
  CHECK(enqueued() == 2);  // of 288 missed ones, the newest
  CHECK(three->stop(Seconds{30}));
}

TEST_CASE("runner: a command that runs what is due enqueues what schedules say first") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner();
  int runs = 0;
  runner->handle("tick", [&runs](const Job&) -> Result<> {
    ++runs;
    return {};
  });
  require_done(runner->every({.name = "nightly", .cron = "*/10 * * * *", .kind = "tick"}));
  REQUIRE(runner->run_due(10).has_value());
  CHECK(runs == 0);
  process.clock.advance(std::chrono::minutes{10});
  REQUIRE(runner->run_due(10).has_value());
  REQUIRE(runner->run_due(10).has_value());
  CHECK(runs == 1);
}

TEST_CASE("runner: schedules that cannot be are refused") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner();
  const auto line = runner->every({.name = "n", .cron = "99 * * * *", .kind = "k"});
  REQUIRE(line.has_error());
  CHECK(line.error().detail().starts_with("schedule n: cron line: minute"));
  const auto zone =
      runner->every({.name = "n", .cron = "@daily", .zone = "Europe/Nowhere", .kind = "k"});
  REQUIRE(zone.has_error());
  CHECK(zone.error().detail().find("Europe/Nowhere") != std::string::npos);
}

TEST_CASE("runner: commands run one job or what is due, without threads") {
  const SqliteOnFile database;
  const auto store = opened(database);
  Process process{*store};
  auto runner = process.runner();
  std::vector<std::string> order;
  runner->handle("note", [&](const Job& job) -> Result<> {
    order.push_back(job.payload);
    if (job.payload == "bad") return Error{Errc::give_up, "bad"};
    return {};
  });
  added(*store, "note", "1", {}, noon - Seconds{2});
  added(*store, "note", "bad", {}, noon - Seconds{1});
  const auto later = added(*store, "note", "later", {.run_at = noon + Seconds{60}});
  const auto stranger = added(*store, "stranger");
  const auto ran = runner->run_due(10);
  REQUIRE(ran.has_value());
  CHECK(ran->done == 1);
  CHECK(ran->failed == 1);
  CHECK(order == std::vector<std::string>{"1", "bad"});
  CHECK(runner->run_one(later.id).has_value());
  CHECK(order.back() == "later");
  CHECK(runner->run_one(later.id).has_error());
  CHECK(runner->run_one("none").has_error());
  const auto unknown = runner->run_one(stranger.id);
  REQUIRE(unknown.has_error());
  CHECK(unknown.error().detail().find("stranger") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::jobs::runner_test
