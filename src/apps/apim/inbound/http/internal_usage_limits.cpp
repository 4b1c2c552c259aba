#include <algorithm>

#include "apps/apim/domain/limit_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {
namespace {

/// Error usage_limit_not_found when the path names no period: there is no limit of that kind.
Result<UsageLimitKey> read_limit_key(const InternalCall& call) {
  const auto period = parse_period(call.param("period"));
  if (!period) return catalog_error(CatalogErrc::usage_limit_not_found);
  return UsageLimitKey{PlanId{call.param("plan")}, MetricId{call.param("metric")}, *period};
}

/// With what the original does not have only where it is set.
json::Object limit_json(const ServiceId& service_id, const PlanId& plan_id,
                        const UsageLimit& limit) {
  json::Object out{{"service_id", service_id.get()},
                   {"plan_id", plan_id.get()},
                   {"metric_id", limit.metric_id.get()},
                   {std::string{to_text(limit.period)}, limit.max}};
  if (limit.grace_percent != 0) out.emplace_back("grace_percent", limit.grace_percent);
  if (limit.shadow) out.emplace_back("shadow", true);
  return out;
}

Result<> get_limit(InternalCall& call) {
  const ServiceId service_id = call.service_id();
  MS_TRY(const Service* service, find_service(*call.catalog, service_id));
  MS_TRY(const auto key, read_limit_key(call));
  const UsageLimit* limit = find_usage_limit(*service, key);
  if (limit == nullptr) return catalog_error(CatalogErrc::usage_limit_not_found);
  call.answer(200,
              {{"status", "found"}, {"usagelimit", limit_json(service_id, key.plan_id, *limit)}});
  return {};
}

/// "METRIC/PERIOD", as ListPage takes it; metrics' ids may have slashes, periods have none.
std::string place_of(const UsageLimit& limit) {
  return std::string{limit.metric_id.get()}.append("/").append(to_text(limit.period));
}

Result<std::size_t> first_behind(const Plan& plan, const std::string& after) {
  if (after.empty()) return std::size_t{0};
  const std::size_t slash = std::min(after.rfind('/'), after.size());
  const auto period =
      parse_period(std::string_view{after}.substr(std::min(slash + 1, after.size())));
  if (!period) return value_invalid("parameter 'after'", "names no usage limit");
  const UsageLimitKey key{plan.id, MetricId{after.substr(0, slash)}, *period};
  const std::size_t at = limit_position(plan, key);
  const bool is_there = at < plan.limits.size() && place_of(plan.limits[at]) == after;
  return is_there ? at + 1 : at;
}

Result<> get_limits(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(auto paging, read_paging(call));
  const Plan& plan = service->plan(PlanId{call.param("plan")});
  ListPage page{std::move(paging)};
  MS_TRY(std::size_t next, first_behind(plan, page.after()));
  for (; next < plan.limits.size() && !page.is_full(); ++next) {
    const UsageLimit& limit = plan.limits[next];
    page.add(place_of(limit), limit_json(service->id, plan.id, limit));
  }
  page.answer(call, "usagelimits", plan.limits.size());
  return {};
}

Result<> put_limit(InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "usagelimit"));
  const std::string period = call.param("period");
  if (!parse_period(period)) return value_invalid("period \"" + period + "\"", "is invalid");
  MS_TRY(const auto key, read_limit_key(call));
  Attributes attributes{*object};
  const auto max = attributes.number(period);
  UsageLimitChange change{max.value_or(0)};
  change.grace_percent = attributes.number("grace_percent");
  change.shadow = attributes.flag("shadow");
  MS_TRY_VOID(attributes.checked());
  if (!max) return missing_parameter(period);
  edit(call,
       [service_id = call.service_id(), key, change](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         MS_TRY(auto made, put_usage_limit(catalog, service_id, key, change));
         MS_TRY(const Service* service, find_service(made.next, service_id));
         answer.object = {
             {"status", "modified"},
             {"usagelimit", limit_json(service_id, key.plan_id, *find_usage_limit(*service, key))}};
         return made;
       });
  return {};
}

Result<> delete_limit(InternalCall& call) {
  const auto key = read_limit_key(call);
  if (key.has_error()) {
    // What cannot be there is deleted as it is.
    MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
    call.answer(200, {{"status", "deleted"}});
    return {};
  }
  edit(call, [service_id = call.service_id(), key = *key](const Catalog& catalog,
                                                          InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_usage_limit(catalog, service_id, key);
  });
  return {};
}

}  // namespace

void add_usage_limit_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/plans/{plan}/usagelimits[/]", get_limits);
  const std::string one = "/services/{service}/plans/{plan}/usagelimits/{metric}/{period}[/]";
  routes.add(http::Method::get, one, get_limit);
  routes.add(http::Method::put, one, put_limit);
  routes.add(http::Method::delete_, one, delete_limit);
}

}  // namespace mainstay::apim
