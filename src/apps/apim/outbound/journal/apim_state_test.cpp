#include "apps/apim/outbound/journal/apim_state.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/domain/notices.hpp"
#include "apps/apim/domain/test_catalog.hpp"
#include "base/locked.hpp"
#include "base/random.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::apim::apim_state_test {
namespace {

using journal::MemoryFileSystem;

constexpr UnixSeconds start = 1'795'000'000;

ApimState::Options options() {
  ApimState::Options options;
  options.journal.folder = "/apim";
  options.journal.segment_bytes = 16U << 10U;
  options.journal.sync_every = Millis{3'600'000};  // only when asked
  options.journal.retry_every = Millis{1};
  return options;
}

std::unique_ptr<ApimState> opened(MemoryFileSystem& files) {
  auto state = ApimState::open(options(), files);
  REQUIRE(state.has_value());
  return std::move(*state);
}

void commit(ApimState& state) {
  CHECK(state.commit([] {}));
}

journal::Replay nothing_to_replay() {
  journal::Replay nothing;
  nothing.on_snapshot = [](Bytes, journal::Sequence) -> Result<> { return {}; };
  nothing.on_record = [](journal::Sequence, Bytes) -> Result<> { return {}; };
  return nothing;
}

/// Counts some of what was metered, one record of it, on the application that is named like the
/// provider.
void settle_some(ApimState& state) {
  static Locked<int> turn;  // by one thread at a time
  const auto mine = turn.lock();
  const std::vector<MeteringLedger::Batch> pending = state.metering().pending();
  if (pending.empty()) return;
  const MeteringLedger::Batch& batch = pending.front();
  std::vector<MetricCharge> metrics;
  for (const auto& entry : batch.entries) {
    metrics.push_back({"metered", {entry.authorizations + entry.transactions, false}});
  }
  std::vector<Charge> charges;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    charges.push_back(
        {{"master", batch.entries[i].provider_key}, batch.minute, {&metrics[i], 1}, 0});
  }
  std::vector<Traffic> traffic(charges.size());
  state.metering().settle(batch, charges, traffic);
}

/// A charge under a spike limit, in one of the ways, or a change of consumers' notices.
void change_of_plans(ApimState& state, Random& random, Charge charge, const CallKey& key) {
  SpikeProbe spike{.metric_id = "hits", .rule = {.max = 7, .seconds = 3, .burst = 40}};
  spike.amount = charge.metrics.front().value.amount;
  spike.at = spike.now = charge.at * 1'000'000'000;
  charge.spikes = {&spike, 1};
  Traffic traffic;
  switch (random.below(5)) {
    case 0:
      state.notices().add(charge.subject.service_id, charge.subject.application_id, charge.at,
                          R"({"type":"alert"})");
      return;
    case 1:
      state.notices().remove(random.below(9));
      return;
    case 2:
      state.counters().charge({&charge, 1}, charge.at, {&traffic, 1});
      return;
    case 3:
      state.counters().check_and_charge_once(key, {}, charge, charge.at, traffic);
      return;
    default:
      state.counters().check_and_charge({}, charge, charge.at, traffic);
  }
}

void change_of_marks(ApimState& state, Random& random, const std::string& service,
                     const std::string& application, UnixSeconds now) {
  AlertMarks& marks = state.alert_marks();
  switch (random.below(5)) {
    case 0:
      marks.next_alert_id();
      return;
    case 1:
      marks.erase_service(service);
      return;
    default:
      marks.tell_once(service, application, 80, now, [&] {
        const std::uint64_t id = marks.next_alert_id();
        return Telling{"alert", R"({"id":)" + std::to_string(id) + "}", application,
                       id % 2 == 0 ? "{}" : ""};
      });
  }
}

/// One change of some kind, of those that a running app makes.
void change(ApimState& state, Random& random) {
  const std::string service = "service" + std::to_string(random.below(3));
  const std::string application = "app" + std::to_string(random.below(5));
  const UnixSeconds now = start + static_cast<UnixSeconds>(random.below(7'200));
  const MetricCharge hit{"hits", {static_cast<std::int64_t>(random.below(9)), false}};
  const Charge charge{{service, application}, now, {&hit, 1}, 200};
  Traffic traffic;
  const std::string text = std::to_string(random.below(40));
  const CallKey key{service, CallKey::Kind::authrep, text, "r"};
  switch (random.below(21)) {
    case 0:
      state.events().add("alert", now, R"({"id":1})");
      return;
    case 1:
      state.events().remove(random.below(9));
      return;
    case 2:
      state.events().remove_upto(random.below(5));
      return;
    case 3:
      state.errors().add(service, {"metric_invalid", "metric \"m\" is invalid", now, "{}"});
      return;
    case 4:
      if (random.below(4) == 0) state.errors().clear(service);
      return;
    case 5:
    case 6:
      change_of_marks(state, random, service, application, now);
      return;
    case 7:
      if (random.below(4) == 0) state.counters().erase_service(service);
      return;
    case 9:
      state.metering().add(random.below(3), start + 60, {application, 1, 2});
      return;
    case 10:
      if (random.below(4) == 0) settle_some(state);
      return;
    case 11:
      state.counters().check_and_charge_once(key, {}, charge, now, traffic);
      return;
    case 12:
      state.counters().charge_once({service, CallKey::Kind::report, text, "r"}, {&charge, 1}, now,
                                   {&traffic, 1});
      return;
    case 8:
      state.counters().charge({&charge, 1}, now, {&traffic, 1});
      return;
    case 13:
    case 14:
    case 15:
    case 16:
      change_of_plans(state, random, charge, key);
      return;
    default:
      state.counters().check_and_charge({}, charge, now, traffic);
  }
}

/// How much of a spike limit is left: read by a charge of nothing.
std::int64_t spike_room(ApimState& state, const Subject& subject) {
  SpikeProbe probe{.metric_id = "hits", .rule = {.max = 7, .seconds = 3, .burst = 40}};
  probe.at = probe.now = start * 1'000'000'000;
  Traffic traffic;
  CHECK(state.counters().check_and_charge({}, {subject, start, {}, 0, nullptr, {&probe, 1}}, start,
                                          traffic));
  return probe.wait_all;
}

/// All that can be read of it.
std::string digest(ApimState& state) {
  std::string out;
  const auto add = [&](auto number) { out += std::to_string(number) + ' '; };
  add(state.counters().state_hash());
  for (const Event& event : state.events().list(state.events().size())) {
    add(event.id);
    out += event.type + event.object;
    add(event.at);
  }
  std::vector<std::string> metered;
  for (const MeteringLedger::Batch& batch : state.metering().pending()) {
    for (const auto& entry : batch.entries) {
      metered.push_back(entry.provider_key + std::to_string(entry.authorizations) + "," +
                        std::to_string(entry.transactions) + "," + std::to_string(batch.slot));
    }
  }
  std::ranges::sort(metered);
  for (const std::string& one : metered) out += one + ' ';
  for (int s = 0; s < 3; ++s) {
    const std::string service = "service" + std::to_string(s);
    for (const StoredError& error : state.errors().list(service, 0, 1'000).errors) {
      out += error.code + error.message + error.context;
      add(error.at);
    }
    for (int a = 0; a < 5; ++a) {
      const std::string application = "app" + std::to_string(a);
      add(state.alert_marks().is_marked(service, application, 80, start));
      add(spike_room(state, {service, application}));
    }
    for (int k = 0; k < 40; ++k) {
      const std::string text = std::to_string(k);
      for (const auto kind : {CallKey::Kind::authrep, CallKey::Kind::report}) {
        add(state.counters().was_counted({service, kind, text, "r"}, start));
      }
    }
  }
  for (const std::uint64_t id : state.notices().ids()) {
    add(id);
    const auto notice = state.notices().find(id);
    out += notice->service_id + notice->application_id + notice->body;
  }
  return out;
}

TEST_CASE("apim state: empty at first, opened again empty") {
  MemoryFileSystem files;
  const std::string empty = digest(*opened(files));
  auto again = opened(files);
  CHECK(digest(*again) == empty);
  CHECK_FALSE(again->needs_snapshot());
  CHECK(again->alert_marks().next_alert_id() == 1);
}

TEST_CASE("apim state: killed after any change, with and without snapshots, all of it is back") {
  for (int changes = 0; changes < 60; ++changes) {
    CAPTURE(changes);
    MemoryFileSystem files;
    Random random{static_cast<std::uint64_t>(changes)};
    std::string before;
    {
      auto state = opened(files);
      for (int i = 0; i < changes; ++i) {
        change(*state, random);
        if (changes % 3 == 0 && i % 20 == 10) CHECK(state->snapshot().has_value());
      }
      commit(*state);
      before = digest(*state);
      files.kill_process();
    }
    files.restart();
    CHECK(digest(*opened(files)) == before);
  }
}

TEST_CASE("apim state: power cut between changes, one of the states since the last sync is back") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    MemoryFileSystem files;
    Random random{seed};
    std::vector<std::string> states;
    {
      auto state = opened(files);
      for (int i = 0; i < 40; ++i) change(*state, random);
      CHECK(state->snapshot().has_value());
      commit(*state);
      for (int i = 0; i < 20; ++i) {
        states.push_back(digest(*state));
        change(*state, random);
        commit(*state);
      }
      states.push_back(digest(*state));
      files.cut_power(random);
    }
    files.restart();
    const std::string after = digest(*opened(files));
    CHECK(std::find(states.begin(), states.end(), after) != states.end());
  }
}

TEST_CASE("apim state: a snapshot that fails at any operation, loses nothing") {
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    REQUIRE(n < 100);
    MemoryFileSystem files;
    Random random{n};
    std::string before;
    {
      auto state = opened(files);
      for (int i = 0; i < 100; ++i) change(*state, random);
      commit(*state);
      files.fail_nth(n);
      const bool stored = state->snapshot().has_value();
      failed = files.take_fault();
      CHECK((stored || failed));
      before = digest(*state);
      files.kill_process();
    }
    files.restart();
    CHECK(digest(*opened(files)) == before);
  }
}

/// What the mirror of counters does, in one go.
void mirror(ApimState& state, std::vector<UsageRow>& stored) {
  StripedCounters::Changes changes;
  for (bool more = true; more;)
    more = state.counters().take_changes(changes.rows.size() + 1, changes);
  const auto erasures = state.counters().pending_erasures();
  if (state.sync().has_error()) return;
  stored.insert(stored.end(), changes.rows.begin(), changes.rows.end());
  for (const auto& erasure : erasures) {
    std::erase_if(stored,
                  [&](const UsageRow& row) { return row.service_id == erasure.service_id; });
    state.counters().history_erased(erasure);
  }
}

/// What follows a change now and then. Whoever makes state durable in another way adds a step.
using Step = std::function<void(ApimState&, std::vector<UsageRow>& stored)>;
const std::vector<Step>& steps() {
  static const std::vector<Step> all{
      [](ApimState& state, std::vector<UsageRow>&) { (void)state.snapshot(); },
      mirror,
  };
  return all;
}

/// What the mirror stored is no more than what is back, but for what is still to be erased.
bool has_all(ApimState& state, const std::vector<UsageRow>& stored) {
  return std::ranges::all_of(stored, [&state](const UsageRow& row) {
    return state.counters().is_erasure_pending(row.service_id) ||
           state.counters().value({row.service_id, row.application_id}, row.metric_id, row.period,
                                  row.begin) >= row.value;
  });
}

/// A life of changes with every step in between, the n-th operation of the disk failing, then a
/// kill. False when it had fewer operations.
bool survives_fault(std::uint64_t n, MemoryFileSystem::Fault fault, MemoryFileSystem& files) {
  Random random{7};
  std::vector<std::string> digests;
  std::vector<UsageRow> stored;
  std::atomic<std::size_t> acknowledged = 0;
  const auto acknowledge = [&acknowledged](std::size_t index) {
    std::size_t known = acknowledged;
    while (known < index && !acknowledged.compare_exchange_weak(known, index)) {
    }
  };
  auto state = opened(files);
  files.fail_nth(n, fault);
  for (std::size_t i = 0; i < 60; ++i) {
    if (i == 0) digests.push_back(digest(*state));
    change(*state, random);
    digests.push_back(digest(*state));
    if (state->commit([&acknowledge, at = i + 1] { acknowledge(at); })) acknowledge(i + 1);
    if (i % 10 == 9) steps()[i / 10 % steps().size()](*state, stored);
  }
  const bool faulted = files.take_fault();
  files.kill_process();
  state.reset();
  files.restart();
  state = opened(files);
  const std::string after = digest(*state);
  CHECK(has_all(*state, stored));
  const auto since = digests.begin() + static_cast<std::ptrdiff_t>(acknowledged.load());
  CHECK(std::find(since, digests.end(), after) != digests.end());
  return faulted;
}

TEST_CASE("apim state, faults: whichever operation fails, what was acknowledged is back") {
  for (const auto fault : {MemoryFileSystem::Fault::once, MemoryFileSystem::Fault::from_then_on}) {
    std::uint64_t n = 1;
    for (bool faulted = true; faulted; ++n) {
      CAPTURE(n);
      MemoryFileSystem files;
      faulted = survives_fault(n, fault, files);
      REQUIRE(n < 2'000);
    }
    CHECK(n > 60);
  }
}

TEST_CASE("apim state: closed, the next one has nothing to replay and closes without a snapshot") {
  MemoryFileSystem files;
  Random random{3};
  std::string before;
  {
    auto state = opened(files);
    for (int i = 0; i < 100; ++i) change(*state, random);
    before = digest(*state);
    CHECK(state->close().has_value());
  }
  const auto snapshots = [&files] {
    std::vector<std::string> names;
    for (const std::string& name : files.list("/apim").value()) {
      if (name.ends_with(".snapshot")) names.push_back(name);
    }
    return names;
  };
  const auto names = snapshots();
  CHECK(names.size() == 1);
  auto state = opened(files);
  CHECK(digest(*state) == before);
  CHECK(state->close().has_value());
  CHECK(snapshots() == names);
}

TEST_CASE("apim state: enough log behind the last snapshot, a new one is wanted") {
  MemoryFileSystem files;
  ApimState::Options small = options();
  small.snapshot_after_bytes = 1'000;
  auto opening = ApimState::open(std::move(small), files);
  REQUIRE(opening.has_value());
  ApimState& state = **opening;
  CHECK_FALSE(state.needs_snapshot());
  while (!state.needs_snapshot()) state.events().add("alert", start, "{}");
  CHECK(state.events().size() > 10);
  CHECK(state.snapshot().has_value());
  CHECK_FALSE(state.needs_snapshot());
}

TEST_CASE("apim state: snapshots while threads charge, killed, the last state is back") {
  MemoryFileSystem files;
  std::string before;
  {
    auto state = opened(files);
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      threads.emplace_back([&, seed] {
        Random random{seed};
        while (!done) {
          for (int i = 0; i < 50; ++i) change(*state, random);
          state->commit([] {});
        }
      });
    }
    while (state->counters().state_hash() == 0) std::this_thread::yield();
    for (int i = 0; i < 50; ++i) CHECK(state->snapshot().has_value());
    done = true;
    for (std::thread& thread : threads) thread.join();
    commit(*state);
    before = digest(*state);
    files.kill_process();
  }
  files.restart();
  CHECK(digest(*opened(files)) == before);
}

/// All records of a journal.
std::vector<std::string> records_of(MemoryFileSystem& files) {
  std::vector<std::string> out;
  journal::Replay replay;
  replay.on_snapshot = [](Bytes, journal::Sequence) -> Result<> { return {}; };
  replay.on_record = [&out](journal::Sequence, Bytes record) -> Result<> {
    out.emplace_back(as_text(record));
    return {};
  };
  auto log = journal::Journal::open(std::move(options().journal), files, std::move(replay));
  REQUIRE(log.has_value());
  return out;
}

/// A state on nothing but these records.
std::unique_ptr<ApimState> opened(std::span<const std::string> records, MemoryFileSystem& files) {
  {
    auto log = journal::Journal::open(std::move(options().journal), files, nothing_to_replay());
    REQUIRE(log.has_value());
    for (const std::string& record : records) (*log)->append(as_bytes(record));
    CHECK((*log)->sync().has_value());
  }
  return opened(files);
}

/// Calls of one service, each told of as the app does.
struct ToldCalls {
  explicit ToldCalls(ApimState& of) : state(&of) {
    service.metrics({{"hits", ""}}).limit("gold", "hits", Period::day, 10, 50);
    service.application("a", "gold").application("b", "gold").application("c", "gold");
    service.edit().alert_limits = {50, 80, 100};
    service.edit().alert_webhook =
        std::make_shared<const AlertWebhook>(AlertWebhook{"https://x.example/", "s"});
  }
  void call(const char* id, std::int64_t hits, UnixSeconds at, std::string_view key = {}) {
    const MetricCharge hit{"m-hits", {hits, false}};
    const Charge charge{{"1", id}, at, {&hit, 1}, 0};
    Traffic traffic;
    if (key.empty()) {
      state->counters().check_and_charge({}, charge, at, traffic);
    } else {
      const CallKey known{"1", CallKey::Kind::authrep, key, "r"};
      state->counters().check_and_charge_once(known, {}, charge, at, traffic);
    }
    look(id, at);
  }
  void batch(std::int64_t hits, UnixSeconds at) {
    const MetricCharge hit{"m-hits", {hits, false}};
    std::vector<Charge> charges;
    for (const char* id : {"a", "b", "c", "a"}) charges.push_back({{"1", id}, at, {&hit, 1}, 0});
    std::vector<Traffic> traffic(charges.size());
    state->counters().charge(charges, at, traffic);
    for (const char* id : {"a", "b", "c", "a"}) look(id, at);
  }
  void look(std::string_view id, UnixSeconds at) {
    Notices{state->counters(), state->alert_marks()}.after_charge(
        service.edit(), *service.edit().applications.find(id), at);
  }
  void look_at_replayed() {
    state->counters().each_replayed(
        [this](const Subject& subject, UnixSeconds at) { look(subject.application_id, at); });
  }
  /// Without the alerts' ids, of which one may have been taken for nothing.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const Event& event : state->events().list(100)) {
      const bool has_id = event.object.starts_with(R"({"id":)");
      out.push_back(event.type + event.object.substr(has_id ? event.object.find(',') : 0));
    }
    for (const std::uint64_t id : state->notices().ids()) {
      const std::string body = state->notices().find(id)->body;
      out.push_back("consumer" + body.substr(0, body.find("data")));
    }
    std::ranges::sort(out);
    return out;
  }
  ApimState* state;
  TestService service{"1", "p"};
};

TEST_CASE("apim state: cut behind any record, what is counted is told of, once") {
  constexpr UnixSeconds next_day = start + 86'400;
  std::vector<std::vector<std::string>> told_by_call;
  MemoryFileSystem files;
  {
    auto state = opened(files);
    ToldCalls client{*state};
    const auto note = [&](auto call) {
      call();
      told_by_call.push_back(client.told());
    };
    note([&] { client.call("a", 5, start); });
    note([&] { client.call("b", 8, start + 1, "k"); });
    note([&] { client.batch(2, start + 2); });
    note([&] { client.call("a", 1, start + 3); });
    note([&] { client.call("a", 2, next_day); });
    note([&] { client.batch(9, next_day + 1); });
    CHECK(told_by_call.back().size() > 15);
    commit(*state);
    files.kill_process();
  }
  files.restart();
  const std::vector<std::string> records = records_of(files);
  auto next_call = told_by_call.begin();
  std::vector<std::string> expected;
  for (std::size_t cut = 1; cut <= records.size(); ++cut) {
    CAPTURE(cut);
    const auto newest = decode(as_bytes(records[cut - 1]));
    REQUIRE(newest.has_value());
    if (std::holds_alternative<UsageCharged>(*newest)) expected = *next_call++;
    MemoryFileSystem others;
    auto state = opened(std::span{records}.first(cut), others);
    ToldCalls client{*state};
    client.look_at_replayed();
    CHECK(client.told() == expected);
    client.look_at_replayed();
    CHECK(client.told() == expected);
  }
  CHECK(next_call == told_by_call.end());
}

TEST_CASE("apim state: a service's marks, are gone for good when it is deleted") {
  MemoryFileSystem files;
  {
    auto state = opened(files);
    ToldCalls client{*state};
    client.call("a", 8, start);
    CHECK(state->alert_marks().is_marked("1", "a", 80, start));
    state->counters().erase_service("1");
    state->alert_marks().erase_service("1");
    commit(*state);
    files.kill_process();
  }
  files.restart();
  auto state = opened(files);
  CHECK_FALSE(state->alert_marks().is_marked("1", "a", 80, start));
}

/// As the formats before the present one had it, with one event.
std::string old_snapshot(char format) {
  NoLog log;
  StripedCounters counters{log};
  JournaledLedger ledger{log, counters};
  EventQueue events{log};
  JournaledErrorLists errors{log};
  NoticeQueue notices{log};
  JournaledAlertMarks marks{log, events, notices};
  events.add("alert", start, "{}");
  std::string old{format};
  counters.save(old);
  events.save(old);
  errors.save(old);
  marks.save(old);
  if (format == 2) {
    counters.keys().save(old);
    ledger.save(old);
  }
  return old;
}

TEST_CASE("apim state: snapshots of before there were keys, or spike limits, are read") {
  for (const char format : {'\x01', '\x02'}) {
    MemoryFileSystem files;
    std::string before;
    {
      auto state = opened(files);
      state->events().add("alert", start, "{}");
      before = digest(*state);
    }
    {
      auto log = journal::Journal::open(std::move(options().journal), files, nothing_to_replay());
      REQUIRE(log.has_value());
      const std::string old = old_snapshot(format);
      CHECK((*log)->write_snapshot(as_bytes(old), (*log)->last_sequence()).has_value());
    }
    auto state = opened(files);
    CHECK(digest(*state) == before);
    CHECK(state->keys().has_secret());
  }
}

TEST_CASE("apim state: the secret of keys, is chosen once and survives with and without snapshot") {
  MemoryFileSystem files;
  const CallKey key{"s", CallKey::Kind::authrep, "k", "r"};
  const auto mark = [&](ApimState& state) { return state.keys().mark_of(key, start); };
  KeyMark first;
  {
    auto state = opened(files);
    first = mark(*state);
    commit(*state);
    files.kill_process();
  }
  files.restart();
  {
    auto state = opened(files);
    CHECK(mark(*state) == first);
    CHECK(state->close().has_value());
  }
  CHECK(mark(*opened(files)) == first);
  MemoryFileSystem others;
  CHECK_FALSE(mark(*opened(others)).matches(first));
}

/// What open() says to a journal that others wrote to.
Error refusal(const std::function<void(journal::Journal&)>& write) {
  MemoryFileSystem files;
  {
    auto log = journal::Journal::open(std::move(options().journal), files, nothing_to_replay());
    REQUIRE(log.has_value());
    write(**log);
    CHECK((*log)->sync().has_value());
  }
  auto state = ApimState::open(options(), files);
  REQUIRE(state.has_error());
  return state.error();
}

TEST_CASE("apim state: records and snapshots that are not ours, refused by name") {
  const auto record = [](std::string_view bytes) {
    return refusal([bytes](journal::Journal& log) { log.append(as_bytes(bytes)); });
  };
  const auto snapshot = [](std::string_view bytes) {
    return refusal([bytes](journal::Journal& log) {
      log.append(as_bytes("r"));
      CHECK(log.write_snapshot(as_bytes(bytes), log.last_sequence()).has_value());
    });
  };
  CHECK(record("\xee").is(RecordErrc::type_unknown));
  CHECK(record("\x01").is(RecordErrc::malformed));
  CHECK(snapshot("\x04").is(RecordErrc::snapshot_format_unknown));
  CHECK(snapshot(std::string_view{"\0", 1}).is(RecordErrc::snapshot_format_unknown));
  CHECK(snapshot("\x01").is(RecordErrc::snapshot_malformed));
}

}  // namespace
}  // namespace mainstay::apim::apim_state_test
