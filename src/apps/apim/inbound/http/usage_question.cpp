#include "apps/apim/inbound/http/usage_question.hpp"

#include "apps/apim/domain/local_time.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/limits.hpp"

namespace mainstay::apim {
namespace {

Error moment_invalid(std::string_view name) {
  return value_invalid(
      std::string{"parameter '"}.append(name).append("'"),
      "must be a date (2026-11-21), a date and time (2026-11-21T10:00:00Z) or Unix seconds");
}

Result<std::optional<UnixSeconds>> moment(const std::optional<std::string>& text,
                                          std::string_view name, const TimeZone* zone) {
  if (!text) return std::optional<UnixSeconds>{};
  const auto parsed = parse_moment(*text, zone);
  if (!parsed) return moment_invalid(name);
  return parsed;
}

/// The zone of the answer, and the range; reads a zone's file at times, so on the lane.
Result<SeriesRange> range_of(UsageQuestion& question) {
  const UsageQuery& query = question.head.query;
  question.head.zone = question.counted;
  if (query.timezone) {
    MS_TRY(question.head.zone, time_zone(question.api, *query.timezone));
  }
  SeriesRange range;
  range.period = query.period;
  range.zone = question.head.zone;
  range.counted = question.counted;
  MS_TRY(range.since, moment(query.since, "since", range.zone));
  MS_TRY(range.until, moment(query.until, "until", range.zone));
  return range;
}

std::string_view counter_of(const UsageHead& head) {
  return head.metric_id.empty() ? response_code_metric(head.query.response_code)
                                : std::string_view{head.metric_id};
}

}  // namespace

Result<UsageAnswer> read_series(UsageQuestion& question) {
  MS_TRY(const SeriesRange range, range_of(question));
  const UsageHead& head = question.head;
  MS_TRY(const UsageSeries series,
         question.api.usage.series({head.service_id, head.application_id}, counter_of(head), range,
                                   question.now));
  return usage_answer(head, series);
}

Result<UsageAnswer> read_top(UsageQuestion& question) {
  MS_TRY(const SeriesRange range, range_of(question));
  const UsageHead& head = question.head;
  const std::size_t offset = (head.query.page - 1) * head.query.per_page;
  if (offset >= Limits::usage_rank_max) {
    return value_invalid(
        "parameter 'page'",
        "must not go beyond the first " + std::to_string(Limits::usage_rank_max) + " applications");
  }
  MS_TRY(const UsageTop top, question.api.usage.top(head.service_id, counter_of(head), range,
                                                    question.now, offset, head.query.per_page + 1));
  return usage_answer(head, top);
}

}  // namespace mainstay::apim
