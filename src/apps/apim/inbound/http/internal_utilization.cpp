#include "apps/apim/domain/alert.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {
namespace {

Result<> get_utilization(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(const Application* application,
         find_application(*call.catalog, call.service_id(), call.application_id()));
  json::Array out;
  for (const Utilization& one :
       read_utilization(call.api.counters, *service, *application, call.now())) {
    out.emplace_back(json::Object{{"period", to_text(one.limit.period)},
                                  {"metric_name", service->metrics->at(one.limit.metric).name},
                                  {"max_value", one.limit.max},
                                  {"current_value", one.current}});
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
