#include "apps/apim/domain/metric_tree.hpp"

#include <utility>

namespace mainstay::apim {

MetricTree::MetricTree(std::vector<Metric> metrics)
    : metrics_(std::move(metrics)), links_(metrics_.size()) {
  for (MetricIndex i = 0; i < metrics_.size(); ++i) {
    by_name_.emplace(metrics_[i].name, i);
    by_id_.emplace(metrics_[i].id.get(), i);
  }
  for (MetricIndex i = 0; i < metrics_.size(); ++i) {
    if (!metrics_[i].parent_id) continue;
    const auto parent = find_id(metrics_[i].parent_id->get());
    if (!parent || *parent == i) continue;
    links_[i].parent = parent;
    links_[*parent].children.push_back(i);
  }
}

std::optional<MetricIndex> MetricTree::find_name(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<MetricIndex> MetricTree::find_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::optional<MetricIndex> MetricTree::parent(MetricIndex index) const {
  return links_[index].parent;
}

}  // namespace mainstay::apim
