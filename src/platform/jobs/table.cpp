#include "platform/jobs/table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "platform/store/columns.hpp"

namespace mainstay::jobs {
namespace {

using store::Row;
using store::Value;

constexpr std::int64_t rows_at_once = 1'000;  // of one settle() or prune(): others wait behind it
constexpr std::int64_t listed_max = 10'000;

std::int64_t number(const Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found != nullptr ? *found : 0;
}

std::string words(const Value& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found != nullptr ? *found : std::string{};
}

SystemTime time(const Value& value) { return SystemTime{Micros{number(value)}}; }

std::optional<SystemTime> optional_time(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return time(value);
}

/// "($3, $4)" for texts appended to `params`.
std::string list_of(std::span<const std::string> texts, std::vector<Value>& params) {
  std::string out;
  for (const std::string& one : texts) {
    params.emplace_back(one);
    out.append(out.empty() ? "($" : ", $").append(std::to_string(params.size()));
  }
  return out + ")";
}

/// " AND kind IN (...) AND queue IN (...)"
std::string served(std::span<const std::string> kinds, std::span<const std::string> queues,
                   std::vector<Value>& params) {
  std::string out = " AND kind IN " + list_of(kinds, params);
  if (!queues.empty()) out += " AND queue IN " + list_of(queues, params);
  return out;
}

Error not_now(State state, std::string_view wish) {
  return {Errc::not_now, "it is " + std::string{name_of(state)} + ", " + std::string{wish}};
}

std::string shortened(std::string text) {
  if (text.size() > limits.error_bytes_max) text.resize(limits.error_bytes_max);
  return text;
}

constexpr std::string_view listed_columns =
    "id, queue, kind, CASE WHEN is_secret = 1 THEN '' ELSE payload END, failures, failures_max, "
    "losses, run_at, state, is_secret, priority, unique_key, made_at, started_at, ended_at, "
    "lease_until, worker, last_error";

Listed listed_of(const Row& row) {
  Listed listed;
  listed.job = {words(row[0]),  words(row[1]),  words(row[2]), words(row[3]), number(row[4]),
                number(row[5]), number(row[6]), time(row[7]),  time(row[13])};
  listed.state = parse_state(words(row[8])).value_or(State::dead);
  listed.is_secret = number(row[9]) != 0;
  listed.priority = number(row[10]);
  if (std::holds_alternative<std::string>(row[11])) listed.unique_key = words(row[11]);
  listed.made_at = time(row[12]);
  listed.started_at = optional_time(row[13]);
  listed.ended_at = optional_time(row[14]);
  listed.lease_until = optional_time(row[15]);
  listed.worker = words(row[16]);
  listed.last_error = words(row[17]);
  return listed;
}

}  // namespace

/// Several processes take rows of the same table: on SQLite one after the other, on PostgreSQL each
/// passes over what another holds.
std::string_view Table::skip_locked() const {
  return engine_ == store::Engine::postgres ? " FOR UPDATE SKIP LOCKED" : "";
}

Result<bool> Table::has_work(std::span<const std::string> kinds,
                             std::span<const std::string> queues, SystemTime now) {
  bool found = false;
  const auto note = [&found](const Row&) { found = true; };
  for (const char* unsettled :
       {"state = 'scheduled' AND run_at", "state = 'running' AND lease_until"}) {
    const std::string sql = std::string{"SELECT 1 FROM jobs WHERE "} + unsettled + " <= $1 LIMIT 1";
    const std::vector<Value> params{store::value_of(now)};
    MS_TRY_VOID(session_.each(sql, params, note));
  }
  if (found || kinds.empty()) return found;
  std::vector<Value> params;
  const std::string sql =
      "SELECT 1 FROM jobs WHERE state = 'queued'" + served(kinds, queues, params) + " LIMIT 1";
  MS_TRY_VOID(session_.each(sql, params, note));
  return found;
}

Result<std::size_t> Table::settle(SystemTime now) {
  const std::string skip{skip_locked()};
  MS_TRY([[maybe_unused]] const auto due,
         session_.execute("UPDATE jobs SET state = 'queued' WHERE id IN (SELECT id FROM jobs WHERE "
                          "state = 'scheduled' "
                          "AND run_at <= $1 ORDER BY run_at LIMIT $2" +
                              skip + ")",
                          {store::value_of(now), rows_at_once}));
  const std::string lost =
      "worker = NULL, lease_until = NULL, losses = losses + 1, "
      "last_error = 'the worker vanished' WHERE id IN (SELECT id FROM jobs WHERE state = 'running' "
      "AND lease_until <= $1 AND losses + 1 ";
  const std::string bound = " $2 ORDER BY lease_until LIMIT $3" + skip + ")";
  MS_TRY(const auto dead,
         session_.execute("UPDATE jobs SET state = 'dead', ended_at = $1, " + lost + ">=" + bound,
                          {store::value_of(now), limits.losses_max, rows_at_once}));
  MS_TRY(const auto back,
         session_.execute("UPDATE jobs SET state = 'queued', " + lost + "<" + bound,
                          {store::value_of(now), limits.losses_max, rows_at_once}));
  return static_cast<std::size_t>(dead + back);
}

/// `chosen`: a SELECT of one column, the ids; $1 to $3 are worker, lease and now.
Result<std::vector<Job>> Table::take(const std::string& chosen, std::vector<Value> params) {
  const std::string sql =
      "WITH chosen (chosen_id) AS MATERIALIZED (" + chosen +
      ") UPDATE jobs SET state = 'running', worker = $1, lease_until = $2, started_at = $3 FROM "
      "chosen WHERE id = chosen_id RETURNING priority, id, queue, kind, payload, failures, "
      "failures_max, losses, run_at, started_at";
  std::vector<std::pair<std::int64_t, Job>> found;  // in no particular order
  MS_TRY_VOID(session_.each(sql, params, [&found](const Row& row) {
    found.emplace_back(number(row[0]), Job{words(row[1]), words(row[2]), words(row[3]),
                                           words(row[4]), number(row[5]), number(row[6]),
                                           number(row[7]), time(row[8]), time(row[9])});
  }));
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return std::tie(a.second.run_at, a.second.id) < std::tie(b.second.run_at, b.second.id);
  });
  std::vector<Job> jobs;
  for (auto& [priority, job] : found) jobs.push_back(std::move(job));
  return jobs;
}

Result<std::vector<Job>> Table::claim(const Claim& claim) {
  if (claim.kinds.empty() || claim.jobs_max == 0) return std::vector<Job>{};
  std::vector<Value> params{claim.worker, store::value_of(claim.lease_until),
                            store::value_of(claim.now), static_cast<std::int64_t>(claim.jobs_max)};
  const std::string chosen = "SELECT id FROM jobs WHERE state = 'queued'" +
                             served(claim.kinds, claim.queues, params) +
                             " ORDER BY priority DESC, run_at, id LIMIT $4";
  return take(chosen + std::string{skip_locked()}, std::move(params));
}

Result<Job> Table::claim_one(std::string_view id, const Claim& claim) {
  MS_TRY(const State state, state_of(id));
  const std::string chosen =
      "SELECT id FROM jobs WHERE id = $4 AND state IN ('queued', 'scheduled')";
  std::vector<Value> params{claim.worker, store::value_of(claim.lease_until),
                            store::value_of(claim.now), store::text(id)};
  MS_TRY(auto jobs, take(chosen + std::string{skip_locked()}, std::move(params)));
  if (jobs.empty()) return not_now(state, "only a waiting job can be run");
  return std::move(jobs.front());
}

Result<bool> Table::end_run(const Job& job, std::string_view worker, const RunEnd& end,
                            SystemTime now) {
  std::string sql = "UPDATE jobs SET worker = NULL, lease_until = NULL, ";
  std::vector<Value> params{job.id, store::text(worker), store::value_of(job.started_at)};
  if (!end.error) {
    params.insert(params.end(), {store::value_of(now)});
    sql +=
        "state = 'done', ended_at = $4, last_error = NULL, payload = CASE WHEN is_secret = 1 THEN "
        "'' ELSE payload END";
  } else {
    params.insert(params.end(),
                  {store::value_of(end.next_run_at.value_or(now)), shortened(*end.error)});
    sql += end.next_run_at ? "state = 'scheduled', run_at = $4" : "state = 'dead', ended_at = $4";
    sql += ", failures = failures + 1, last_error = $5";
  }
  sql += " WHERE id = $1 AND worker = $2 AND started_at = $3 AND state = 'running'";
  MS_TRY(const auto changed, session_.execute(sql, std::span<const Value>{params}));
  return changed == 1;
}

Result<> Table::prolong(std::span<const std::string> ids, std::string_view worker,
                        SystemTime lease_until) {
  if (ids.empty()) return {};
  std::vector<Value> params{store::text(worker), store::value_of(lease_until)};
  const std::string sql =
      "UPDATE jobs SET lease_until = $2 WHERE worker = $1 AND state = 'running' AND id IN " +
      list_of(ids, params);
  MS_TRY([[maybe_unused]] const auto changed,
         session_.execute(sql, std::span<const Value>{params}));
  return {};
}

Result<std::vector<Listed>> Table::list(const Filter& filter) {
  std::vector<Value> params{std::min(static_cast<std::int64_t>(filter.rows_max), listed_max)};
  std::string where;
  const auto add = [&](std::string_view column, std::string_view value) {
    params.push_back(store::text(value));
    where.append(where.empty() ? " WHERE " : " AND ").append(column);
    where.append(" = $").append(std::to_string(params.size()));
  };
  if (filter.state) add("state", name_of(*filter.state));
  if (filter.kind) add("kind", *filter.kind);
  if (filter.id) add("id", *filter.id);
  std::vector<Listed> out;
  const std::string sql =
      "SELECT " + std::string{listed_columns} + " FROM jobs" + where + " ORDER BY id DESC LIMIT $1";
  MS_TRY_VOID(
      session_.each(sql, params, [&out](const Row& row) { out.push_back(listed_of(row)); }));
  return out;
}

Result<State> Table::state_of(std::string_view id) {
  MS_TRY(const auto rows,
         session_.query("SELECT state FROM jobs WHERE id = $1", {store::text(id)}));
  if (rows.empty()) return Error{Errc::unknown, "look at `jobs list`"};
  return parse_state(words(rows[0][0])).value_or(State::dead);
}

Result<> Table::retry(std::string_view id, SystemTime now) {
  MS_TRY(const State state, state_of(id));
  if (state == State::running || state == State::done) {
    return not_now(state, "only a dead, cancelled or waiting job can be retried");
  }
  const auto changed = session_.execute(
      "UPDATE jobs SET state = 'queued', failures = 0, losses = 0, run_at = $2, ended_at = NULL "
      "WHERE id = $1 AND state = $3 AND NOT (is_secret = 1 AND payload = '')",
      {store::text(id), store::value_of(now), store::text(name_of(state))});
  if (changed.has_error() && changed.error().is(store::Errc::constraint)) {
    return Error{Errc::not_now, "another job of its kind and unique key waits or runs"};
  }
  if (changed.has_error()) return changed.error();
  if (*changed == 0) return not_now(state, "and its secret payload is gone, or it has moved on");
  return {};
}

Result<> Table::cancel(std::string_view id, SystemTime now) {
  MS_TRY(const State state, state_of(id));
  MS_TRY(const auto changed,
         session_.execute("UPDATE jobs SET state = 'cancelled', ended_at = $2, payload = CASE WHEN "
                          "is_secret = 1 THEN '' ELSE payload END WHERE id = $1 AND state IN "
                          "('scheduled', 'queued')",
                          {store::text(id), store::value_of(now)}));
  if (changed == 0) return not_now(state, "only a waiting job can be cancelled");
  return {};
}

Result<Table::Counts> Table::count(std::span<const std::string> kinds) {
  Counts counts;
  // One by one, so that each is an index's answer however long the history is.
  for (const State state : {State::scheduled, State::queued, State::running, State::dead}) {
    const std::string sql = "SELECT COUNT(*) FROM jobs WHERE state = '" +
                            std::string{name_of(state)} +
                            (state == State::dead ? "' AND ended_at IS NOT NULL" : "'");
    MS_TRY_VOID(session_.each(
        sql, {}, [&counts, state](const Row& row) { counts.of[state] = number(row[0]); }));
  }
  std::vector<Value> params;
  std::string sql = "SELECT kind, COUNT(*) FROM jobs WHERE state = 'queued'";
  if (!kinds.empty()) sql += " AND kind NOT IN " + list_of(kinds, params);
  MS_TRY_VOID(session_.each(sql + " GROUP BY kind ORDER BY kind", params, [&](const Row& row) {
    counts.unknown_kind += number(row[1]);
    if (counts.an_unknown_kind.empty()) counts.an_unknown_kind = words(row[0]);
  }));
  return counts;
}

Result<std::uint64_t> Table::prune(const KeepEnded& keep, SystemTime now) {
  std::uint64_t removed = 0;
  for (const State state : {State::done, State::cancelled, State::dead}) {
    const Micros age = state == State::dead ? keep.dead_for : keep.done_for;
    const Value of = store::text(name_of(state));
    MS_TRY(
        const auto old,
        session_.execute("DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = $1 AND "
                         "ended_at < $2 ORDER BY ended_at LIMIT $3)",
                         {of, store::value_of(now - age), rows_at_once}));
    MS_TRY(const auto beyond,
           session_.execute("DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = $1 "
                            "AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT $2 OFFSET $3)",
                            {of, rows_at_once, keep.rows_max}));
    removed += old + beyond;
  }
  return removed;
}

Result<std::optional<SystemTime>> Table::last_tick(std::string_view schedule) {
  MS_TRY(const auto rows, session_.query("SELECT last_tick FROM job_schedules WHERE name = $1",
                                         {store::text(schedule)}));
  if (rows.empty()) return std::optional<SystemTime>{};
  return std::optional{time(rows[0][0])};
}

Result<bool> Table::take_tick(std::string_view schedule, SystemTime tick) {
  MS_TRY(const auto added, session_.execute("INSERT INTO job_schedules (name, last_tick) VALUES "
                                            "($1, $2) ON CONFLICT DO NOTHING",
                                            {store::text(schedule), store::value_of(tick)}));
  if (added == 1) return true;
  MS_TRY(const auto moved, session_.execute("UPDATE job_schedules SET last_tick = $2 WHERE name = "
                                            "$1 AND last_tick < $2",
                                            {store::text(schedule), store::value_of(tick)}));
  return moved == 1;
}

}  // namespace mainstay::jobs
