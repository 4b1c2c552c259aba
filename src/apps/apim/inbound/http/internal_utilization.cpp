#include "apps/apim/domain/alert.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

json::Object utilization_json(const Service& service, const Utilization& one) {
  return {{"period", to_text(one.limit.period)},
          {"metric_name", service.metrics->at(one.limit.metric).name},
          {"max_value", one.limit.max},
          {"current_value", one.current}};
}

/// Limits, then shadows.
Result<> get_utilization(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(const Application* application,
         find_application(*call.catalog, call.service_id(), call.application_id()));
  const Counters& counters = call.api.counters;
  json::Array out;
  for (const auto& one : read_utilization(counters, *service, *application, call.now())) {
    out.emplace_back(utilization_json(*service, one));
  }
  for (const auto& one : read_watched(counters, *service, *application, call.now())) {
    if (!one.limit.shadow) continue;
    json::Object shown = utilization_json(*service, one);
    shown.emplace_back("shadow", true);
    out.emplace_back(std::move(shown));
  }
  call.answer(200, {{"status", "found"}, {"utilization", std::move(out)}});
  return {};
}

}  // namespace

void add_utilization_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/applications/{application}/utilization[/]",
             get_utilization);
}

}  // namespace mainstay::apim
