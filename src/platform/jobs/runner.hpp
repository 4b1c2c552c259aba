#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/jobs/backoff.hpp"
#include "platform/jobs/enqueue.hpp"
#include "platform/jobs/job.hpp"

namespace mainstay::log {
class Log;
}
namespace mainstay::metrics {
class Registry;
}
namespace mainstay::store {
class Store;
}

namespace mainstay::jobs {

struct RunnerOptions {
  std::size_t threads = 2;               // jobs that run at once in this process; 0: it runs none
  std::vector<std::string> queues = {};  // served here; empty: all
  Millis poll{1'000};                    // how often the table is looked at for what others added
  Millis lease{60'000};                  // a job whose process has vanished for so long runs again
  RetryPolicy retry = {};
  Micros keep_done{std::chrono::hours{7 * 24}};
  Micros keep_dead{std::chrono::hours{60 * 24}};
  std::int64_t keep_rows = 10'000;  // done ones, cancelled ones, dead ones
};

/// Runs the jobs of the relational store, on threads of its own, in as many processes as there are.
/// Every job runs at least once: whoever takes one has a lease on it, which it prolongs while the
/// job runs; of a process that is killed the lease passes, and another runs the job again. So a
/// handler must bear to run twice.
///
/// Life: construct, handle() and every() (one thread), start(), stop(). Clocks of all processes
/// must agree to within the lease.
class Runner {
 public:
  /// An error means a retry, after a while (backoff); Errc::give_up means that the job is dead at
  /// once. May block; runs on several threads at once; an exception counts as an error. Ends soon
  /// after stopping() has become true, or it may run again elsewhere.
  using Handler = UniqueFunction<Result<>(const Job&)>;

  Runner(store::Store& store, const Clock& clock, log::Log& log, metrics::Registry& metrics,
         RunnerOptions options);
  /// Joins the threads, and so waits for handlers that do not end.
  ~Runner();

  /// MS_CHECKs that the kind has none yet. Jobs of other kinds wait, which metrics and log say.
  void handle(std::string_view kind, Handler handler);

  /// A periodic job: enqueued at each moment of the cron line by the clocks of `zone` ("UTC",
  /// "Europe/Berlin"), once, however many processes have the schedule. After a time without any
  /// process the newest missed one is made up for, and no other. A new name begins now.
  struct Schedule {
    std::string name;  // never used for another schedule: what it did is remembered by it
    std::string cron;
    std::string zone = "UTC";
    std::string kind;
    std::string payload = {};
    Options options = {};  // no run_at, no unique_key
  };
  /// Errc::refused: the line or the zone cannot be understood.
  Result<> every(Schedule schedule);

  void start();
  /// Looks at the table now: something was committed. Any thread; never blocks.
  void wake();
  /// Takes no more jobs, waits for those that run. False when some still ran at the deadline: their
  /// leases pass and they run again; the process should end without destroying what they use.
  bool stop(Millis deadline);
  [[nodiscard]] bool stopping() const;

  /// For commands, without start(): enqueues what schedules say, then runs what is due, one job
  /// after the other on the caller's thread, until nothing is or `jobs_max` have run. Gives how
  /// many failed and how many did not.
  struct Ran {
    std::size_t done = 0;
    std::size_t failed = 0;
  };
  Result<Ran> run_due(std::size_t jobs_max);
  /// The same for one job, due or not: its own error when it failed.
  Result<> run_one(std::string_view id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::jobs
