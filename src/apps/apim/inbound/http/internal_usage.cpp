#include <memory>
#include <utility>

#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/usage_query.hpp"
#include "apps/apim/inbound/http/usage_question.hpp"
#include "apps/apim/limits.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t usual_top = 100;  // applications a page

using Read = Result<UsageAnswer> (*)(UsageQuestion&);

/// One question on its way over the reading lane.
struct Reading {
  UsageQuestion question;
  http::Deferred deferred;
};

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
  const auto reading = std::make_shared<Reading>(
      Reading{{call.api, std::move(head), service.zone, call.now()}, call.response.defer()});
  const bool posted = call.api.usage_lane.try_post([reading, read] {
    auto answer = std::make_shared<Result<UsageAnswer>>(read(reading->question));
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

void add_usage_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/usage[/]", get_service_usage);
  routes.add(http::Method::get, "/services/{service}/usage/top[/]", get_top);
  routes.add(http::Method::get, "/services/{service}/applications/{application}/usage[/]",
             get_application_usage);
}

}  // namespace mainstay::apim
