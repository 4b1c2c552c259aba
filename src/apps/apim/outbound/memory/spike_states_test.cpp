#include "apps/apim/outbound/memory/spike_states.hpp"

#include <array>

#include <doctest/doctest.h>

namespace mainstay::apim::spike_states_test {
namespace {

constexpr UnixNanos now = 1'795'000'000'000'000'000;

SpikeProbe probe(std::string_view metric, std::int64_t amount) {
  SpikeProbe out{.metric_id = metric, .rule = {.max = 1, .seconds = 1, .burst = 3}};
  out.amount = amount;
  out.at = out.now = now;
  return out;
}

}  // namespace

TEST_CASE("spike states: without any, all room is there") {
  std::array probes{probe("b", 3), probe("a", 4)};
  CHECK_FALSE(SpikeStates::weigh(nullptr, probes));
  CHECK(probes[0].room == 3);
  CHECK(probes[0].wait == 0);
  CHECK(probes[1].wait == -1);
  CHECK(SpikeStates::weigh(nullptr, {}));
}

TEST_CASE("spike states: each metric by itself, and told for the record") {
  SpikeStates states;
  std::array probes{probe("b", 3), probe("a", 1), probe("c", 0)};
  const auto told = states.advance(probes);
  REQUIRE(told.size() == 2);
  CHECK(told[0].metric_id == "b");
  CHECK(told[0].state == SpikeState{now + 3'000'000'000, 0});
  CHECK(states.entries().size() == 2);
  CHECK(states.entries()[0].metric_id == "a");
  probes = {probe("b", 1), probe("a", 2), probe("c", 3)};
  CHECK_FALSE(SpikeStates::weigh(&states, probes));
  CHECK(probes[0].wait == 1'000'000'000);
  CHECK(probes[1].wait == 0);
  CHECK(probes[2].room == 3);
  SpikeStates replayed;
  for (const SpikeAdvance& one : told) replayed.put(one.metric_id, one.state);
  std::array again = probes;
  SpikeStates::weigh(&replayed, again);
  CHECK(again[0].wait == probes[0].wait);
  CHECK(again[1].room == probes[1].room);
}

}  // namespace mainstay::apim::spike_states_test
