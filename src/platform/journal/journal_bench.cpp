#include <cstdlib>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>

#include "platform/journal/file_system.hpp"
#include "platform/journal/journal.hpp"

namespace mainstay::journal {
namespace {

/// A journal in the working folder, removed at the end, that forgets what is behind it every
/// gigabyte.
class Bench {
 public:
  explicit Bench(Durability durability) {
    Options options;
    options.folder = folder_;
    options.durability = durability;
    options.on_failure = [](const Error&) { std::abort(); };
    Replay replay;
    replay.on_snapshot = [](Bytes, Sequence) { return Result<>{}; };
    replay.on_record = [](Sequence, Bytes) { return Result<>{}; };
    journal_ = Journal::open(std::move(options), files_, std::move(replay)).value();
  }
  ~Bench() {
    journal_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Journal& journal() { return *journal_; }
  void forget() {
    if (journal_->bytes_since_snapshot() < (std::size_t{1} << 30U)) return;
    if (journal_->write_snapshot({}, journal_->last_sequence()).has_error()) std::abort();
  }

 private:
  std::filesystem::path folder_ = "journal_bench_files";
  PosixFileSystem files_;
  std::unique_ptr<Journal> journal_;
};

const std::string record(64, 'r');

/// Records handed to the kernel, `range(0)` with each commit; the sync thread ticks beside it.
void append_and_commit(benchmark::State& state) {
  Bench bench{Durability::process};
  const auto batch = state.range(0);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batch; ++i) (void)bench.journal().append(as_bytes(record));
    if (!bench.journal().commit({})) std::abort();
    bench.forget();
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

/// Appending alone, as it happens under a caller's lock; the sync thread writes and syncs every
/// tick.
void append_only(benchmark::State& state) {
  Bench bench{Durability::disk};
  std::int64_t count = 0;
  for (auto _ : state) {
    (void)bench.journal().append(as_bytes(record));
    if (++count % 1024 == 0) {
      (void)bench.journal().commit([] {});
      bench.forget();
    }
  }
  state.SetItemsProcessed(count);
}

BENCHMARK(append_and_commit)
    ->Name("journal/commit/64_bytes")
    ->Arg(1)
    ->Arg(16)
    ->Arg(256)
    ->MeasureProcessCPUTime();
BENCHMARK(append_only)->Name("journal/append/64_bytes")->MeasureProcessCPUTime();

}  // namespace
}  // namespace mainstay::journal
