#include "apps/apim/domain/metric_tree.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mainstay::apim {
namespace {

/// The places of all metrics, sorted by what `text_of` says of them.
template <class TextOf>
std::vector<MetricIndex> sorted_by(const std::vector<Metric>& metrics, TextOf text_of) {
  std::vector<MetricIndex> out(metrics.size());
  std::iota(out.begin(), out.end(), MetricIndex{0});
  std::stable_sort(out.begin(), out.end(), [&](MetricIndex a, MetricIndex b) {
    return text_of(metrics[a]) < text_of(metrics[b]);
  });
  return out;
}

template <class TextOf>
std::optional<MetricIndex> find_sorted(const std::vector<Metric>& metrics,
                                       const std::vector<MetricIndex>& sorted,
                                       std::string_view text, TextOf text_of) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), text,
      [&](MetricIndex a, std::string_view wanted) { return text_of(metrics[a]) < wanted; });
  if (found == sorted.end() || text_of(metrics[*found]) != text) return std::nullopt;
  return *found;
}

std::string_view name_of(const Metric& metric) { return metric.name; }
std::string_view id_of(const Metric& metric) { return metric.id.get(); }

}  // namespace

MetricTree::MetricTree(std::vector<Metric> metrics)
    : metrics_(std::move(metrics)),
      links_(metrics_.size()),
      by_name_(sorted_by(metrics_, name_of)),
      by_id_(sorted_by(metrics_, id_of)) {
  for (MetricIndex i = 0; i < metrics_.size(); ++i) {
    if (!metrics_[i].parent_id) continue;
    const auto parent = find_id(metrics_[i].parent_id->get());
    if (!parent || *parent == i) continue;
    links_[i].parent = parent;
    links_[*parent].children.push_back(i);
  }
}

std::optional<MetricIndex> MetricTree::find_name(std::string_view name) const {
  return find_sorted(metrics_, by_name_, name, name_of);
}

std::optional<MetricIndex> MetricTree::find_id(std::string_view id) const {
  return find_sorted(metrics_, by_id_, id, id_of);
}

std::optional<MetricIndex> MetricTree::parent(MetricIndex index) const {
  return links_[index].parent;
}

}  // namespace mainstay::apim
