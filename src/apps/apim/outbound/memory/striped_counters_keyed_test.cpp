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
#include "apps/apim/outbound/memory/striped_counters.hpp"

namespace mainstay::apim::striped_counters_keyed_test {
namespace {

constexpr UnixSeconds start = 1'795'000'000;

/// A snapshot, and the records of `log` behind `as_of`: what the next process starts from.
std::unique_ptr<StripedCounters> restarted(RecordingLog& log, std::string_view saved,
                                           std::uint64_t as_of) {
  auto next = std::make_unique<StripedCounters>(log);
  if (!saved.empty()) {
    ByteReader in{as_bytes(saved)};
    REQUIRE(next->load(in).has_value());
    REQUIRE(next->keys().load(in).has_value());
    REQUIRE(next->load_spikes(in).has_value());
  }
  log.replay(as_of, log.last_sequence(), [&]<class R>(std::uint64_t sequence, const R& record) {
    if constexpr (requires { next->replay(sequence, record); }) next->replay(sequence, record);
  });
  return next;
}

TEST_CASE("keyed charges: random commands over restarts, always as naive ones that never died") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    RecordingLog log;
    auto counters = std::make_unique<StripedCounters>(log);
    NaiveCounters naive;
    CountersCommands commands{seed};
    Random random{seed};
    std::string saved;
    std::uint64_t as_of = 0;
    for (int i = 0; i < 20'000; ++i) {
      commands.next();
      REQUIRE(commands.run(*counters) == commands.run(naive));
      const std::uint64_t dice = random.below(1'000);
      if (dice == 0) {
        as_of = log.last_sequence() -
                random.below(std::min<std::uint64_t>(20, log.last_sequence() - as_of + 1));
        saved.clear();
        counters->save(saved);
        counters->keys().save(saved);
        counters->save_spikes(saved);
      }
      if (dice == 1) counters = restarted(log, saved, as_of);
    }
    CHECK(counters->state_hash() == naive.state_hash());
  }
}

TEST_CASE("keyed charges: many threads with the same keys, each is counted once") {
  RecordingLog log;
  StripedCounters counters{log};
  constexpr int keys = 300;
  std::atomic<int> authreps = 0;
  std::atomic<int> reports = 0;
  std::atomic<int> unkeyed = 0;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const MetricCharge hit{"hits", {1, false}};
      for (int i = 0; i < keys; ++i) {
        const std::string text = std::to_string(i);
        const Charge charge{{"s", "a"}, start, {&hit, 1}, 0};
        const std::array<Charge, 2> batch{charge, Charge{{"s", "b"}, start, {&hit, 1}, 0}};
        std::array<Traffic, 2> traffic;
        const CallKey authrep{"s", CallKey::Kind::authrep, text, "r"};
        const CallKey report{"s", CallKey::Kind::report, text, "r"};
        if (counters.check_and_charge_once(authrep, {}, charge, start, traffic[0]) ==
            Keyed::counted) {
          ++authreps;
        }
        if (counters.charge_once(report, batch, start, traffic) == Keyed::counted) ++reports;
        if (i % 50 == 0 && thread == 0) {
          std::string saved;
          counters.save(saved);
          counters.keys().save(saved);
          counters.keys().forget_expired(start);
        }
        counters.charge({&charge, 1}, start, {traffic.data(), 1});
        ++unkeyed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(authreps == keys);
  CHECK(reports == keys);
  CHECK(counters.value({"s", "a"}, "hits", Period::day, start) == 2 * keys + unkeyed);
  CHECK(counters.value({"s", "b"}, "hits", Period::day, start) == keys);
  CHECK(log.last_sequence() == static_cast<std::uint64_t>(2 * keys + unkeyed));
  const auto again = restarted(log, {}, 0);
  CHECK(again->state_hash() == counters.state_hash());
  CHECK(again->keys().size() == 2 * keys);
}

}  // namespace
}  // namespace mainstay::apim::striped_counters_keyed_test
