#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/exchange/commands/commands.hpp"
#include "apps/exchange/domain/stream_matcher.hpp"
#include "apps/exchange/domain/stream_record.hpp"
#include "apps/exchange/hash_text.hpp"
#include "apps/exchange/stream_venue.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

constexpr std::pair<const char*, std::size_t> percentiles[] = {
    {"p50_ns", 500}, {"p99_ns", 990}, {"p99.9_ns", 999}, {"max_ns", 1'000}};

struct Run {
  std::size_t records = 0;
  double seconds = 0;
  MatchTotals totals;
  std::uint64_t refused = 0;                             // by accounts
  std::vector<std::chrono::nanoseconds> latencies = {};  // sorted; of runs at a rate

  [[nodiscard]] double ns_per_record() const {
    return records == 0 ? 0 : seconds * 1e9 / static_cast<double>(records);
  }
  [[nodiscard]] std::int64_t latency_at(std::size_t of_thousand) const {
    return latencies[(latencies.size() - 1) * of_thousand / 1'000].count();
  }
};

/// The journal of a run is written as any other's, but removed at its end: it need not survive the
/// machine, and each sync takes the disk's interrupts from what is measured.
constexpr Millis synced_every{1'000};

Run match_only(Stream records, const Clock& clock) {
  StreamMatcher matcher{live_orders_max(records)};
  const SteadyTime begin = clock.steady();
  matcher.apply(records);
  const std::chrono::duration<double> taken = clock.steady() - begin;
  return {records.size(), taken.count(), matcher.totals()};
}

/// A folder of its own for the journal, gone with this.
class JournalFolder {
 public:
  explicit JournalFolder(const std::string& below)
      : path_(std::filesystem::path{below} / ("exchange-match-" + secret_hex(8))) {}
  ~JournalFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  JournalFolder(const JournalFolder&) = delete;
  JournalFolder& operator=(const JournalFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Result<Run> match_with_accounts(Stream records, const Clock& clock, journal::FileSystem& files,
                                const std::string& below, std::int64_t rate) {
  const JournalFolder folder{below};
  journal::Options options;
  options.folder = folder.path();
  options.sync_every = synced_every;
  journal::Replay nothing;
  nothing.on_snapshot = [](Bytes, journal::Sequence) { return Result<>{}; };
  nothing.on_record = [](journal::Sequence, Bytes) { return Result<>{}; };
  MS_TRY(const auto journal, journal::Journal::open(std::move(options), files, std::move(nothing)));
  StreamVenue venue{*journal, clock, live_orders_max(records)};
  MS_TRY_VOID(venue.open(records));
  const SteadyTime begin = clock.steady();
  Run run;
  if (rate == 0) {
    MS_TRY_VOID(venue.run(records));
  } else {
    const std::chrono::nanoseconds interval{1'000'000'000 / rate};
    MS_TRY(run.latencies, venue.run_at(records, interval));
  }
  const std::chrono::duration<double> taken = clock.steady() - begin;
  std::ranges::sort(run.latencies);
  run.records = records.size();
  run.seconds = taken.count();
  run.totals = venue.totals();
  run.refused = venue.refused();
  return run;
}

void print(const Run& run, bool as_json) {
  const MatchTotals& totals = run.totals;
  if (as_json) {
    json::Object value{{"msgs", static_cast<std::uint64_t>(run.records)},
                       {"seconds", run.seconds},
                       {"ns_per_msg", run.ns_per_record()},
                       {"fills", totals.fills},
                       {"qty", totals.quantity},
                       {"hash", hex16(totals.hash)},
                       {"ignored", totals.ignored},
                       {"refused", run.refused}};
    for (const auto& [name, of_thousand] : percentiles) {
      if (!run.latencies.empty()) value.push_back({name, run.latency_at(of_thousand)});
    }
    std::printf("%s\n", json::dump(value).c_str());
    return;
  }
  std::printf("msgs=%zu seconds=%.6f ns_per_msg=%.2f fills=%" PRIu64 " qty=%" PRIu64 " hash=%s\n",
              run.records, run.seconds, run.ns_per_record(), totals.fills, totals.quantity,
              hex16(totals.hash).c_str());
  if (run.latencies.empty()) return;
  for (const auto& [name, of_thousand] : percentiles) {
    std::printf("%s=%" PRId64 "%c", name, run.latency_at(of_thousand),
                of_thousand == 1'000 ? '\n' : ' ');
  }
}

}  // namespace

int run_match(const Call& call) {
  journal::PosixFileSystem files;
  const std::string& path = call.text("file");
  constexpr std::uint64_t bytes_max = stream_records_max * sizeof(StreamRecord);
  const auto bytes = journal::read_file(files, path, bytes_max);
  if (bytes.has_error()) return call.fail(bytes.error());
  const auto records = parse_stream(*bytes);
  if (records.has_error()) return call.fail(path + ": " + records.error().message());
  const MachineClock clock;
  const std::string below = call.text("--journal").empty()
                                ? std::filesystem::temp_directory_path().string()
                                : call.text("--journal");
  Result<Run> run = call.has("--matcher-only") ? Result<Run>{match_only(*records, clock)}
                                               : match_with_accounts(*records, clock, files, below,
                                                                     call.number("--rate", 0));
  if (run.has_error()) return call.fail(path + ": " + run.error().message());
  print(*run, call.json);
  if (call.has("--verbose")) {
    call.say(std::to_string(run->totals.ignored) +
             " records had no effect: an unknown id, quantity 0, or a new order whose id is live");
    call.say(std::to_string(run->refused) +
             " were refused by accounts: not enough money, or an overflow");
  }
  return exit_ok;
}

}  // namespace mainstay::exchange
