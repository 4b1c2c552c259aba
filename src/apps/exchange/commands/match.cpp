#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <string>

#include "apps/exchange/commands/commands.hpp"
#include "apps/exchange/domain/stream_matcher.hpp"
#include "apps/exchange/domain/stream_record.hpp"
#include "base/clock.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/json/json.hpp"

namespace mainstay::exchange {
namespace {

struct Run {
  std::size_t records = 0;
  double seconds = 0;
  MatchTotals totals;

  [[nodiscard]] double ns_per_record() const {
    return records == 0 ? 0 : seconds * 1e9 / static_cast<double>(records);
  }
};

// The most orders that can be live at a time, as far as that shows without matching.
std::size_t live_orders_max(Stream records) {
  std::size_t live = 0;
  std::size_t most = 0;
  for (const StreamRecord& record : records) {
    if (record.op == StreamOp::place && record.tif == 0) most = std::max(most, ++live);
    if (record.op == StreamOp::cancel && live > 0) --live;
  }
  return most;
}

Run match_only(Stream records, const Clock& clock) {
  StreamMatcher matcher{live_orders_max(records)};
  const SteadyTime begin = clock.steady();
  matcher.apply(records);
  const std::chrono::duration<double> taken = clock.steady() - begin;
  return {records.size(), taken.count(), matcher.totals()};
}

std::string hex(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, number);
  return text;
}

void print(const Run& run, bool as_json) {
  const MatchTotals& totals = run.totals;
  if (as_json) {
    const json::Value value = json::Object{{"msgs", static_cast<std::uint64_t>(run.records)},
                                           {"seconds", run.seconds},
                                           {"ns_per_msg", run.ns_per_record()},
                                           {"fills", totals.fills},
                                           {"qty", totals.quantity},
                                           {"hash", hex(totals.hash)},
                                           {"ignored", totals.ignored}};
    std::printf("%s\n", json::dump(value).c_str());
    return;
  }
  std::printf("msgs=%zu seconds=%.6f ns_per_msg=%.2f fills=%" PRIu64 " qty=%" PRIu64 " hash=%s\n",
              run.records, run.seconds, run.ns_per_record(), totals.fills, totals.quantity,
              hex(totals.hash).c_str());
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
  if (!call.has("--matcher-only")) {
    return call.fail("matching with accounts is not there yet; see --matcher-only", exit_usage);
  }
  const Run run = match_only(*records, MachineClock{});
  print(run, call.json);
  if (call.has("--verbose")) {
    call.say(std::to_string(run.totals.ignored) +
             " records had no effect: an unknown id, quantity 0, or a new order whose id is live");
  }
  return exit_ok;
}

}  // namespace mainstay::exchange
