#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "apps/apim/outbound/memory/idempotency_keys.hpp"

namespace mainstay::apim {
namespace {

constexpr UnixSeconds start = 1'795'000'000;

/// A call with a key of its own.
void call(IdempotencyKeys& keys, std::uint64_t number) {
  const std::string text = "7d3c1a90-4f7b-4a55-9d0e-" + std::to_string(number);
  const KeyMark mark = keys.mark_of({"2555417755", CallKey::Kind::authrep, text, "hits=1"}, start);
  auto stripe = keys.lock(mark);
  if (!keys.reserve(*stripe, mark)) std::abort();
  IdempotencyKeys::put(*stripe, mark);
}

const std::unique_ptr<IdempotencyKeys>& ten_million() {
  static const std::unique_ptr<IdempotencyKeys> keys = [] {
    auto made = std::make_unique<IdempotencyKeys>(20'000'000);
    for (std::uint64_t i = 0; i < 10'000'000; ++i) call(*made, i);
    return made;
  }();
  return keys;
}

/// A key more among ten million.
void idempotency_put(benchmark::State& state) {
  IdempotencyKeys& keys = *ten_million();
  state.counters["bytes_per_key"] =
      static_cast<double>(keys.bytes()) / static_cast<double>(keys.size());
  std::uint64_t number = 10'000'000;
  for (auto _ : state) call(keys, ++number);
}
BENCHMARK(idempotency_put)->Iterations(1'000'000);

/// Whether a key among ten million is known.
void idempotency_look_up(benchmark::State& state) {
  IdempotencyKeys& keys = *ten_million();
  std::uint64_t number = 0;
  for (auto _ : state) {
    const std::string text =
        "7d3c1a90-4f7b-4a55-9d0e-" + std::to_string(number++ * 7'919 % 10'000'000);
    benchmark::DoNotOptimize(
        keys.was_counted({"2555417755", CallKey::Kind::authrep, text, "hits=1"}, start));
  }
}
BENCHMARK(idempotency_look_up);

void idempotency_save(benchmark::State& state) {
  IdempotencyKeys& keys = *ten_million();
  for (auto _ : state) {
    std::string saved;
    keys.save(saved);
    state.counters["megabytes"] = static_cast<double>(saved.size()) / 1e6;
  }
}
BENCHMARK(idempotency_save)->Iterations(2)->Unit(benchmark::kMillisecond);

void idempotency_load(benchmark::State& state) {
  std::string saved;
  ten_million()->save(saved);
  for (auto _ : state) {
    IdempotencyKeys loaded;
    ByteReader in{as_bytes(saved)};
    if (loaded.load(in).has_error()) std::abort();
  }
}
BENCHMARK(idempotency_load)->Iterations(2)->Unit(benchmark::kMillisecond);

/// One pass over all stripes that finds nothing to drop: once a minute.
void idempotency_forget(benchmark::State& state) {
  IdempotencyKeys& keys = *ten_million();
  for (auto _ : state) keys.forget_expired(keys.newest_call());
}
BENCHMARK(idempotency_forget)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mainstay::apim
