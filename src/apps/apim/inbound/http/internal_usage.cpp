#include <memory>
#include <utility>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/domain/local_time.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/usage_answer.hpp"
#include "apps/apim/inbound/http/usage_query.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/usage_reader.hpp"
#include "base/text.hpp"
#include "platform/lane/lane.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t usual_top = 100;  // applications a page

/// One question on its way over the reading lane.
struct Reading {
  Reading(InternalCall& call, UsageHead about)
      : api(call.api),
        catalog(call.catalog),
        head(std::move(about)),
        now(call.now()),
        deferred(call.response.defer()) {}

  InternalApi& api;
  CatalogService::Snapshot catalog;  // keeps the zone and what else is looked at
  UsageHead head;
  const TimeZone* counted = nullptr;
  UnixSeconds now;
  http::Deferred deferred;
};
using Read = Result<UsageAnswer> (*)(Reading&);

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
Result<SeriesRange> range_of(Reading& reading) {
  const UsageQuery& query = reading.head.query;
  reading.head.zone = reading.counted;
  if (query.timezone) {
    MS_TRY(reading.head.zone, time_zone(reading.api, *query.timezone));
  }
  SeriesRange range;
  range.period = query.period;
  range.zone = reading.head.zone;
  range.counted = reading.counted;
  MS_TRY(range.since, moment(query.since, "since", range.zone));
  MS_TRY(range.until, moment(query.until, "until", range.zone));
  return range;
}

std::string_view counter_of(const UsageHead& head) {
  return head.metric_id.empty() ? response_code_metric(head.query.response_code)
                                : std::string_view{head.metric_id};
}

Result<UsageAnswer> read_series(Reading& reading) {
  MS_TRY(const SeriesRange range, range_of(reading));
  const UsageHead& head = reading.head;
  MS_TRY(const UsageSeries series, reading.api.usage.series({head.service_id, head.application_id},
                                                            counter_of(head), range, reading.now));
  return usage_answer(head, series);
}

Result<UsageAnswer> read_top(Reading& reading) {
  MS_TRY(const SeriesRange range, range_of(reading));
  const UsageHead& head = reading.head;
  const std::size_t offset = (head.query.page - 1) * head.query.per_page;
  if (offset >= Limits::usage_rank_max) {
    return value_invalid(
        "parameter 'page'",
        "must not go beyond the first " + std::to_string(Limits::usage_rank_max) + " applications");
  }
  MS_TRY(const UsageTop top, reading.api.usage.top(head.service_id, counter_of(head), range,
                                                   reading.now, offset, head.query.per_page + 1));
  return usage_answer(head, top);
}

void send(http::Response& response, const UsageAnswer& answer) {
  response.status(200);
  response.content_type(answer.csv ? "text/csv; charset=utf-8; header=present"
                                   : "application/json");
  response.header("Vary", "Accept");
  if (answer.csv) {
    response.header("Content-Disposition", "attachment; filename=\"" + answer.file_name + "\"");
  }
  if (!answer.next.empty()) response.header("Link", "<" + answer.next + ">; rel=\"next\"");
  response.body() = answer.body;
}

/// Reads on the lane and answers from there; 503 when too many wait for it.
Result<> read_later(InternalCall& call, const Service& service, std::string application_id,
                    Read read, std::size_t usual_per_page) {
  UsageHead head;
  MS_TRY(head.query,
         read_usage_query(call.request.query, call.request.header("Accept"), usual_per_page));
  head.service_id = service.id.get();
  head.application_id = std::move(application_id);
  head.path = call.request.path;
  if (!head.query.metric.empty()) {
    const auto metric = service.metrics->find_name(head.query.metric);
    if (!metric) return catalog_error(CatalogErrc::metric_not_found);
    head.metric_id = service.metrics->at(*metric).id.get();
  }
  const auto reading = std::make_shared<Reading>(call, std::move(head));
  reading->counted = service.zone;
  const bool posted = call.api.usage_lane.try_post([reading, read] {
    auto answer = std::make_shared<Result<UsageAnswer>>(read(*reading));
    reading->deferred.complete([answer](http::Response& response) {
      if (answer->has_error()) return refuse(response, answer->error());
      send(response, **answer);
    });
  });
  if (!posted) {
    reading->deferred.complete(
        [](http::Response& response) { refuse(response, Error{UsageErrc::busy}); });
  }
  return {};
}

Result<> get_service_usage(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  return read_later(call, *service, {}, read_series, Limits::usage_page_max);
}

Result<> get_application_usage(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(const Application* application,
         find_application(*call.catalog, call.service_id(), call.application_id()));
  return read_later(call, *service, application->id.get(), read_series, Limits::usage_page_max);
}

Result<> get_top(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  return read_later(call, *service, {}, read_top, usual_top);
}

}  // namespace

Result<const TimeZone*> time_zone(InternalApi& api, std::string_view name) {
  if (name.empty() || name == "UTC") return static_cast<const TimeZone*>(nullptr);
  const TimeZone* zone = api.zones.find(name);
  if (zone != nullptr) return zone;
  constexpr std::size_t quoted_bytes_max = 64;
  std::string why{"must be the name of an IANA time zone, such as Europe/Berlin or UTC"};
  if (name.size() <= quoted_bytes_max) {
    why.append(", not \"").append(repaired_utf8(name)).append("\"");
  }
  return value_invalid("parameter 'timezone'", why);
}

void add_usage_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/usage[/]", get_service_usage);
  routes.add(http::Method::get, "/services/{service}/usage/top[/]", get_top);
  routes.add(http::Method::get, "/services/{service}/applications/{application}/usage[/]",
             get_application_usage);
}

}  // namespace mainstay::apim
