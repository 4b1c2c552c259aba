#include "apps/apim/domain/spike.hpp"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace mainstay::apim::spike_test {
namespace {

constexpr UnixNanos second = 1'000'000'000;
constexpr UnixNanos start = 1'795'224'654 * second;

/// One metric under one rule: counts what fits.
struct Meter {
  SpikeRule rule;
  SpikeState state{};

  bool take(std::int64_t amount, UnixNanos now) {
    state = settled(rule, state, now);
    if (wait_for(rule, state, amount, now) != 0) return false;
    state = advanced(rule, state, amount, now, now);
    return true;
  }
};

/// The same rule said otherwise: a bucket that drains, followed step by step in exact thousandths
/// of the time that one unit takes; needs seconds * 10^9 to be a multiple of max * 1000.
struct Bucket {
  SpikeRule rule;
  std::int64_t level = 0;  // in thousandths of a unit
  UnixNanos last = start;

  bool take(std::int64_t amount, UnixNanos now) {
    const std::int64_t thousandth = rule.seconds * second / rule.max / 1'000;
    level = std::max<std::int64_t>(0, level - (now - last) / thousandth);
    last = now;
    if (level + amount * 1'000 > rule.burst * 1'000) return false;
    level += amount * 1'000;
    return true;
  }
};

}  // namespace

TEST_CASE("spike: a burst passes at once, then one unit every seconds/max") {
  Meter meter{{.max = 10, .seconds = 1, .burst = 3}};
  for (int i = 0; i < 3; ++i) CHECK(meter.take(1, start));
  CHECK_FALSE(meter.take(1, start));
  CHECK(wait_for(meter.rule, meter.state, 1, start) == second / 10);
  CHECK_FALSE(meter.take(1, start + second / 10 - 1));
  CHECK(meter.take(1, start + second / 10));
  CHECK_FALSE(meter.take(1, start + second / 10));
  CHECK(meter.take(3, start + second));
  CHECK_FALSE(meter.take(1, start + second));
}

TEST_CASE("spike: room, waits, and what never fits") {
  const SpikeRule rule{.max = 5, .seconds = 10, .burst = 4};
  Meter meter{rule};
  meter.take(3, start);
  CHECK(room(rule, meter.state, start) == 1);
  CHECK(wait_for(rule, meter.state, 1, start) == 0);
  CHECK(wait_for(rule, meter.state, 2, start) == 2 * second);
  CHECK(wait_for(rule, meter.state, 4, start) == 6 * second);
  CHECK(wait_for_all(rule, meter.state, start) == 6 * second);
  CHECK(wait_for(rule, meter.state, 5, start) == -1);
  CHECK(wait_for(rule, meter.state, std::numeric_limits<std::int64_t>::max(), start) == -1);
  const SpikeState drained = settled(rule, meter.state, start + 6 * second);
  CHECK(room(rule, drained, start + 6 * second) == 4);
  CHECK(wait_for_all(rule, drained, start + 6 * second) == 0);
}

TEST_CASE("spike: steps that are no whole nanoseconds, the burst and the rate are exact") {
  Meter meter{{.max = 7, .seconds = 1, .burst = 700}};
  for (int i = 0; i < 700; ++i) CHECK(meter.take(1, start));
  CHECK_FALSE(meter.take(1, start));
  std::int64_t passed = 0;
  for (UnixNanos now = start; now <= start + 100 * second; now += second / 1'000) {
    if (meter.take(1, now)) ++passed;
  }
  CHECK(passed == 700);  // 7 a second for 100 seconds
}

TEST_CASE("spike: random calls, equal to a bucket that drains") {
  const std::vector<SpikeRule> rules{{10, 1, 10},    {1, 1, 1},      {100, 60, 7},
                                     {5, 3'600, 50}, {1'000, 1, 20}, {8, 86'400, 3}};
  for (const SpikeRule& rule : rules) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random random{seed};
      Meter meter{rule};
      Bucket bucket{rule};
      const std::int64_t thousandth = rule.seconds * second / rule.max / 1'000;
      UnixNanos now = start;
      for (int i = 0; i < 2'000; ++i) {
        now += static_cast<UnixNanos>(random.below(2'500)) * thousandth;
        const auto amount = 1 + static_cast<std::int64_t>(random.below(3));
        REQUIRE(meter.take(amount, now) == bucket.take(amount, now));
      }
    }
  }
}

TEST_CASE("spike: any rule, no span has more than its burst and what came back in it") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random{seed};
    const SpikeRule rule{1 + static_cast<std::int64_t>(random.below(997)),
                         1 + static_cast<std::int64_t>(random.below(100)),
                         1 + static_cast<std::int64_t>(random.below(50))};
    Meter meter{rule};
    std::vector<std::pair<UnixNanos, std::int64_t>> passed;
    UnixNanos now = start;
    for (int i = 0; i < 150; ++i) {
      now += static_cast<UnixNanos>(
          random.below(static_cast<std::uint64_t>(3 * rule.seconds * second / rule.max + 1)));
      const auto amount = 1 + static_cast<std::int64_t>(random.below(4));
      if (meter.take(amount, now)) passed.emplace_back(now, amount);
    }
    bool holds = true;
    for (std::size_t from = 0; from < passed.size(); ++from) {
      std::int64_t sum = 0;
      for (std::size_t to = from; to < passed.size(); ++to) {
        sum += passed[to].second;
        const UnixNanos span = passed[to].first - passed[from].first;
        holds = holds && (sum - rule.burst) * rule.seconds * second <= span * rule.max;
      }
    }
    CHECK(holds);
  }
}

TEST_CASE("spike: a clock set back locks nobody out for longer than the burst takes") {
  const SpikeRule rule{.max = 1, .seconds = 1, .burst = 5};
  Meter meter{rule};
  for (int i = 0; i < 5; ++i) CHECK(meter.take(1, start));
  const UnixNanos back = start - 3'600 * second;
  CHECK_FALSE(meter.take(1, back));
  CHECK(wait_for(rule, meter.state, 1, back) == second);
  CHECK(meter.take(5, back + 5 * second));
  CHECK(meter.take(5, start + 3'600 * second));  // a step forward: all is back
}

TEST_CASE("spike: a report counts whatever it is, up to a full burst") {
  const SpikeRule rule{.max = 10, .seconds = 1, .burst = 10};
  const auto huge = std::numeric_limits<std::int64_t>::max();
  const SpikeState full = advanced(rule, {}, huge, start, start);
  CHECK(room(rule, full, start) == 0);
  CHECK(wait_for(rule, full, 1, start) == second / 10);
  CHECK(wait_for(rule, full, 10, start) == second);
  // What drained before it was told of leaves no trace, what half did leaves half.
  const auto left = [&](const SpikeState& state) {
    return room(rule, settled(rule, state, start), start);
  };
  CHECK(left(advanced(rule, {}, 10, start - second, start)) == 10);
  const SpikeState old = advanced(rule, {}, 5, start - second, start);
  CHECK(old == SpikeState{start - second / 2, 0});
  CHECK(left(advanced(rule, old, 10, start - second, start)) == 5);
  CHECK(left(advanced(rule, old, 10, start, start)) == 0);
  CHECK(advanced({3, 1, 9}, {}, 1, 0, 0) == SpikeState{333'333'333, 1});
  CHECK(advanced({3, 1, 9}, {}, 1, start - 2 * second, start) ==
        SpikeState{start - 2 * second + 333'333'333, 1});
}

TEST_CASE("spike: a rule that is changed goes on with what was counted") {
  const SpikeState state = advanced({1'000, 1, 1'000}, {}, 1'000, start, start);
  const SpikeRule tightened{.max = 1, .seconds = 10, .burst = 2};
  const SpikeState now = settled(tightened, {state.at, 999}, start);
  CHECK(room(tightened, now, start) == 1);  // a second of its twenty is still to drain
}

TEST_CASE("spike: moments beyond what nanoseconds hold are clamped") {
  CHECK(unix_nanos(SystemTime{Seconds{-5}}) == 0);
  CHECK(unix_nanos(SystemTime{Seconds{253'402'300'799}}) == 9'000'000'000'000'000'000);
  CHECK(unix_nanos(SystemTime{Micros{1'795'224'654'000'001}}) == start + 1'000);
}

}  // namespace mainstay::apim::spike_test
