// What a message of a simulation costs: the kernel and its agents around the small book of the
// tests, and around the engine with accounts and holds.
#include <memory>

#include <benchmark/benchmark.h>

#include "apps/exchange/domain/simulation/engine_venue.hpp"
#include "apps/exchange/domain/simulation/flow_agents.hpp"
#include "apps/exchange/domain/simulation/kernel.hpp"
#include "apps/exchange/domain/simulation/market_scenario.hpp"
#include "apps/exchange/domain/simulation/test_venue.hpp"

namespace {

using namespace mainstay::exchange::simulation;

struct Sum {
  std::uint64_t messages = 0;
  std::uint64_t orders = 0;
  void add(const KernelCounts& counts) {
    messages += counts.messages();
    orders += counts.orders;
  }
};

void tell(benchmark::State& state, const Sum& sum) {
  state.SetItemsProcessed(static_cast<std::int64_t>(sum.messages));
  state.counters["orders"] =
      benchmark::Counter(static_cast<double>(sum.orders), benchmark::Counter::kIsRate);
}

void a_crowd(benchmark::State& state) {
  Sum sum;
  for (auto _ : state) {
    TestVenue venue{40'000};
    Kernel kernel{{.seed = 1}, venue};
    for (int i = 0; i < state.range(0); ++i) {
      ZeroIntelligenceOptions options;
      options.acts_per_second = 1'000;
      kernel.add(std::make_unique<ZeroIntelligence>(options), {20'000, 10'000});
    }
    kernel.run_until(1'000'000'000);
    sum.add(kernel.counts());
  }
  tell(state, sum);
}
BENCHMARK(a_crowd)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

/// A thousand agents of all kinds for a second in which most act a thousand times.
MarketScenario thousand_agents() {
  MarketScenario scenario;
  scenario.zero.acts_per_second = scenario.parlour.visits_per_second = 1'000;
  scenario.momentum.looks_per_second = 100;
  return scenario;
}

void run_market(benchmark::State& state, Venue& venue, Sum& sum) {
  Kernel kernel{{.seed = 1}, venue};
  if (populate(kernel, thousand_agents(), 1).has_error()) return state.SkipWithError("refused");
  kernel.run_until(1'000'000'000);
  sum.add(kernel.counts());
}

void a_market(benchmark::State& state) {
  Sum sum;
  for (auto _ : state) {
    TestVenue venue{40'000};
    run_market(state, venue, sum);
  }
  tell(state, sum);
}
BENCHMARK(a_market)->Unit(benchmark::kMillisecond);

void a_market_with_the_engine(benchmark::State& state) {
  Sum sum;
  for (auto _ : state) {
    EngineVenueOptions options;
    options.agents = static_cast<std::uint32_t>(thousand_agents().agents());
    run_market(state, *EngineVenue::make(options).value(), sum);
  }
  tell(state, sum);
}
BENCHMARK(a_market_with_the_engine)->Unit(benchmark::kMillisecond);

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
