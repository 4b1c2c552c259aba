#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/fundamental.hpp"

namespace mainstay::apim {

/// A metric's place in its tree; meaningful with that tree only.
using MetricIndex = std::uint32_t;

struct Metric {
  MetricId id;
  std::string name;
  std::optional<MetricId>
      parent_id;  // may name a metric that does not exist: then it counts as a root
};

/// A service's metrics and their hierarchy, in the order of making. Immutable once made; without
/// cycles: metric_edit.hpp refuses them.
class MetricTree {
 public:
  MetricTree() = default;
  explicit MetricTree(std::vector<Metric> metrics);

  [[nodiscard]] std::size_t size() const { return metrics_.size(); }
  [[nodiscard]] const Metric& at(MetricIndex index) const { return metrics_[index]; }
  [[nodiscard]] const std::vector<Metric>& all() const { return metrics_; }
  [[nodiscard]] std::optional<MetricIndex> find_name(std::string_view name) const;
  [[nodiscard]] std::optional<MetricIndex> find_id(std::string_view id) const;
  [[nodiscard]] std::optional<MetricIndex> parent(MetricIndex index) const;
  [[nodiscard]] const std::vector<MetricIndex>& children(MetricIndex index) const {
    return links_[index].children;
  }

 private:
  struct Links {
    std::optional<MetricIndex> parent;
    std::vector<MetricIndex> children;
  };
  std::vector<Metric> metrics_;
  std::vector<Links> links_;
  // Sorted by what they are named for; of equal ones the first made comes first.
  std::vector<MetricIndex> by_name_;
  std::vector<MetricIndex> by_id_;
};

}  // namespace mainstay::apim
