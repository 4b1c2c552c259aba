#include "apps/apim/domain/metric_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/inbound/http/paging.hpp"

namespace mainstay::apim {
namespace {

Result<json::Object> metric_json(const Catalog& catalog, const ServiceId& service_id,
                                 const MetricId& id) {
  MS_TRY(const Service* service, find_service(catalog, service_id));
  const auto index = service->metrics->find_id(id.get());
  if (!index) return catalog_error(CatalogErrc::metric_not_found);
  const Metric& metric = service->metrics->at(*index);
  return json::Object{{"service_id", service_id.get()},
                      {"id", metric.id.get()},
                      {"parent_id", text_or_null(metric.parent_id.value_or(MetricId{}).get())},
                      {"name", metric.name}};
}

/// In the order of making.
Result<> get_metrics(InternalCall& call) {
  MS_TRY(const Service* service, find_service(*call.catalog, call.service_id()));
  MS_TRY(auto paging, read_paging(call));
  ListPage page{std::move(paging)};
  MetricIndex next = 0;
  if (!page.after().empty()) {
    const auto after = service->metrics->find_id(page.after());
    if (!after) return value_invalid("parameter 'after'", "names no metric");
    next = *after + 1;
  }
  for (; next < service->metrics->size() && !page.is_full(); ++next) {
    const MetricId& id = service->metrics->at(next).id;
    MS_TRY(const auto shown, metric_json(*call.catalog, service->id, id));
    page.add(id.get(), shown);
  }
  page.answer(call, "metrics", service->metrics->size());
  return {};
}

Result<> get_metric(InternalCall& call) {
  MS_TRY(auto metric,
         metric_json(*call.catalog, call.service_id(), MetricId{call.param("metric")}));
  call.answer(200, {{"status", "found"}, {"metric", std::move(metric)}});
  return {};
}

/// Makes or changes: the two methods differ in their answers only.
Result<> put_and_answer(InternalCall& call, int status, std::string_view word) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "metric"));
  Attributes attributes{*object};
  const MetricChange change{attributes.text("name"), attributes.id<MetricId>("parent_id")};
  MS_TRY_VOID(attributes.checked());
  edit(call,
       [=, service_id = call.service_id(), id = MetricId{call.param("metric")}](
           const Catalog& catalog, InternalAnswer& answer) -> Result<CatalogEdit> {
         MS_TRY(auto made, put_metric(catalog, service_id, id, change));
         MS_TRY(auto metric, metric_json(made.next, service_id, id));
         answer.status = status;
         answer.object = {{"status", word}, {"metric", std::move(metric)}};
         return made;
       });
  return {};
}

Result<> post_metric(InternalCall& call) { return put_and_answer(call, 201, "created"); }

Result<> put_metric_route(InternalCall& call) { return put_and_answer(call, 200, "modified"); }

Result<> delete_metric(InternalCall& call) {
  edit(call, [service_id = call.service_id(), id = MetricId{call.param("metric")}](
                 const Catalog& catalog, InternalAnswer& answer) {
    answer.object = {{"status", "deleted"}};
    return remove_metric(catalog, service_id, id);
  });
  return {};
}

}  // namespace

void add_metric_routes(InternalRoutes& routes) {
  routes.add(http::Method::get, "/services/{service}/metrics[/]", get_metrics);
  const std::string one = "/services/{service}/metrics/{metric}[/]";
  routes.add(http::Method::get, one, get_metric);
  routes.add(http::Method::post, one, post_metric);
  routes.add(http::Method::put, one, put_metric_route);
  routes.add(http::Method::delete_, one, delete_metric);
}

}  // namespace mainstay::apim
