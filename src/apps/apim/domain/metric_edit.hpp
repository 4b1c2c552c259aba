#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "apps/apim/domain/catalog_edit.hpp"

namespace mainstay::apim {

/// Absent attributes stay as they are; a new metric needs a name. An empty parent makes it a root.
struct MetricChange {
  std::optional<std::string> name;
  std::optional<MetricId> parent_id;  // need not exist
};

/// Makes or changes a metric; limits that name it count from now on, its old name is free. Errors:
/// service_not_found, value_missing, value_invalid, metric_name_taken, metric_cycle, too_many
/// (metrics, or levels of them).
Result<CatalogEdit> put_metric(const Catalog& catalog, const ServiceId& service_id,
                               const MetricId& id, const MetricChange& change);

/// Its children become roots; limits that name it are kept and count nothing. Errors:
/// service_not_found, metric_not_found.
Result<CatalogEdit> remove_metric(const Catalog& catalog, const ServiceId& service_id,
                                  const MetricId& id);

/// How many ancestors a metric has.
std::size_t levels_above(const MetricTree& tree, MetricIndex index);

/// Whether a metric is its own ancestor; trees do not check that themselves.
bool has_cycle(const MetricTree& tree, MetricIndex from);

}  // namespace mainstay::apim
