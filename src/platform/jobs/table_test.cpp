#include "platform/jobs/table.hpp"

#include <doctest/doctest.h>

#include "platform/jobs/jobs_fixture.hpp"

namespace mainstay::jobs::table_test {
namespace {

std::vector<Job> claimed(store::Store& store, SystemTime now, std::size_t jobs_max = 10,
                         std::vector<std::string> kinds = {"a", "b"},
                         std::vector<std::string> queues = {}) {
  std::vector<Job> jobs;
  in_table(store, [&](Table& table) -> Result<> {
    MS_TRY([[maybe_unused]] const auto lost, table.settle(now));
    MS_TRY(jobs, table.claim({"w1", std::move(kinds), std::move(queues), jobs_max, now,
                              now + Seconds{60}}));
    return {};
  });
  return jobs;
}

bool ended(store::Store& store, const Job& job, const RunEnd& end, SystemTime now,
           const char* worker = "w1") {
  bool is_ours = false;
  in_table(store, [&](Table& table) -> Result<> {
    MS_TRY(is_ours, table.end_run(job, worker, end, now));
    return {};
  });
  return is_ours;
}

Error error_of(store::Store& store, const std::function<Result<>(Table&)>& work) {
  const auto outcome = store.write_now([&](store::Session& session) -> Result<> {
    Table table{session, store.engine()};
    return work(table);
  });
  REQUIRE(outcome.has_error());
  return outcome.error();
}

std::vector<std::string> payloads(const std::vector<Job>& jobs) {
  std::vector<std::string> out;
  for (const Job& job : jobs) out.push_back(job.payload);
  return out;
}

TEST_CASE_TEMPLATE("jobs table: claims take the best first, each once", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  added(*store, "a", "later", {.run_at = noon + Seconds{30}});
  added(*store, "a", "second", {}, noon - Seconds{1});
  added(*store, "b", "first", {.priority = 5});
  added(*store, "a", "third");
  added(*store, "stranger", "nobody's", {.priority = 9});
  CHECK(payloads(claimed(*store, noon, 2)) == std::vector<std::string>{"first", "second"});
  CHECK(payloads(claimed(*store, noon)) == std::vector<std::string>{"third"});
  CHECK(claimed(*store, noon).empty());
  CHECK(payloads(claimed(*store, noon + Seconds{30})) == std::vector<std::string>{"later"});
  added(*store, "a", "other", {.queue = "mail"});
  CHECK(claimed(*store, noon, 10, {"a"}, {"default"}).empty());
  CHECK(claimed(*store, noon, 10, {}).empty());
  CHECK(claimed(*store, noon, 10, {"a"}, {"default", "mail"}).size() == 1);
}

TEST_CASE_TEMPLATE("jobs table: a job that is done stays as history", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto plain = added(*store, "a", "text");
  const auto secret = added(*store, "b", "hidden", {.is_secret = true});
  CHECK(only(*store, secret.id).job.payload.empty());
  for (const Job& job : claimed(*store, noon)) {
    CHECK(job.payload == (job.kind == "a" ? "text" : "hidden"));
    CHECK(ended(*store, job, {}, noon + Seconds{1}));
    CHECK_FALSE(ended(*store, job, {}, noon + Seconds{2}));
  }
  const auto done = only(*store, plain.id);
  CHECK(done.state == State::done);
  CHECK(done.job.payload == "text");
  CHECK(done.ended_at == noon + Seconds{1});
  CHECK(done.started_at == noon);
  CHECK(done.worker.empty());
  std::string stored = "?";
  in_table(*store, [&](Table&) -> Result<> { return {}; });
  require_done(store->read([&](store::Session& session) -> Result<> {
    MS_TRY(const auto rows, session.query("SELECT payload FROM jobs WHERE id = $1", {secret.id}));
    stored = std::get<std::string>(rows[0][0]);
    return {};
  }));
  CHECK(stored.empty());
}

TEST_CASE_TEMPLATE("jobs table: failed ones come back, then are dead", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto job = added(*store, "a");
  CHECK(ended(*store, claimed(*store, noon)[0], {"broke", noon + Seconds{10}}, noon));
  CHECK(only(*store, job.id).state == State::scheduled);
  CHECK(only(*store, job.id).last_error == "broke");
  CHECK(claimed(*store, noon + Seconds{9}).empty());
  const auto again = claimed(*store, noon + Seconds{10});
  REQUIRE(again.size() == 1);
  CHECK(again[0].failures == 1);
  CHECK(ended(*store, again[0], {std::string(5'000, 'x'), {}}, noon + Seconds{11}));
  const auto dead = only(*store, job.id);
  CHECK(dead.state == State::dead);
  CHECK(dead.job.failures == 2);
  CHECK(dead.last_error.size() == limits.error_bytes_max);
  CHECK(claimed(*store, noon + Seconds{99'999}).empty());
}

TEST_CASE_TEMPLATE("jobs table: a vanished worker's job runs again", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto job = added(*store, "a", "", {.failures_max = 1});
  const auto first = claimed(*store, noon);
  in_table(*store, [&](Table& table) {
    return table.prolong(std::vector{job.id, std::string{"other"}}, "w1", noon + Seconds{90});
  });
  CHECK(claimed(*store, noon + Seconds{89}).empty());
  const auto second = claimed(*store, noon + Seconds{90});
  REQUIRE(second.size() == 1);
  CHECK(second[0].losses == 1);
  CHECK_FALSE(ended(*store, first[0], {}, noon + Seconds{91}));  // whoever comes back late
  CHECK(ended(*store, second[0], {}, noon + Seconds{92}));
}

TEST_CASE_TEMPLATE("jobs table: one that takes ten workers along is dead", Database,
                   JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto job = added(*store, "a");
  SystemTime now = noon;
  for (int i = 0; i < 10; ++i, now += Seconds{60}) REQUIRE(claimed(*store, now).size() == 1);
  CHECK(claimed(*store, now).empty());
  CHECK(only(*store, job.id).state == State::dead);
  CHECK(only(*store, job.id).last_error == "the worker vanished");
}

TEST_CASE_TEMPLATE("jobs table: a unique key holds while its job waits or runs", Database,
                   JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const Options unique{.unique_key = "k"};
  const auto first = added(*store, "a", "1", unique, noon - Seconds{1});
  CHECK(first.is_new);
  const auto second = added(*store, "a", "2", unique);
  CHECK_FALSE(second.is_new);
  CHECK(second.id == first.id);
  CHECK(added(*store, "b", "3", unique).is_new);
  CHECK(added(*store, "a", "4").is_new);
  const auto running = claimed(*store, noon, 1);
  CHECK_FALSE(added(*store, "a", "5", unique).is_new);
  CHECK(ended(*store, running[0], {"broke", {}}, noon));
  CHECK(added(*store, "a", "6", unique).is_new);
  CHECK(error_of(*store, [&](Table& table) { return table.retry(first.id, noon); })
            .detail()
            .find("unique key") != std::string::npos);
}

TEST_CASE_TEMPLATE("jobs table: retry and cancel say what they cannot", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto job = added(*store, "a", "x", {.run_at = noon + Seconds{600}, .is_secret = true});
  in_table(*store, [&](Table& table) { return table.retry(job.id, noon); });
  CHECK(only(*store, job.id).state == State::queued);
  const auto runs = claimed(*store, noon);
  const auto no_retry = [&] {
    return error_of(*store, [&](Table& table) { return table.retry(job.id, noon); });
  };
  const auto no_cancel = [&](std::string_view id) {
    return error_of(*store, [&](Table& table) { return table.cancel(id, noon); });
  };
  CHECK(no_retry().detail().starts_with("it is running"));
  CHECK(no_cancel(job.id).is(Errc::not_now));
  CHECK(ended(*store, runs[0], {"broke", {}}, noon));
  in_table(*store, [&](Table& table) { return table.retry(job.id, noon); });
  CHECK(only(*store, job.id).job.failures == 0);
  in_table(*store, [&](Table& table) { return table.cancel(job.id, noon); });
  CHECK(only(*store, job.id).state == State::cancelled);
  CHECK(no_retry().detail().find("payload is gone") != std::string::npos);
  CHECK(no_cancel("nothing").is(Errc::unknown));
}

TEST_CASE_TEMPLATE("jobs table: one job is taken by its id", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto job = added(*store, "a", "x", {.run_at = noon + Seconds{600}});
  const Table::Claim claim{"w1", {"a"}, {}, 1, noon, noon + Seconds{60}};
  in_table(*store, [&](Table& table) -> Result<> {
    MS_TRY(const auto taken, table.claim_one(job.id, claim));
    CHECK(taken.payload == "x");
    return {};
  });
  const auto refused = [&](const std::string& id) {
    return error_of(*store, [&](Table& table) -> Result<> {
      MS_TRY([[maybe_unused]] const auto taken, table.claim_one(id, claim));
      return {};
    });
  };
  CHECK(refused(job.id).is(Errc::not_now));
  CHECK(refused("none").is(Errc::unknown));
}

TEST_CASE_TEMPLATE("jobs table: history is kept by age and number", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  for (int i = 0; i < 10; ++i) {
    added(*store, i < 6 ? "a" : "b");
    const auto job = claimed(*store, noon);
    const auto at = noon + Seconds{i};
    CHECK(ended(*store, job[0], i < 6 ? RunEnd{} : RunEnd{"broke", {}}, at));
  }
  added(*store, "waits");
  const auto prune = [&](const KeepEnded& keep, SystemTime now) {
    in_table(*store, [&](Table& table) -> Result<> {
      MS_TRY([[maybe_unused]] const auto removed, table.prune(keep, now));
      return {};
    });
    return listed(*store).size();
  };
  CHECK(prune({Seconds{60}, Seconds{60}, 100}, noon + Seconds{60}) == 11);
  CHECK(prune({Seconds{60}, Seconds{600}, 100}, noon + Seconds{63}) == 8);
  CHECK(prune({Seconds{600}, Seconds{600}, 2}, noon + Seconds{63}) == 5);
  CHECK(prune({Seconds{0}, Seconds{0}, 0}, noon + Seconds{63}) == 1);
}

TEST_CASE_TEMPLATE("jobs table: counts, filters and jobs of unknown kinds", Database,
                   JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  added(*store, "a");
  added(*store, "x");
  added(*store, "y");
  added(*store, "a", "", {.run_at = noon + Seconds{1}});
  in_table(*store, [](Table& table) -> Result<> {
    const std::vector<std::string> kinds{"a", "b"};
    MS_TRY(auto counts, table.count(kinds));
    CHECK(counts.of[State::queued] == 3);
    CHECK(counts.of[State::scheduled] == 1);
    CHECK(counts.unknown_kind == 2);
    CHECK(counts.an_unknown_kind == "x");
    MS_TRY(counts, table.count({}));
    CHECK(counts.unknown_kind == 3);
    MS_TRY(const bool ours, table.has_work(kinds, {}, noon));
    CHECK(ours);
    MS_TRY(const bool mail, table.has_work(kinds, std::vector<std::string>{"mail"}, noon));
    CHECK_FALSE(mail);
    MS_TRY(const bool later, table.has_work({}, {}, noon + Seconds{1}));
    CHECK(later);
    return {};
  });
  CHECK(listed(*store, {.kind = "a"}).size() == 2);
  CHECK(listed(*store, {.state = State::queued, .kind = "a"}).size() == 1);
  CHECK(listed(*store, {.rows_max = 3}).size() == 3);
}

TEST_CASE_TEMPLATE("jobs table: a tick is one caller's", Database, JOBS_DATABASES) {
  const Database database;
  if (!database.is_there()) return;
  const auto store = opened(database);
  const auto take = [&](SystemTime tick) {
    bool is_ours = false;
    in_table(*store, [&](Table& table) -> Result<> {
      MS_TRY(is_ours, table.take_tick("nightly", tick));
      return {};
    });
    return is_ours;
  };
  CHECK(take(noon));
  CHECK_FALSE(take(noon));
  CHECK_FALSE(take(noon - Seconds{60}));
  CHECK(take(noon + Seconds{60}));
  in_table(*store, [](Table& table) -> Result<> {
    MS_TRY(const auto last, table.last_tick("nightly"));
    CHECK(last == noon + Seconds{60});
    MS_TRY(const auto none, table.last_tick("other"));
    CHECK_FALSE(none);
    return {};
  });
}

TEST_CASE("jobs: what is beyond the limits is refused") {
  const SqliteOnFile database;
  const auto store = opened(database);
  const auto refused = [&](std::string_view kind, std::string_view payload,
                           const Options& options) {
    const auto outcome = store->write_now([&](store::Session& session) -> Result<> {
      MS_TRY([[maybe_unused]] const auto id, enqueue(session, kind, payload, options, noon));
      return {};
    });
    return outcome.has_error() && outcome.error().is(Errc::refused);
  };
  CHECK_FALSE(refused("a.b_c-1", "", {}));
  CHECK(refused("", "", {}));
  CHECK(refused("A", "", {}));
  CHECK(refused("a b", "", {}));
  CHECK(refused(std::string(65, 'a'), "", {}));
  CHECK(refused("a", std::string((1U << 20U) + 1, 'x'), {}));
  CHECK(refused("a", "\xff", {}));
  CHECK(refused("a", std::string_view{"a\0b", 3}, {}));
  CHECK(refused("a", "", {.queue = "no queue"}));
  CHECK(refused("a", "", {.unique_key = ""}));
  CHECK(refused("a", "", {.unique_key = std::string(256, 'k')}));
  CHECK(refused("a", "", {.failures_max = 0}));
  CHECK(refused("a", "", {.failures_max = 101}));
  CHECK(refused("a", "", {.priority = 1'001}));
  CHECK(refused("a", "", {.priority = -1'001}));
}

}  // namespace
}  // namespace mainstay::jobs::table_test
