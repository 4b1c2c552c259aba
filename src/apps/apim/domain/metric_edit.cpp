#include "apps/apim/domain/metric_edit.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "apps/apim/domain/row_edit.hpp"
#include "apps/apim/limits.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

Result<> check(const MetricId& id, const MetricChange& change) {
  MS_TRY_VOID(check_id("metric id", id.get()));
  if (change.name) {
    MS_TRY_VOID(check_id("metric name", *change.name));
    // Calls that name it are read without outer blanks: they would never find it.
    if (trimmed(*change.name).size() != change.name->size()) {
      return value_invalid("metric name", "must not begin or end with blanks");
    }
  }
  if (change.parent_id) MS_TRY_VOID(check_text("parent_id", change.parent_id->get()));
  return {};
}

void apply(const MetricChange& change, Metric& metric) {
  if (change.name) metric.name = *change.name;
  if (!change.parent_id) return;
  metric.parent_id = change.parent_id;
  if (metric.parent_id->get().empty()) metric.parent_id.reset();
}

bool same_rows(const Plan& a, const Plan& b) {
  return a.rows == b.rows && a.watched == b.watched && a.spikes == b.spikes;
}

/// Gives the service its new metrics and settles which limits mean what in them.
void set_metrics(Service& service, std::shared_ptr<const MetricTree> metrics) {
  PersistentMap<Plan> plans = service.plans;
  service.plans.for_each([&](const std::string& id, const Plan& plan) {
    Plan resolved = plan;
    resolve_rows(resolved, *metrics);
    if (!same_rows(resolved, plan)) plans = plans.with(id, std::move(resolved));
  });
  service.plans = std::move(plans);
  service.metrics = std::move(metrics);
}

/// The metrics with this one made or changed.
Result<std::vector<Metric>> changed(const MetricTree& tree, const MetricId& id,
                                    const MetricChange& change) {
  const auto at = tree.find_id(id.get());
  if (!at && !change.name) return value_missing("metric name");
  if (!at && tree.size() >= Limits::metrics_per_service_max) {
    return too_many("metrics of a service", Limits::metrics_per_service_max);
  }
  if (change.name) {
    const auto named = tree.find_name(*change.name);
    if (named && named != at) return metric_name_taken(*change.name, tree.at(*named).id.get());
  }
  std::vector<Metric> metrics = tree.all();
  Metric& metric = at ? metrics[*at] : metrics.emplace_back(Metric{id, {}, {}});
  apply(change, metric);
  return metrics;
}

/// Of the subtree that this metric is the root of.
std::size_t levels_from(const MetricTree& tree, MetricIndex index) {
  std::size_t levels = 0;
  std::vector<MetricIndex> level{index};
  for (; !level.empty(); ++levels) {
    std::vector<MetricIndex> below;
    for (const MetricIndex metric : level) {
      below.insert(below.end(), tree.children(metric).begin(), tree.children(metric).end());
    }
    level = std::move(below);
  }
  return levels;
}

}  // namespace

std::size_t levels_above(const MetricTree& tree, MetricIndex index) {
  std::size_t levels = 0;
  for (auto above = tree.parent(index); above; above = tree.parent(*above)) ++levels;
  return levels;
}

bool has_cycle(const MetricTree& tree, MetricIndex from) {
  if (tree.at(from).parent_id == tree.at(from).id) return true;
  // No chain is longer than the tree is large.
  auto at = tree.parent(from);
  for (std::size_t steps = 0; at && steps < tree.size(); ++steps) {
    if (*at == from) return true;
    at = tree.parent(*at);
  }
  return false;
}

Result<CatalogEdit> put_metric(const Catalog& catalog, const ServiceId& service_id,
                               const MetricId& id, const MetricChange& change) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  MS_TRY_VOID(check(id, change));
  MS_TRY(auto metrics, changed(*found->metrics, id, change));
  auto tree = std::make_shared<const MetricTree>(std::move(metrics));
  // Asked of the new tree: children that waited for this metric are linked only there.
  const MetricIndex index = *tree->find_id(id.get());
  const Metric metric = tree->at(index);
  if (has_cycle(*tree, index)) return metric_cycle(id.get(), metric.parent_id->get());
  if (levels_above(*tree, index) + levels_from(*tree, index) > Limits::metric_depth_max) {
    return too_many("levels of metrics", Limits::metric_depth_max);
  }

  Service service = *found;
  set_metrics(service, std::move(tree));
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.put(MetricRow{service_id, id, metric.name, metric.parent_id});
  return edit;
}

Result<CatalogEdit> remove_metric(const Catalog& catalog, const ServiceId& service_id,
                                  const MetricId& id) {
  MS_TRY(const Service* found, find_service(catalog, service_id));
  std::vector<Metric> metrics = found->metrics->all();
  if (std::erase_if(metrics, [&](const Metric& metric) { return metric.id == id; }) == 0) {
    return catalog_error(CatalogErrc::metric_not_found);
  }
  Service service = *found;
  set_metrics(service, std::make_shared<const MetricTree>(std::move(metrics)));
  CatalogEdit edit = with_service(catalog, std::move(service));
  edit.erase(MetricRow{service_id, id, {}, {}});
  return edit;
}

}  // namespace mainstay::apim
