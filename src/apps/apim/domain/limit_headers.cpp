#include "apps/apim/domain/limit_headers.hpp"

#include <algorithm>
#include <limits>

namespace mainstay::apim {
namespace {

constexpr std::int64_t unconstrained = std::numeric_limits<std::int64_t>::max();

std::int64_t units_left(const UsageReport& report, const UsageValue* usage, bool counted_already) {
  const std::int64_t now_used =
      counted_already && usage != nullptr ? applied(report.stored, *usage) : report.stored;
  return std::max<std::int64_t>(0, report.limit.max - now_used);
}

/// How many more calls with this usage fit into what is left of a limit.
std::int64_t same_calls_left(std::int64_t left, const UsageValue* usage) {
  if (left == 0) return 0;
  if (usage == nullptr || usage->amount == 0) return unconstrained;
  return left / usage->amount;
}

std::int64_t seconds_to_end(const Status& status, Period period, SystemTime now) {
  if (period == Period::eternity) return -1;
  const SystemTime end{Seconds{status.windows[index(period)].end}};
  return std::chrono::ceil<Seconds>(end - now).count();
}

/// Rounded up; -1 stays never.
std::int64_t whole_seconds(std::int64_t nanos) {
  return nanos < 0 ? -1 : std::chrono::ceil<Seconds>(std::chrono::nanoseconds{nanos}).count();
}

/// Tightens `headers` by a spike limit that fewer calls fit under.
void tighten(LimitHeaders& headers, const SpikeProbe& spike, bool counted) {
  const std::int64_t left = counted ? spike.room - spike.amount : spike.room;
  const std::int64_t calls = std::max<std::int64_t>(0, left) / spike.amount;
  if (headers.max_value && calls >= headers.remaining) return;
  headers.remaining = calls;
  headers.units_left = std::max<std::int64_t>(0, left);
  headers.max_value = spike.rule.burst;
  // Counted, this call's own part comes back last.
  const std::int64_t own = counted ? drain_time(spike.rule, spike.amount) : 0;
  headers.reset = whole_seconds(spike.wait != 0 ? spike.wait : spike.wait_all + own);
}

}  // namespace

LimitHeaders limit_headers(const Status& status, const AuthorizeCommand& command, SystemTime now) {
  // A repeated call's usage is in the stored values already.
  const bool counted =
      command.kind == AuthorizeCommand::Kind::authrep && status.authorized() && !status.repeated;
  const UsageReport* tightest = nullptr;
  std::int64_t tightest_calls = unconstrained;
  std::int64_t tightest_left = 0;
  for (const UsageReport& report : status.reports) {
    const UsageValue* usage = status.usage.find(report.limit.metric);
    if (!status.usage.entries().empty() && usage == nullptr) continue;
    const std::int64_t left = units_left(report, usage, counted);
    const std::int64_t calls = same_calls_left(left, usage);
    const bool tighter = tightest == nullptr || calls < tightest_calls ||
                         (calls == tightest_calls && report.limit.period > tightest->limit.period);
    if (!tighter) continue;
    tightest = &report;
    tightest_calls = calls;
    tightest_left = left;
  }
  LimitHeaders headers;
  if (tightest != nullptr && tightest_calls != unconstrained) {
    headers = {tightest_calls, seconds_to_end(status, tightest->limit.period, now), tightest_left,
               tightest->limit.max};
  }
  for (const SpikeProbe& spike : status.spikes) tighten(headers, spike, counted);
  return headers;
}

}  // namespace mainstay::apim
