#include "apps/apim/outbound/memory/journaled_ledger.hpp"

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/recording_log.hpp"
#include "base/random.hpp"

namespace mainstay::apim::journaled_ledger_test {
namespace {

constexpr UnixSeconds start = 1'795'000'020;

struct State {
  explicit State(RecordLog& log) : counters(log), ledger(log, counters) {}
  StripedCounters counters;
  JournaledLedger ledger;

  [[nodiscard]] std::string saved() const {
    std::string out;
    counters.save(out);
    ledger.save(out);
    return out;
  }
  Result<> load(std::string_view from) {
    ByteReader in{as_bytes(from)};
    MS_TRY_VOID(counters.load(in));
    return ledger.load(in);
  }
  void replay(const RecordingLog& log, std::uint64_t as_of) {
    log.replay(as_of, log.last_sequence(),
               [this]<class R>(std::uint64_t sequence, const R& record) {
                 if constexpr (requires { counters.replay(sequence, record); }) {
                   counters.replay(sequence, record);
                 }
                 if constexpr (requires { ledger.replay(sequence, record); })
                   ledger.replay(sequence, record);
               });
  }

  /// Counts a batch for the applications that are named as the providers are.
  void settle(const MeteringLedger::Batch& batch) {
    std::vector<std::array<MetricCharge, 2>> metrics;
    std::vector<Charge> charges;
    metrics.reserve(batch.entries.size());
    for (const auto& entry : batch.entries) {
      metrics.push_back({MetricCharge{"auth", {entry.authorizations, false}},
                         MetricCharge{"trans", {entry.transactions, false}}});
      charges.push_back({{"master", entry.provider_key}, batch.minute, metrics.back(), 0});
    }
    std::vector<Traffic> traffic(charges.size());
    ledger.settle(batch, charges, traffic);
  }

  /// By provider and minute: what was counted and what waits.
  std::pair<std::int64_t, std::int64_t> total(const std::string& provider, UnixSeconds minute) {
    const Subject subject{"master", provider};
    auto auth = counters.value(subject, "auth", Period::minute, minute);
    auto trans = counters.value(subject, "trans", Period::minute, minute);
    for (const MeteringLedger::Batch& batch : ledger.pending()) {
      for (const auto& entry : batch.entries) {
        if (batch.minute != minute || entry.provider_key != provider) continue;
        auth += entry.authorizations;
        trans += entry.transactions;
      }
    }
    return {auth, trans};
  }
};

TEST_CASE("metering ledger: what was added, is pending by slot and minute until it is settled") {
  NoLog log;
  State state{log};
  CHECK(state.ledger.pending().empty());
  state.ledger.add(0, start, {"p", 1, 0});
  state.ledger.add(0, start, {"p", 1, 3});
  state.ledger.add(0, start + 60, {"p", 0, 1});
  state.ledger.add(65, start, {"q", 1, 1});
  CHECK(state.ledger.calls_waiting() == 4);
  const auto pending = state.ledger.pending();
  CHECK(state.ledger.calls_waiting() == 0);
  REQUIRE(pending.size() == 3);
  CHECK(pending[0].minute == start);
  REQUIRE(pending[0].entries.size() == 1);
  CHECK(pending[0].entries[0].authorizations == 2);
  CHECK(pending[0].entries[0].transactions == 3);
  CHECK(pending[1].minute == start + 60);
  CHECK(pending[2].slot == 1);
  state.ledger.add(0, start, {"p", 5, 0});  // after pending(): stays when that is settled
  for (const auto& batch : pending) state.settle(batch);
  const auto rest = state.ledger.pending();
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].entries[0].authorizations == 5);
  CHECK(rest[0].entries[0].transactions == 0);
}

TEST_CASE("metering ledger: many providers, in batches of the size that is promised") {
  NoLog log;
  State state{log};
  for (int i = 0; i < 1'000; ++i) state.ledger.add(0, start, {"p" + std::to_string(i), 1, 0});
  std::size_t entries = 0;
  for (const auto& batch : state.ledger.pending()) {
    CHECK(batch.entries.size() <= MeteringLedger::batch_entries_max);
    entries += batch.entries.size();
    state.settle(batch);
  }
  CHECK(entries == 1'000);
  CHECK(state.ledger.pending().empty());
}

TEST_CASE("metering ledger: random calls, flushes, snapshots and restarts, each call once") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    RecordingLog log;
    Random random{seed};
    auto state = std::make_unique<State>(log);
    std::map<std::pair<std::string, UnixSeconds>, std::pair<std::int64_t, std::int64_t>> model;
    std::string saved;
    std::uint64_t as_of = 0;
    for (int i = 0; i < 2'000; ++i) {
      const std::string provider = "p" + std::to_string(random.below(5));
      const UnixSeconds minute = start + 60 * static_cast<UnixSeconds>(random.below(4));
      const auto trans = static_cast<std::int64_t>(random.below(3));
      state->ledger.add(random.below(3), minute, {provider, 1, trans});
      auto& sum = model[{provider, minute}];
      ++sum.first;
      sum.second += trans;
      const std::uint64_t dice = random.below(100);
      if (dice < 5) {
        for (const auto& batch : state->ledger.pending()) {
          if (random.below(4) > 0) state->settle(batch);
        }
      } else if (dice < 7) {
        // As if it had been read a little before all was saved.
        as_of = log.last_sequence() -
                random.below(std::min<std::uint64_t>(10, log.last_sequence() - as_of + 1));
        saved = state->saved();
      } else if (dice < 9) {
        auto next = std::make_unique<State>(log);
        if (!saved.empty()) REQUIRE(next->load(saved).has_value());
        next->replay(log, as_of);
        state = std::move(next);
      }
    }
    for (const auto& [of, sum] : model) CHECK(state->total(of.first, of.second) == sum);
  }
}

TEST_CASE("metering ledger: threads add while one flushes and another saves, each call once") {
  RecordingLog log;
  State state{log};
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2'000; ++i) state.ledger.add(thread % 2, start, {"p", 1, 2});
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i) {
      for (const auto& batch : state.ledger.pending()) state.settle(batch);
    }
  });
  std::vector<std::pair<std::uint64_t, std::string>> snapshots;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t as_of = log.last_sequence();
    snapshots.emplace_back(as_of, state.saved());
  }
  for (std::thread& thread : threads) thread.join();
  const std::pair<std::int64_t, std::int64_t> all{6'000, 12'000};
  CHECK(state.total("p", start) == all);
  for (const auto& [as_of, saved] : snapshots) {
    State again{log};
    REQUIRE(again.load(saved).has_value());
    again.replay(log, as_of);
    CHECK(again.total("p", start) == all);
  }
}

TEST_CASE("metering ledger: damaged, refused at every length") {
  NoLog log;
  State state{log};
  state.ledger.add(3, start, {"p", 1, 0});
  std::string saved;
  state.ledger.save(saved);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    State loaded{log};
    ByteReader in{as_bytes(std::string_view{saved}.substr(0, size))};
    const auto result = loaded.ledger.load(in);
    REQUIRE(result.has_error());
    CHECK(result.error().is(RecordErrc::snapshot_malformed));
  }
}

}  // namespace
}  // namespace mainstay::apim::journaled_ledger_test
