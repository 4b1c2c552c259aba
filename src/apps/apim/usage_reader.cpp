#include "apps/apim/usage_reader.hpp"

#include <utility>

#include "apps/apim/domain/usage.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

Result<> check_period_of_service(Period period) {
  if (period != Period::minute) return {};
  return Error{UsageErrc::period_unfit,
               "minutes are kept for single applications only: ask for period=hour or longer, or "
               "for one application's usage"};
}

}  // namespace

Result<UsageSeries> UsageReader::series(const Subject& subject, std::string_view metric_id,
                                        const SeriesRange& range, UnixSeconds now) const {
  const bool is_total = subject.application_id.empty();
  if (is_total) MS_TRY_VOID(check_period_of_service(range.period));
  MS_TRY(SeriesPlan plan, plan_series(range, now));
  const bool has_history = !counters_.is_erasure_pending(subject.service_id);
  // Memory first: what leaves it meanwhile has been written to the history before.
  std::vector<UsagePoint> memory;
  if (!is_total) {
    counters_.windows(subject, metric_id, plan.counted, plan.from, plan.until, memory);
  }
  std::vector<UsagePoint> stored;
  if (has_history && plan.counted != Period::minute) {
    // Twice: windows of a zone that the service counted in before may lie between.
    constexpr std::size_t rows_max = 2 * Limits::usage_points_max;
    MS_TRY(stored,
           history_.series(subject, metric_id, plan.counted, plan.from, plan.until, rows_max));
  }
  UsageSeries out;
  out.values = series_values(plan, memory, stored);
  out.points = std::move(plan.points);
  for (const std::int64_t value : out.values) out.total = saturating_add(out.total, value);
  return out;
}

Result<UsageTop> UsageReader::top(std::string_view service_id, std::string_view metric_id,
                                  const SeriesRange& range, UnixSeconds now, std::size_t offset,
                                  std::size_t count_max) const {
  MS_TRY_VOID(check_period_of_service(range.period));
  UsageTop out;
  Period period = range.period;
  UnixSeconds until = 0;
  if (range.until) {
    MS_TRY(const SeriesPlan plan, plan_series(range, now));
    out.window = {plan.points.front().begin, plan.points.back().end};
    period = plan.counted;
    until = plan.until;
  } else {
    MS_TRY(out.window,
           counted_window(range.period, range.since.value_or(now), range.zone, range.counted));
    until = out.window.begin + 1;
  }
  if (counters_.is_erasure_pending(service_id)) return out;
  MS_TRY(out.applications,
         history_.top(service_id, metric_id, period, out.window.begin, until, offset, count_max));
  return out;
}

}  // namespace mainstay::apim
