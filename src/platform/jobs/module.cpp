#include "platform/jobs/module.hpp"

#include "platform/core/platform.hpp"
#include "platform/jobs/job.hpp"
#include "platform/log/log.hpp"

namespace mainstay::jobs {

using settings::Kind;

std::vector<settings::Spec> Module::setting_specs() const {
  constexpr std::int64_t hour_ms = 3'600'000;
  return {
      {.key = "jobs.threads",
       .kind = Kind::integer,
       .fallback = "2",
       .help = "jobs that run at once in this process; 0: it runs none, another does",
       .least = 0,
       .most = 256},
      {.key = "jobs.queues",
       .kind = Kind::list,
       .help = "names of the queues whose jobs this process runs; empty: of all"},
      {.key = "jobs.poll",
       .kind = Kind::duration,
       .fallback = "1s",
       .help = "how often the table is looked at for jobs that are due",
       .least = 10,
       .most = hour_ms},
      {.key = "jobs.lease",
       .kind = Kind::duration,
       .fallback = "60s",
       .help = "a job whose process has vanished for so long runs again",
       .least = 300,
       .most = hour_ms},
      {.key = "jobs.drain",
       .kind = Kind::duration,
       .fallback = "4s",
       .help = "how long a stop waits for running jobs; those that go on run again elsewhere",
       .least = 0,
       .most = hour_ms},
      {.key = "jobs.retry_first",
       .kind = Kind::duration,
       .fallback = "10s",
       .help = "the pause behind a job's first failure, doubled with each further one",
       .least = 1,
       .most = 24 * hour_ms},
      {.key = "jobs.retry_most",
       .kind = Kind::duration,
       .fallback = "1h",
       .help = "the longest pause between two runs of a job that fails",
       .least = 1,
       .most = 24 * hour_ms},
      {.key = "jobs.keep_done",
       .kind = Kind::duration,
       .fallback = "7d",
       .help = "how long jobs that are done or cancelled are kept, for people to see",
       .least = 0},
      {.key = "jobs.keep_dead",
       .kind = Kind::duration,
       .fallback = "60d",
       .help = "how long jobs that failed too often are kept, for `jobs retry`",
       .least = 0},
      {.key = "jobs.keep_rows",
       .kind = Kind::integer,
       .fallback = "10000",
       .help = "how many jobs that are done are kept at most, and of dead ones too",
       .least = 0,
       .most = 10'000'000},
  };
}

std::vector<store::Migration> Module::migrations() const {
  const auto all = jobs::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const { return jobs::commands(); }

RunnerOptions runner_options(const settings::Settings& settings) {
  RunnerOptions options;
  options.threads = static_cast<std::size_t>(settings.integer("jobs.threads"));
  options.queues = settings.list("jobs.queues");
  options.poll = settings.duration("jobs.poll");
  options.lease = settings.duration("jobs.lease");
  options.retry = {settings.duration("jobs.retry_first"), settings.duration("jobs.retry_most")};
  options.keep_done = settings.duration("jobs.keep_done");
  options.keep_dead = settings.duration("jobs.keep_dead");
  options.keep_rows = settings.integer("jobs.keep_rows");
  return options;
}

Result<> Module::start(Platform& platform) {
  platform_ = &platform;
  runner_ = std::make_unique<Runner>(platform.store, platform.clock, platform.log, platform.metrics,
                                     runner_options(platform.settings));
  platform.jobs = runner_.get();
  return {};
}

Result<> Module::run() {
  runner_->start();
  return {};
}

void Module::drain() {
  if (runner_ == nullptr || runner_->stop(platform_->settings.duration("jobs.drain"))) return;
  platform_->log.warning("jobs.still_running",
                         {{"advice", "handlers end soon after Runner::stopping()"}});
}

/// Whatever handlers use is there until they have ended.
Result<> Module::stop() {
  runner_.reset();
  return {};
}

}  // namespace mainstay::jobs
