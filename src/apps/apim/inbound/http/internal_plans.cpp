#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {
namespace {

/// Plans that have limits: there is no other trace of one.
Result<> get_plans(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(auto paging, read_paging(call));
  answer_page(call, std::move(paging), "plans", service->plans, [&](const Plan& plan) {
    return json::Object{{"service_id", service->id.get()},
                        {"id", plan.id.get()},
                        {"usagelimits", std::uint64_t{plan.limits.size()}},
                        {"spikelimits", std::uint64_t{plan.spike_limits.size()}}};
  });
  return {};
}

}  // namespace

void add_plan_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/plans[/]", get_plans);
}

}  // namespace mainstay::apim
