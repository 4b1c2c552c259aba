#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "apps/charging/domain/plots/geo.hpp"
#include "apps/charging/domain/plots/plot.hpp"

namespace mainstay::charging {

/// A plot as an index knows it: where it is, and enough of what it offers that most of those that
/// nobody looks for are passed over without a look at the plot.
struct GeoEntry {
  UnitVector at;
  std::uint32_t slot = 0;       // whose it is; no two entries have the same
  std::uint32_t standards = 0;  // bits of ConnectorStandard
  std::int32_t power_max_w = 0;
  Access access = Access::public_;
};

/// Entries by place. Readers may share it; who changes it is alone.
class GeoIndex {
 public:
  virtual ~GeoIndex() = default;

  /// What it must take; must not change the index. It is asked of many that are not wanted: what it
  /// reads should be in the entry.
  using Keep = std::function<bool(const GeoEntry&)>;

  /// Replaces all, and is packed better than what is inserted one by one.
  virtual void load(std::vector<GeoEntry> entries) = 0;
  virtual void insert(const GeoEntry& entry) = 0;
  /// The entry as it was inserted.
  virtual void erase(const GeoEntry& entry) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;

  /// Puts into `out` the `count` nearest by chord of those within the box that `keep` takes, in no
  /// order; which of those that are as far as the last one is not said.
  virtual void nearest(const UnitVector& from, std::size_t count, const Box3& within,
                       const Keep& keep, std::vector<GeoEntry>& out) const = 0;
  /// Shows each entry within the box, in no order, until `visit` says false.
  virtual void each_within(const Box3& box, const Keep& visit) const = 0;
};

}  // namespace mainstay::charging
