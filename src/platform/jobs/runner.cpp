#include "platform/jobs/runner.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <pthread.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "base/locked.hpp"
#include "base/mutex.hpp"
#include "base/random.hpp"
#include "platform/jobs/cron.hpp"
#include "platform/jobs/table.hpp"
#include "platform/lane/ticker.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/store/store.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::jobs {
namespace {

constexpr Millis housekeeping_every{15'000};
constexpr int end_attempts_max = 5;
constexpr std::string_view jobs_help = "Jobs in the table, by state.";

constexpr double seconds[] = {0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600, 3'600};

struct Known {
  Runner::Handler handler;
  metrics::Counter* done = nullptr;
  metrics::Counter* failed = nullptr;
  metrics::Counter* dead = nullptr;
  metrics::Histogram* run_time = nullptr;
};

struct Plan {
  Runner::Schedule schedule;
  Cron cron;
  const TimeZone* zone = nullptr;
  SystemTime next{};
  bool is_known = false;  // what was missed has been looked for
};

std::int64_t whole_seconds(SystemTime at) {
  return std::chrono::floor<Seconds>(at).time_since_epoch().count();
}

SystemTime moment(std::int64_t seconds_since_1970) {
  return SystemTime{Seconds{seconds_since_1970}};
}

/// The error as it is kept and logged: Error::message() of a handler names no secrets.
std::string message_of(const Result<>& outcome) {
  return outcome.has_error() ? outcome.error().message() : std::string{};
}

}  // namespace

struct Runner::Impl {
  Impl(store::Store& in, const Clock& time, log::Log& lines, metrics::Registry& registry,
       RunnerOptions wanted);

  void run_dispatcher();
  void look();
  void claim(std::size_t jobs_max);
  void prolong_leases();
  Result<> prolong();
  void keep_house();
  void count();
  void plan_next(Plan& plan, SystemTime now);
  void tick(Plan& plan, SystemTime now);
  void tick_schedules();
  void work();
  Result<> run(const Job& job);
  Result<> run_here(const Job& job);
  Result<> call(const Known& known, const Job& job);
  void end(const Known& known, const Job& job, const Result<>& outcome);
  RunEnd verdict(const Job& job, const Result<>& outcome);
  void tell_end(const Known& known, const Job& job, const RunEnd& ended);
  Result<> in_table(UniqueFunction<Result<>(Table&)> work);
  Table::Claim claim_for(std::size_t jobs_max) const;
  void note(const char* event, const Result<>& outcome);
  Micros longest_pause() const;
  void pause(Millis time);

  store::Store& store;
  const Clock& clock;
  log::Log& log;
  metrics::Registry& metrics;
  RunnerOptions options;
  std::string worker;
  std::map<std::string, Known, std::less<>> known;
  std::vector<std::string> kinds;
  zones::TimeZones zones;
  std::vector<Plan> plans;
  metrics::Histogram& wait_time;
  metrics::Counter& lost;
  std::string told_unknown;  // dispatcher only
  bool troubled = false;     // dispatcher only
  SteadyTime house_kept{};   // dispatcher only
  SteadyTime prolonged{};    // dispatcher only
  Locked<Random> random;

  mutable Mutex mutex;
  std::condition_variable changed;  // for all who wait: they are few
  std::deque<Job> taken MS_GUARDED_BY(mutex);
  std::vector<std::string> under_way MS_GUARDED_BY(mutex);  // ids: taken and running
  bool looking MS_GUARDED_BY(mutex) = false;                // jobs may be about to be taken
  bool woken MS_GUARDED_BY(mutex) = false;
  bool workers_end MS_GUARDED_BY(mutex) = false;
  std::atomic<bool> stopping{false};
  std::vector<std::thread> workers;
  std::thread dispatcher;
};

Runner::Impl::Impl(store::Store& in, const Clock& time, log::Log& lines,
                   metrics::Registry& registry, RunnerOptions wanted)
    : store(in),
      clock(time),
      log(lines),
      metrics(registry),
      options(std::move(wanted)),
      worker(std::to_string(::getpid()) + "-" + secret_hex(6)),
      wait_time(registry.histogram(
          "jobs_wait_seconds", "From the moment a job is due to the begin of its run.", seconds)),
      lost(
          registry.counter("jobs_lost_total", "Runs whose worker vanished, seen by this process.")),
      random(secret_u64()) {}

Runner::Runner(store::Store& store, const Clock& clock, log::Log& log, metrics::Registry& metrics,
               RunnerOptions options)
    : impl_(std::make_unique<Impl>(store, clock, log, metrics, std::move(options))) {}

Runner::~Runner() {
  (void)stop(Millis{0});
  {
    MutexLock lock{impl_->mutex};
    impl_->workers_end = true;
  }
  impl_->changed.notify_all();
  for (std::thread& thread : impl_->workers) thread.join();
  if (impl_->dispatcher.joinable()) impl_->dispatcher.join();
}

void Runner::handle(std::string_view kind, Handler handler) {
  MS_CHECK(!impl_->dispatcher.joinable());
  Known one;
  one.handler = std::move(handler);
  const auto runs = [&](std::string_view outcome) {
    return &impl_->metrics.counter("jobs_runs_total", "Runs of jobs, by their end.",
                                   {{"kind", kind}, {"outcome", outcome}});
  };
  one.done = runs("done");
  one.failed = runs("failed");
  one.dead = runs("dead");
  one.run_time = &impl_->metrics.histogram("jobs_run_seconds", "How long jobs ran.", seconds,
                                           {{"kind", kind}});
  MS_CHECK(impl_->known.emplace(std::string{kind}, std::move(one)).second);
  impl_->kinds.emplace_back(kind);
}

Result<> Runner::every(Schedule schedule) {
  auto cron = Cron::parse(schedule.cron);
  if (cron.has_error()) {
    return cron.error().with_detail("schedule " + schedule.name + ": " + cron.error().detail());
  }
  const TimeZone* zone = impl_->zones.find(schedule.zone);
  if (zone == nullptr) {
    return Error{Errc::refused, "schedule " + schedule.name + ": no time zone is named " +
                                    schedule.zone + " (IANA names, as Europe/Berlin)"};
  }
  Plan plan{std::move(schedule), std::move(*cron), zone};
  impl_->plan_next(plan, impl_->clock.wall());
  impl_->plans.push_back(std::move(plan));
  return {};
}

void Runner::start() {
  if (impl_->options.threads == 0) return;
  impl_->dispatcher = std::thread{[this] { impl_->run_dispatcher(); }};
  for (std::size_t i = 0; i < impl_->options.threads; ++i) {
    impl_->workers.emplace_back([this] { impl_->work(); });
  }
}

void Runner::wake() {
  {
    MutexLock lock{impl_->mutex};
    impl_->woken = true;
  }
  impl_->changed.notify_all();
}

bool Runner::stopping() const { return impl_->stopping; }

bool Runner::stop(Millis deadline) {
  impl_->stopping = true;
  if (!impl_->dispatcher.joinable()) return true;
  wake();
  {
    MutexLock lock{impl_->mutex};
    const auto until = std::chrono::steady_clock::now() + deadline;
    // Those taken and not begun go on too: few, and theirs is the lease.
    while (impl_->looking || !impl_->under_way.empty()) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left.count() <= 0) return false;
      lock.wait_for(impl_->changed, left);
    }
    impl_->workers_end = true;
  }
  impl_->changed.notify_all();
  for (std::thread& thread : impl_->workers) thread.join();
  impl_->workers.clear();
  impl_->dispatcher.join();
  return true;
}

void Runner::Impl::run_dispatcher() {
  ::pthread_setname_np(::pthread_self(), "jobs");
  for (;;) {
    prolong_leases();
    if (!stopping) {
      tick_schedules();
      look();
      keep_house();
    }
    MutexLock lock{mutex};
    const auto until = std::chrono::steady_clock::now() + longest_pause();
    while (!woken && !workers_end) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left.count() <= 0) break;
      lock.wait_for(changed, left);
    }
    woken = false;
    if (workers_end) return;
  }
}

/// Until the table is looked at again, a lease must be prolonged, or a schedule is due.
Micros Runner::Impl::longest_pause() const {
  Micros pause = std::min(options.poll, options.lease / 3);
  for (const Plan& plan : plans) {
    pause = std::min(pause, std::max(plan.next - clock.wall(), Micros{Millis{1}}));
  }
  return pause;
}

/// Logs the first of a row of failures, and the end of the row.
void Runner::Impl::note(const char* event, const Result<>& outcome) {
  if (outcome.has_error() && !troubled) {
    log.warning(event, {{"error", outcome.error().message()}});
  }
  if (outcome.has_value() && troubled) log.info("jobs.store.back");
  troubled = outcome.has_error();
}

Result<> Runner::Impl::in_table(UniqueFunction<Result<>(Table&)> work) {
  return store.write_now([this, &work](store::Session& session) -> Result<> {
    Table table{session, store.engine()};
    return work(table);
  });
}

Table::Claim Runner::Impl::claim_for(std::size_t jobs_max) const {
  const SystemTime now = clock.wall();
  return {worker, kinds, options.queues, jobs_max, now, now + options.lease};
}

/// Takes as many due jobs as workers are free. A reader looks first, so that an idle process never
/// takes the writer's lock.
void Runner::Impl::look() {
  std::size_t room = options.threads;
  {
    MutexLock lock{mutex};
    if (stopping) return;
    looking = true;
    room -= std::min(room, under_way.size());
  }
  bool has_work = false;
  const auto looked = store.read([&](store::Session& session) -> Result<> {
    const std::vector<std::string> none;
    Table table{session, store.engine()};
    MS_TRY(has_work, table.has_work(room > 0 ? kinds : none, options.queues, clock.wall()));
    return {};
  });
  note("jobs.store.failed", looked);
  if (has_work) claim(room);
  {
    MutexLock lock{mutex};
    looking = false;
  }
  changed.notify_all();
}

void Runner::Impl::claim(std::size_t jobs_max) {
  std::vector<Job> jobs;
  std::size_t vanished = 0;
  const auto outcome = in_table([&](Table& table) -> Result<> {
    MS_TRY(vanished, table.settle(clock.wall()));
    MS_TRY(jobs, table.claim(claim_for(jobs_max)));
    return {};
  });
  note("jobs.store.failed", outcome);
  if (outcome.has_error()) return;
  if (vanished > 0) {
    lost.add(vanished);
    log.warning("jobs.lost", {{"count", vanished}, {"reason", "their worker vanished"}});
  }
  {
    MutexLock lock{mutex};
    for (Job& job : jobs) {
      under_way.push_back(job.id);
      taken.push_back(std::move(job));
    }
  }
  changed.notify_all();
}

/// Between attempts; ends early when something else happens.
void Runner::Impl::pause(Millis time) {
  MutexLock lock{mutex};
  lock.wait_for(changed, time);
}

void Runner::Impl::prolong_leases() {
  const SteadyTime now = clock.steady();
  {
    MutexLock lock{mutex};
    if (under_way.empty()) {
      prolonged = now;
      return;
    }
  }
  if (now - prolonged < options.lease / 3) return;
  const auto outcome = prolong();
  note("jobs.store.failed", outcome);
  if (outcome.has_value()) prolonged = now;
}

/// Of those that are under way, not of all that the table says are ours: a claim whose commit was
/// lost to us may have happened.
Result<> Runner::Impl::prolong() {
  std::vector<std::string> ids;
  {
    MutexLock lock{mutex};
    ids = under_way;
  }
  return in_table([&](Table& table) -> Result<> {
    return table.prolong(ids, worker, clock.wall() + options.lease);
  });
}

void Runner::Impl::keep_house() {
  const SteadyTime now = clock.steady();
  if (house_kept != SteadyTime{} && now - house_kept < housekeeping_every) return;
  house_kept = now;
  count();
  const KeepEnded keep{options.keep_done, options.keep_dead, options.keep_rows};
  const auto outcome = in_table([&](Table& table) -> Result<> {
    MS_TRY([[maybe_unused]] const auto removed, table.prune(keep, clock.wall()));
    return {};
  });
  note("jobs.store.failed", outcome);
}

void Runner::Impl::count() {
  Table::Counts counts;
  const auto outcome = store.read([&](store::Session& session) -> Result<> {
    MS_TRY(counts, Table(session, store.engine()).count(kinds));
    return {};
  });
  note("jobs.store.failed", outcome);
  if (outcome.has_error()) return;
  for (const State state : {State::scheduled, State::queued, State::running, State::dead}) {
    metrics.gauge("jobs", jobs_help, {{"state", name_of(state)}}).set(counts.of[state]);
  }
  metrics.gauge("jobs_unknown_kind", "Queued jobs whose kind this process does not know.")
      .set(counts.unknown_kind);
  if (counts.an_unknown_kind == told_unknown) return;
  told_unknown = counts.an_unknown_kind;
  if (told_unknown.empty()) return;
  log.warning("jobs.unknown_kind", {{"kind", told_unknown},
                                    {"count", counts.unknown_kind},
                                    {"reason", "no handler in this program; they wait"}});
}

void Runner::Impl::plan_next(Plan& plan, SystemTime now) {
  const auto next = plan.cron.next(*plan.zone, whole_seconds(now));
  plan.next = next ? moment(*next) : SystemTime::max();
}

/// At its time, and once at the start for what was missed.
void Runner::Impl::tick(Plan& plan, SystemTime now) {
  const Schedule& schedule = plan.schedule;
  const auto outcome = store.write_now([&](store::Session& session) -> Result<> {
    Table table{session, store.engine()};
    MS_TRY(const auto last, table.last_tick(schedule.name));
    if (!last) {
      MS_TRY([[maybe_unused]] const bool is_new, table.take_tick(schedule.name, now));
      return {};  // a new one begins now
    }
    const auto due = plan.cron.newest(*plan.zone, whole_seconds(*last), whole_seconds(now));
    if (!due) return {};
    MS_TRY(const bool is_ours, table.take_tick(schedule.name, moment(*due)));
    if (!is_ours) return {};
    MS_TRY([[maybe_unused]] const auto added,
           enqueue(session, schedule.kind, schedule.payload, schedule.options, now));
    return {};
  });
  note("jobs.store.failed", outcome);
  if (outcome.has_error()) return;
  plan.is_known = true;
  plan_next(plan, now);
}

void Runner::Impl::tick_schedules() {
  const SystemTime now = clock.wall();
  for (Plan& plan : plans) {
    const bool is_due = plan.next <= now;
    if (is_due || !plan.is_known) tick(plan, now);
  }
}

void Runner::Impl::work() {
  ::pthread_setname_np(::pthread_self(), "jobs.worker");
  for (;;) {
    Job job;
    {
      MutexLock lock{mutex};
      while (taken.empty() && !workers_end) lock.wait(changed);
      if (taken.empty()) return;
      job = std::move(taken.front());
      taken.pop_front();
    }
    (void)run(job);
    {
      MutexLock lock{mutex};
      std::erase(under_way, job.id);
      woken = true;  // there is room for another
    }
    changed.notify_all();
  }
}

Result<> Runner::Impl::run(const Job& job) {
  const auto found = known.find(job.kind);
  MS_CHECK(found != known.end());
  wait_time.observe(std::max(job.started_at - job.run_at, Micros{0}));
  const SteadyTime begin = clock.steady();
  Result<> outcome = call(found->second, job);
  found->second.run_time->observe(std::chrono::duration_cast<Micros>(clock.steady() - begin));
  end(found->second, job, outcome);
  return outcome;
}

/// For commands: nobody else prolongs the lease.
Result<> Runner::Impl::run_here(const Job& job) {
  {
    MutexLock lock{mutex};
    under_way.push_back(job.id);
  }
  Ticker leases{"jobs.lease", options.lease / 3, [this] { (void)prolong(); }};
  leases.start();
  Result<> outcome = run(job);
  leases.stop();
  MutexLock lock{mutex};
  std::erase(under_way, job.id);
  return outcome;
}

Result<> Runner::Impl::call(const Known& one, const Job& job) {
  try {
    return one.handler(job);
  } catch (const std::exception& thrown) {
    return Error{Errc::failed, std::string{"exception: "} + thrown.what()};
  }
}

RunEnd Runner::Impl::verdict(const Job& job, const Result<>& outcome) {
  if (outcome.has_value()) return {};
  RunEnd ended;
  ended.error = message_of(outcome);
  const std::int64_t failures = job.failures + 1;
  if (failures >= job.failures_max || outcome.error().is(Errc::give_up)) return ended;
  auto numbers = random.lock();
  ended.next_run_at = clock.wall() + backoff(failures, options.retry, numbers->next());
  return ended;
}

/// When the store refuses for long, the lease passes and the job runs again.
void Runner::Impl::end(const Known& one, const Job& job, const Result<>& outcome) {
  const RunEnd ended = verdict(job, outcome);
  bool is_ours = false;
  Result<> written;
  for (int attempt = 0; attempt < end_attempts_max; ++attempt) {
    written = in_table([&](Table& table) -> Result<> {
      MS_TRY(is_ours, table.end_run(job, worker, ended, clock.wall()));
      return {};
    });
    if (written.has_value() || !written.error().retryable()) break;
    if (written.error().is(store::Errc::stopped)) break;
    pause(Millis{100 << attempt});
  }
  if (written.has_error() || !is_ours) {
    log.warning("jobs.end.lost",
                {{"job", job.id},
                 {"kind", job.kind},
                 {"reason", written.has_error() ? written.error().message()
                                                : std::string{"its lease had passed"}}});
    return;
  }
  tell_end(one, job, ended);
}

void Runner::Impl::tell_end(const Known& one, const Job& job, const RunEnd& ended) {
  if (!ended.error) return one.done->add();
  const std::int64_t failures = job.failures + 1;
  if (ended.next_run_at) {
    one.failed->add();
    log.warning(
        "jobs.failed",
        {{"job", job.id}, {"kind", job.kind}, {"failures", failures}, {"error", *ended.error}});
  } else {
    one.dead->add();
    log.error(
        "jobs.dead",
        {{"job", job.id}, {"kind", job.kind}, {"failures", failures}, {"error", *ended.error}});
  }
}

Result<Runner::Ran> Runner::run_due(std::size_t jobs_max) {
  Ran ran;
  impl_->tick_schedules();
  while (ran.done + ran.failed < jobs_max) {
    std::vector<Job> jobs;
    MS_TRY_VOID(impl_->in_table([&](Table& table) -> Result<> {
      MS_TRY([[maybe_unused]] const auto lost, table.settle(impl_->clock.wall()));
      MS_TRY(jobs, table.claim(impl_->claim_for(1)));
      return {};
    }));
    if (jobs.empty()) break;
    ++(impl_->run_here(jobs.front()).has_value() ? ran.done : ran.failed);
  }
  return ran;
}

Result<> Runner::run_one(std::string_view id) {
  Job job;
  MS_TRY_VOID(impl_->in_table([&](Table& table) -> Result<> {
    MS_TRY(const auto found, table.list({.id = std::string{id}}));
    if (!found.empty() && !impl_->known.contains(found.front().job.kind)) {
      return Error{Errc::not_now,
                   "this program has no handler for its kind, " + found.front().job.kind};
    }
    MS_TRY(job, table.claim_one(id, impl_->claim_for(1)));
    return {};
  }));
  return impl_->run_here(job);
}

}  // namespace mainstay::jobs
