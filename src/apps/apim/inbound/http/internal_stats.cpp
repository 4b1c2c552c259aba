#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/ports/counters.hpp"

namespace mainstay::apim {
namespace {

Result<> delete_stats(InternalCall& call) {
  MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
  call.api.counters.erase_service(call.service_id().get());
  call.answer(200, {{"status", "to_be_deleted"}});
  return {};
}

}  // namespace

void add_stats_routes(InternalRoutes& routes) {
  routes.add(http::Method::delete_, "/services/{service}/stats[/]", delete_stats);
}

}  // namespace mainstay::apim
