#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "apps/apim/outbound/memory/striped_counters.hpp"

namespace mainstay::apim {
namespace {

constexpr UnixSeconds start = 1'795'000'000;

/// Copies records to where the journal would: the counters' own cost and a copy, without files.
class CopyingLog final : public RecordLog {
 public:
  CopyingLog() { batch_.reserve(batch_bytes); }
  std::uint64_t append(std::string_view record) override {
    if (batch_.size() + record.size() > batch_bytes) batch_.clear();
    batch_.append(record);
    return ++sequence_;
  }

 private:
  static constexpr std::size_t batch_bytes = 1U << 20U;
  std::string batch_;
  std::uint64_t sequence_ = 0;
};

std::vector<std::string> application_ids(std::int64_t count) {
  std::vector<std::string> ids;
  for (std::int64_t i = 0; i < count; ++i) ids.push_back("application" + std::to_string(i));
  return ids;
}

/// Two limits, one metric, as many applications as said; a second passes every 50,000 calls.
void check_and_charge(benchmark::State& state) {
  CopyingLog log;
  StripedCounters counters{log};
  const auto ids = application_ids(state.range(0));
  const MetricCharge hit{"2555418014", {1, false}};
  const std::string service = "2555417755";
  std::uint64_t calls = 0;
  for (auto _ : state) {
    ++calls;
    const UnixSeconds now = start + static_cast<UnixSeconds>(calls / 50'000);
    std::array<LimitProbe, 2> probes{LimitProbe{hit.metric_id,
                                                Period::minute,
                                                1LL << 40U,
                                                LimitProbe::Compare::with_usage,
                                                {1, false},
                                                0},
                                     LimitProbe{hit.metric_id,
                                                Period::month,
                                                1LL << 40U,
                                                LimitProbe::Compare::with_usage,
                                                {1, false},
                                                0}};
    Traffic traffic;
    const Subject subject{service, ids[calls * 7'919 % ids.size()]};
    benchmark::DoNotOptimize(
        counters.check_and_charge(probes, {subject, now, {&hit, 1}, 0}, now, traffic));
  }
}
BENCHMARK(check_and_charge)->Arg(1)->Arg(1'000)->Arg(100'000);

void check(benchmark::State& state) {
  CopyingLog log;
  StripedCounters counters{log};
  const MetricCharge hit{"2555418014", {1, false}};
  const Subject subject{"2555417755", "application"};
  Traffic traffic;
  counters.check_and_charge({}, {subject, start, {&hit, 1}, 0}, start, traffic);
  std::array<LimitProbe, 2> probes{
      LimitProbe{hit.metric_id, Period::minute, 9, LimitProbe::Compare::stored, {}, 0},
      LimitProbe{hit.metric_id, Period::month, 9, LimitProbe::Compare::stored, {}, 0}};
  for (auto _ : state) benchmark::DoNotOptimize(counters.check(subject, start, probes));
}
BENCHMARK(check);

/// Per batch of 500 transactions over 100,000 applications.
void charge_batch(benchmark::State& state) {
  CopyingLog log;
  StripedCounters counters{log};
  const auto ids = application_ids(100'000);
  const MetricCharge hit{"2555418014", {1, false}};
  std::vector<Charge> charges(500);
  std::vector<Traffic> traffic(charges.size());
  std::uint64_t next = 0;
  for (auto _ : state) {
    for (Charge& charge : charges) {
      charge = {{"2555417755", ids[++next * 7'919 % ids.size()]}, start, {&hit, 1}, 0};
    }
    counters.charge(charges, start, traffic);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * charges.size()));
}
BENCHMARK(charge_batch);

}  // namespace
}  // namespace mainstay::apim
