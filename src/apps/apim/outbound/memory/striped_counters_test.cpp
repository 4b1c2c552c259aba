#include "apps/apim/outbound/memory/striped_counters.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/recording_log.hpp"
#include "apps/apim/outbound/memory/counters_commands.hpp"
#include "apps/apim/outbound/memory/naive_counters.hpp"
#include "apps/apim/ports/counters_contract.hpp"

namespace mainstay::apim::striped_counters_test {
namespace {

constexpr UnixSeconds start = 1'795'000'000;

struct Striped {
  NoLog log;
  StripedCounters counters{log};
};

/// Counters that go nowhere but into the log they were recovered from.
struct Recovered {
  void replay(const RecordingLog& from, std::uint64_t as_of, std::uint64_t last) {
    from.replay(as_of, last, [this]<class R>(std::uint64_t sequence, const R& record) {
      if constexpr (requires { counters.replay(sequence, record); }) {
        counters.replay(sequence, record);
      }
    });
  }
  Result<> load(std::string_view saved) {
    ByteReader in{as_bytes(saved)};
    MS_TRY_VOID(counters.load(in));
    MS_TRY_VOID(counters.keys().load(in));
    MS_TRY_VOID(counters.load_spikes(in));
    CHECK(in.at_end());
    return {};
  }
  RecordingLog log;
  StripedCounters counters{log};
};

std::string saved_state(StripedCounters& counters) {
  std::string saved;
  counters.save(saved);
  counters.keys().save(saved);
  counters.save_spikes(saved);
  return saved;
}

template <class Work>
void in_threads(std::size_t count, Work work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("striped counters: a charge with a memo counts, and is recorded, as one without") {
  RecordingLog with_memo;
  RecordingLog without;
  StripedCounters remembering{with_memo};
  StripedCounters plain{without};
  ChargeMemo memo;
  Traffic traffic;
  const auto charge_both = [&](Charge charge, UnixSeconds now) {
    CHECK(plain.check_and_charge({}, charge, now, traffic));
    charge.memo = &memo;
    CHECK(remembering.check_and_charge({}, charge, now, traffic));
    CHECK(remembering.state_hash() == plain.state_hash());
  };
  const MetricCharge hit{"hits", {1, false}};
  const MetricCharge five{"hits", {5, true}};
  for (const UnixSeconds second : {0, 0, 1, 1, 61, 60}) {
    charge_both({{"service", "a"}, start + second, {&hit, 1}, 0}, start + second);
  }
  charge_both({{"service", "a"}, start, {&hit, 1}, 0}, start + 60);
  memo.forget();
  charge_both({{"service", "b"}, start, {&five, 1}, 200}, start + 60);
  charge_both({{"service", "b"}, start, {&five, 1}, 200}, start + 60);

  CHECK(with_memo.last_sequence() == without.last_sequence());
  Recovered recovered;
  recovered.replay(with_memo, 0, with_memo.last_sequence());
  CHECK(recovered.counters.state_hash() == plain.state_hash());
}

TEST_CASE("striped counters: keep the contract") { CountersContract<Striped>::run(); }

struct StripedWithRoom {
  explicit StripedWithRoom(std::size_t keys_max) : counters(log, keys_max) {}
  NoLog log;
  StripedCounters counters;
};

TEST_CASE("striped counters: no room for a key, refused and not counted") {
  CountersContract<Striped>::no_room<StripedWithRoom>();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int commands_compared = 100'000;  // sanitizers take their time
#else
constexpr int commands_compared = 1'000'000;
#endif

/// The first of `count` commands, or ten thousand of them, after which the two implementations
/// differ; 0: never.
int first_difference(std::uint64_t seed, int count) {
  NaiveCounters naive;
  Striped striped;
  CountersCommands commands{seed};
  for (int i = 1; i <= count; ++i) {
    commands.next();
    if (commands.run(naive) != commands.run(striped.counters)) return i;
    if (i % 20'000 == 0) {
      naive.let_go(commands.now());
      striped.counters.let_go(commands.now());
    }
    if (i % 10'000 == 0 && naive.state_hash() != striped.counters.state_hash()) return i;
  }
  CHECK(striped.counters.state_hash() == naive.state_hash());
  return 0;
}

TEST_CASE("striped counters: a million random commands, always as the naive ones") {
  // Half of them from each of two seeds, side by side, for the sake of time.
  in_threads(2, [](std::size_t thread) {
    CHECK(first_difference(20'261'121 + thread, commands_compared / 2) == 0);
  });
}

TEST_CASE("striped counters: many threads on one application, exactly the limit is admitted") {
  for (const Period period : periods_longest_first) {
    CAPTURE(to_text(period));
    RecordingLog log;
    StripedCounters counters{log};
    constexpr std::int64_t limit = 1'000;
    std::atomic<std::int64_t> admitted = 0;
    std::atomic<int> firsts = 0;
    in_threads(4, [&](std::size_t) {
      const MetricCharge hit{"hits", {1, false}};
      for (int i = 0; i < 500; ++i) {
        LimitProbe probe{"hits", period, limit, LimitProbe::Compare::with_usage, {1, false}, 0};
        Traffic traffic;
        if (counters.check_and_charge({&probe, 1}, {{"s", "a"}, start, {&hit, 1}, 0}, start,
                                      traffic)) {
          ++admitted;
        }
        if (traffic.first_ever) ++firsts;
      }
    });
    CHECK(admitted == limit);
    CHECK(firsts == 1);
    CHECK(log.last_sequence() == limit);
    CHECK(counters.value({"s", "a"}, "hits", period, start) == limit);
  }
}

TEST_CASE("striped counters: replayed up to any record, the state of that moment") {
  RecordingLog log;
  StripedCounters counters{log};
  CountersCommands commands{7};
  Recovered recovered;
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t before = log.last_sequence();
    commands.next();
    commands.run(counters);
    recovered.replay(log, before, log.last_sequence());
    if (i % 10 == 0) REQUIRE(recovered.counters.state_hash() == counters.state_hash());
  }
  CHECK(recovered.counters.state_hash() == counters.state_hash());
  CHECK(recovered.log.last_sequence() == 0);
}

TEST_CASE("striped counters: loaded from what was saved, the same state, bytes and traffic marks") {
  RecordingLog log;
  StripedCounters counters{log};
  CountersCommands commands{8};
  for (int i = 0; i < 20'000; ++i) {
    commands.next();
    commands.run(counters);
  }
  Recovered recovered;
  REQUIRE(recovered.load(saved_state(counters)).has_value());
  CHECK(recovered.counters.state_hash() == counters.state_hash());
  // Records that the snapshot holds already change nothing.
  recovered.replay(log, 0, log.last_sequence());
  CHECK(recovered.counters.state_hash() == counters.state_hash());
  bool same = true;
  for (int i = 0; i < 5'000; ++i) {
    commands.next();
    same = commands.run(counters) == commands.run(recovered.counters) && same;
  }
  CHECK(same);
}

struct Snapshot {
  std::uint64_t as_of = 0;
  std::string saved;

  /// The hash of the state that this and the records behind it give.
  [[nodiscard]] std::uint64_t recovered_hash(const RecordingLog& log) const {
    Recovered recovered;
    REQUIRE(recovered.load(saved).has_value());
    recovered.replay(log, as_of, log.last_sequence());
    return recovered.counters.state_hash();
  }
};

TEST_CASE("striped counters: a snapshot that knows more than its sequence says, nothing twice") {
  RecordingLog log;
  StripedCounters counters{log};
  CountersCommands commands{10};
  std::vector<Snapshot> snapshots;
  for (int i = 0; i < 400; ++i) {
    commands.next();
    commands.run(counters);
    if (i % 50 == 20) counters.erase_service("one");
    if (i % 4 == 0) snapshots.push_back({log.last_sequence(), {}});
    const auto late = static_cast<std::size_t>(i / 4 - i % 10);
    if (late < snapshots.size() && snapshots[late].saved.empty()) {
      snapshots[late].saved = saved_state(counters);
    }
  }
  for (const Snapshot& snapshot : snapshots) {
    if (!snapshot.saved.empty()) CHECK(snapshot.recovered_hash(log) == counters.state_hash());
  }
}

TEST_CASE("striped counters: an erased service, freed in steps and counted anew meanwhile") {
  Striped striped;
  StripedCounters& counters = striped.counters;
  const MetricCharge hit{"hits", {1, false}};
  const auto charge_all = [&](std::string_view service) {
    Traffic traffic;
    for (int i = 0; i < 500; ++i) {
      const std::string application = "app" + std::to_string(i);
      counters.check_and_charge({}, {{service, application}, start, {&hit, 1}, 0}, start, traffic);
    }
  };
  charge_all("one");
  charge_all("two");
  counters.erase_service("one");
  REQUIRE(counters.pending_erasures().size() == 1);
  CHECK(counters.is_erasure_pending("one"));
  charge_all("one");
  CHECK(counters.value({"one", "app7"}, "hits", Period::eternity, start) == 1);
  // The changes of a service whose erasure is pending have to wait.
  const auto changed = [&](std::string_view service) {
    StripedCounters::Changes changes;
    CHECK_FALSE(counters.take_changes(1'000'000, changes));
    return std::ranges::count(changes.rows, service, &UsageRow::service_id);
  };
  CHECK_FALSE(counters.purge_some());  // the mirror has yet to pass by
  CHECK(changed("one") == 0);
  while (!counters.purge_some()) {
  }
  CHECK(counters.value({"one", "app7"}, "hits", Period::eternity, start) == 1);
  CHECK(counters.value({"two", "app7"}, "hits", Period::eternity, start) == 1);
  const auto erasure = counters.pending_erasures().front();
  counters.erase_service("one");
  counters.history_erased(erasure);  // of the first erasure, not of the second
  CHECK(counters.is_erasure_pending("one"));
  counters.history_erased(counters.pending_erasures().front());
  CHECK_FALSE(counters.is_erasure_pending("one"));
  charge_all("one");
  CHECK(changed("one") == 500 * 6);
}

TEST_CASE("striped counters: a pending erasure, known after recovery until it is done") {
  RecordingLog log;
  StripedCounters counters{log};
  counters.erase_service("one");
  const std::string saved = saved_state(counters);
  Recovered recovered;
  REQUIRE(recovered.load(saved).has_value());
  CHECK(recovered.counters.is_erasure_pending("one"));
  counters.history_erased(counters.pending_erasures().front());
  recovered.replay(log, 0, log.last_sequence());
  CHECK_FALSE(recovered.counters.is_erasure_pending("one"));
}

TEST_CASE("striped counters: a snapshot of the first format, loaded") {
  std::string bytes;
  ByteWriter out{bytes};
  out.u8(1);
  out.text("one");
  out.text("x");
  out.u64(5);
  out.i64(start / 86'400);
  out.varint(1);
  out.text("hits");
  for (const Window& window : windows_at(start)) {
    out.varint(1);
    out.varint(static_cast<std::uint64_t>(window.begin));
    out.varint(7);
  }
  out.u8(0);
  ByteReader in{as_bytes(bytes)};
  Recovered recovered;
  REQUIRE(recovered.counters.load(in).has_value());
  CHECK(recovered.counters.value({"one", "x"}, "hits", Period::week, start) == 7);
  const MetricCharge hit{"hits", {1, false}};
  Traffic traffic{true, true};
  recovered.counters.check_and_charge({}, {{"one", "x"}, start, {&hit, 1}, 0}, start, traffic);
  CHECK_FALSE(traffic.first_ever);
  CHECK(recovered.counters.value({"one", "x"}, "hits", Period::week, start) == 8);
}

TEST_CASE("striped counters: a damaged snapshot, refused at every length") {
  RecordingLog log;
  StripedCounters counters{log};
  CountersCommands commands{9};
  for (int i = 0; i < 40; ++i) {
    commands.next();
    commands.run(counters);
  }
  std::string saved;
  counters.save(saved);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    Striped loaded;
    ByteReader in{as_bytes(std::string_view{saved}.substr(0, size))};
    const auto result = loaded.counters.load(in);
    REQUIRE(result.has_error());
    CHECK(result.error().is(RecordErrc::snapshot_malformed));
  }
  std::string twice = saved.substr(0, saved.size() - 1) + saved;
  CHECK(Recovered{}.load(twice).has_error());
  std::string spikes;
  counters.save_spikes(spikes);
  CHECK(spikes.size() > 20);
  for (std::size_t size = 0; size < spikes.size(); ++size) {
    Striped loaded;
    ByteReader in{as_bytes(std::string_view{spikes}.substr(0, size))};
    CHECK(loaded.counters.load_spikes(in).has_error());
  }
}

/// One thread's share of work on counters that others work on too: single charges, batches over
/// many stripes, and services erased.
void work(Counters& counters, std::size_t seed, int count) {
  Random random{seed};
  const std::array<std::string, 3> services{"one", "two", "three"};
  std::vector<std::string> applications;
  for (int i = 0; i < 20; ++i) applications.push_back("app" + std::to_string(i));
  for (int i = 0; i < count; ++i) {
    std::array<MetricCharge, 8> metrics;
    std::array<Charge, 8> charges;
    std::array<Traffic, 8> traffic;
    for (std::size_t n = 0; n < 8; ++n) {
      metrics[n] = {random.below(2) == 0 ? "hits" : "bytes",
                    {static_cast<std::int64_t>(random.below(9)), random.below(20) == 0}};
      charges[n] = {{services[random.below(3)], applications[random.below(20)]},
                    start + static_cast<UnixSeconds>(random.below(7'200)),
                    {&metrics[n], 1},
                    0};
    }
    if (random.below(1'000) == 0) {
      counters.erase_service(services[random.below(3)]);
    } else if (i % 4 == 0) {
      counters.charge(charges, start, traffic);
    } else {
      counters.check_and_charge({}, charges[0], start, traffic[0]);
    }
  }
}

TEST_CASE("striped counters: snapshots while threads charge, each with its log is the last state") {
  RecordingLog log;
  StripedCounters counters{log};
  std::vector<Snapshot> snapshots;
  std::atomic<bool> done = false;
  in_threads(4, [&](std::size_t thread) {
    if (thread > 0) {
      for (std::size_t round = 0; !done; ++round) work(counters, thread + 4 * round, 100);
      return;
    }
    while (counters.state_hash() == 0) std::this_thread::yield();
    for (int i = 0; i < 20; ++i) {
      Snapshot& snapshot = snapshots.emplace_back(Snapshot{log.last_sequence(), {}});
      snapshot.saved = saved_state(counters);
    }
    done = true;
  });
  for (const Snapshot& snapshot : snapshots) {
    CHECK(snapshot.recovered_hash(log) == counters.state_hash());
  }
}

TEST_CASE("striped counters: windows that are put replace what was counted, and are replayed") {
  RecordingLog log;
  StripedCounters counters{log};
  const Subject subject{"service", "app"};
  const MetricCharge hits{"hits", {5, false}};
  Traffic traffic;
  counters.check_and_charge({}, {subject, start, {&hits, 1}, 0}, start, traffic);
  const Windows now = windows_at(start);
  const auto begin = [&now](Period period) { return now[index(period)].begin; };
  const std::array windows{CounterWindow{Period::day, begin(Period::day), 40},
                           CounterWindow{Period::month, begin(Period::month), 70},
                           CounterWindow{Period::hour, begin(Period::hour) - 3'600, 8}};
  for (int i = 0; i < 2; ++i) counters.put_windows(subject, "hits", windows, start);
  CHECK(counters.value(subject, "hits", Period::minute, start) == 5);
  CHECK(counters.value(subject, "hits", Period::day, start) == 40);
  CHECK(counters.value(subject, "hits", Period::month, start) == 70);
  CHECK(counters.value(subject, "hits", Period::hour, start - 3'600) == 8);
  counters.check_and_charge({}, {subject, start, {&hits, 1}, 0}, start, traffic);
  CHECK(counters.value(subject, "hits", Period::day, start) == 45);

  counters.put_windows({"service", "new"}, "hits", windows, start);
  const MetricCharge one{"hits", {1, false}};
  counters.check_and_charge({}, {{"service", "new"}, start, {&one, 1}, 0}, start, traffic);
  CHECK(!traffic.first_ever);  // it has had traffic

  std::string seen;
  counters.each_window(
      [&](const Subject& of, std::string_view metric_id, const CounterWindow& window) {
        if (of.application_id != "app" || window.period != Period::hour) return;
        seen.append(metric_id).append(" ").append(std::to_string(window.value)).append(" ");
      });
  CHECK(seen == "hits 8 hits 10 ");
  counters.put_windows({"service", "old"}, "hits", std::array{CounterWindow{}}, start);
  Recovered replayed;
  replayed.replay(log, 0, log.last_sequence());
  CHECK(replayed.counters.state_hash() == counters.state_hash());
  const std::string saved = saved_state(counters);
  Recovered loaded;
  REQUIRE(loaded.load(saved).has_value());
  CHECK(loaded.counters.state_hash() == counters.state_hash());
}

}  // namespace
}  // namespace mainstay::apim::striped_counters_test
