// What a message costs in the kernel and its agents, the venue being the small one of the tests:
// the engine's own cost comes on top (bench of the engine).
#include <memory>

#include <benchmark/benchmark.h>

#include "apps/exchange/domain/simulation/flow_agents.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"
#include "apps/exchange/domain/simulation/market_scenario.hpp"
#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace {

using namespace mainstay::exchange::simulation;

void a_crowd(benchmark::State& state) {
  std::uint64_t messages = 0;
  std::uint64_t orders = 0;
  for (auto _ : state) {
    TestVenue venue{40'000};
    Kernel kernel{{.seed = 1}, venue};
    for (int i = 0; i < state.range(0); ++i) {
      ZeroIntelligenceOptions options;
      options.acts_per_second = 1'000;
      kernel.add(std::make_unique<ZeroIntelligence>(options), {20'000, 10'000});
    }
    kernel.run_until(1'000'000'000);
    messages += kernel.counts().messages();
    orders += kernel.counts().orders;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
  state.counters["orders"] =
      benchmark::Counter(static_cast<double>(orders), benchmark::Counter::kIsRate);
}
BENCHMARK(a_crowd)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void a_market(benchmark::State& state) {
  std::uint64_t messages = 0;
  for (auto _ : state) {
    TestVenue venue{40'000};
    Kernel kernel{{.seed = 1}, venue};
    MarketScenario scenario;  // 1,000 agents
    scenario.zero.acts_per_second = scenario.parlour.visits_per_second = 1'000;
    scenario.momentum.looks_per_second = 100;
    if (populate(kernel, scenario, 1).has_error()) return state.SkipWithError("refused");
    kernel.run_until(1'000'000'000);
    messages += kernel.counts().messages();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
}
BENCHMARK(a_market)->Unit(benchmark::kMillisecond);

void the_queue(benchmark::State& state) {
  EventQueue queue;
  mainstay::exchange::models::CounterRandom random{1, 1};
  for (std::int64_t i = 0; i < state.range(0); ++i)
    queue.push({random.between(0, 1'000'000), 0, 0});
  std::uint64_t draw = 88172645463325252U;
  for (auto _ : state) {
    auto item = queue.pop();
    draw ^= draw << 13U;
    draw ^= draw >> 7U;
    draw ^= draw << 17U;
    item.at += static_cast<std::int64_t>(draw % 1'000'000);
    queue.push(item);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(the_queue)->Arg(1'000)->Arg(4'000)->Arg(100'000);

}  // namespace
