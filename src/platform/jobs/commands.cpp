#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "platform/core/platform.hpp"
#include "platform/jobs/module.hpp"
#include "platform/jobs/table.hpp"
#include "platform/json/json.hpp"
#include "platform/program/foreground.hpp"
#include "platform/program/product.hpp"
#include "platform/program/stores.hpp"
#include "platform/program/table.hpp"
#include "platform/store/rehearsal.hpp"

namespace mainstay::jobs {
namespace {

constexpr std::int64_t listed_fallback = 50;
constexpr std::int64_t run_fallback = 1'000;

/// Runs `work` on the table; of a dry run all is undone.
Result<> in_table(const Call& call, const std::function<Result<>(Table&)>& work,
                  bool dry_run = false) {
  const MachineClock clock;
  MS_TRY(const auto store, open_current_store(call.product, *call.settings, clock.wall()));
  store::Rehearsal rehearsal{*store};
  store::Store& used = dry_run ? rehearsal : *store;
  return used.write_now([&](store::Session& session) -> Result<> {
    Table table{session, store->engine()};
    return work(table);
  });
}

json::Value time_value(const std::optional<SystemTime>& at) {
  return at ? json::Value{utc_text(*at)} : json::Value{};
}

json::Value to_json(const Listed& listed) {
  const Job& job = listed.job;
  return json::Object{
      {"id", job.id},
      {"kind", job.kind},
      {"queue", job.queue},
      {"state", name_of(listed.state)},
      {"priority", listed.priority},
      {"failures", job.failures},
      {"failures_max", job.failures_max},
      {"losses", job.losses},
      {"made_at", utc_text(listed.made_at)},
      {"run_at", utc_text(job.run_at)},
      {"started_at", time_value(listed.started_at)},
      {"ended_at", time_value(listed.ended_at)},
      {"lease_until", time_value(listed.lease_until)},
      {"worker", listed.worker},
      {"unique_key", listed.unique_key ? json::Value{*listed.unique_key} : json::Value{}},
      {"last_error", listed.last_error},
      {"payload", listed.is_secret ? json::Value{} : json::Value{job.payload}}};
}

int print(const std::vector<Listed>& found, bool as_json) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{
      {"id", "kind", "queue", "state", "failures", "run at", "last error"}};
  for (const Listed& one : found) {
    array.push_back(to_json(one));
    std::string error = one.last_error.substr(0, 60);
    for (char& c : error) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    rows.push_back({one.job.id, one.job.kind, one.job.queue, std::string{name_of(one.state)},
                    std::to_string(one.job.failures) + "/" + std::to_string(one.job.failures_max),
                    utc_text(one.job.run_at), std::move(error)});
  }
  if (as_json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else {
    print_table(rows);
  }
  return exit_ok;
}

int run_list(const Call& call) {
  Filter filter;
  if (const std::string& state = call.text("--state"); !state.empty()) {
    filter.state = parse_state(state);
    if (!filter.state) {
      return call.fail(
          "--state is scheduled, queued, running, done, dead or cancelled, not " + state,
          exit_usage);
    }
  }
  if (const std::string& kind = call.text("--kind"); !kind.empty()) filter.kind = kind;
  filter.rows_max = static_cast<std::size_t>(call.number("--limit", listed_fallback));
  std::vector<Listed> found;
  const auto outcome = in_table(call, [&](Table& table) -> Result<> {
    MS_TRY(found, table.list(filter));
    return {};
  });
  if (outcome.has_error()) return call.fail(outcome.error());
  return print(found, call.json);
}

/// With the handlers of all modules.
Result<std::unique_ptr<Runner>> open_runner(const Call& call, Foreground& here) {
  MS_TRY_VOID(here.open());
  Platform& platform = here.platform();
  auto runner = std::make_unique<Runner>(platform.store, platform.clock, platform.log,
                                         platform.metrics, runner_options(platform.settings));
  platform.jobs = runner.get();
  for (const auto& module : call.product.modules) {
    MS_TRY_VOID(module->add_jobs(*runner, platform));
  }
  return runner;
}

int run_jobs(const Call& call) {
  Foreground here{call};
  const auto runner = open_runner(call, here);
  if (runner.has_error()) return call.fail(runner.error());
  if (const std::string& id = call.text("id"); !id.empty()) {
    const auto outcome = (*runner)->run_one(id);
    if (outcome.has_error()) return call.fail(outcome.error());
    std::printf(call.json ? "{\"done\":1,\"failed\":0}\n" : "done\n");
    return exit_ok;
  }
  const auto ran = (*runner)->run_due(static_cast<std::size_t>(call.number("--max", run_fallback)));
  if (ran.has_error()) return call.fail(ran.error());
  std::printf(call.json ? "{\"done\":%zu,\"failed\":%zu}\n" : "%zu done, %zu failed\n", ran->done,
              ran->failed);
  return ran->failed == 0 ? exit_ok : exit_failed;
}

int run_retry(const Call& call) {
  const bool all = call.has("--dead");
  const bool dry_run = call.has("--dry-run");
  const std::string& id = call.text("id");
  if (all == !id.empty()) {
    return call.fail("say which: the id of one job, or --dead for all dead ones", exit_usage);
  }
  std::vector<std::string> ids{id};
  if (all) {
    ids.clear();
    const auto listed = in_table(call, [&](Table& table) -> Result<> {
      MS_TRY(const auto dead, table.list({.state = State::dead, .rows_max = 10'000}));
      for (const Listed& one : dead) ids.push_back(one.job.id);
      return {};
    });
    if (listed.has_error()) return call.fail(listed.error());
  }
  std::size_t count = 0;
  for (const std::string& one : ids) {
    const auto outcome = in_table(
        call, [&](Table& table) { return table.retry(one, MachineClock{}.wall()); }, dry_run);
    if (outcome.has_error()) call.fail(one + ": " + outcome.error().message());
    count += outcome.has_value() ? 1 : 0;
  }
  if (call.json) {
    std::printf("{\"queued\":%zu}\n", count);
  } else {
    std::printf("%s%zu queued\n", dry_run_lead(dry_run), count);
  }
  return count == ids.size() ? exit_ok : exit_failed;
}

int run_cancel(const Call& call) {
  const bool dry_run = call.has("--dry-run");
  const auto outcome = in_table(
      call, [&](Table& table) { return table.cancel(call.text("id"), MachineClock{}.wall()); },
      dry_run);
  if (outcome.has_error()) return call.fail(outcome.error());
  if (call.json) {
    std::printf("{\"cancelled\":1}\n");
  } else {
    std::printf("%scancelled\n", dry_run_lead(dry_run));
  }
  return exit_ok;
}

}  // namespace

std::vector<Command> commands() {
  const Argument dry_run = dry_run_flag();
  return {
      {.name = "jobs", .help = "work in the background: look at it, run it, try it again"},
      {.name = "jobs list",
       .help = "jobs, newest first",
       .arguments = {text("--state",
                          "only scheduled, queued, running, done, dead or cancelled ones"),
                     text("--kind", "only of this kind, for example mail.send"),
                     number("--limit", "how many at most (default 50)", 1, 10'000)},
       .run = run_list},
      {.name = "jobs run",
       .help = "run one job now, here, due or not; without an id, once all that are due, for cron",
       .arguments = {text("id", "of `jobs list`; empty: all that are due"),
                     number("--max", "how many at most (default 1000)", 1, 1'000'000)},
       .run = run_jobs},
      {.name = "jobs retry",
       .help = "queue a dead, cancelled or waiting job for now, with its failures forgotten",
       .arguments = {text("id", "of `jobs list`"), flag("--dead", "all dead ones"), dry_run},
       .run = run_retry},
      {.name = "jobs cancel",
       .help = "a job that waits will not run",
       .arguments = {required_text("id", "of `jobs list`"), dry_run},
       .run = run_cancel},
  };
}

}  // namespace mainstay::jobs
