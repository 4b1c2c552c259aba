#pragma once

#include <memory>

#include "apps/charging/ports/geo_index.hpp"

namespace mainstay::charging {

/// GeoIndex on Boost.Geometry's R-tree over points in space.
class RTreeGeoIndex final : public GeoIndex {
 public:
  RTreeGeoIndex();
  ~RTreeGeoIndex() override;

  void load(std::vector<GeoEntry> entries) override;
  void insert(const GeoEntry& entry) override;
  void erase(const GeoEntry& entry) override;
  [[nodiscard]] std::size_t size() const override;
  void nearest(const UnitVector& from, std::size_t count, const Box3& within, const Keep& keep,
               std::vector<GeoEntry>& out) const override;
  void each_within(const Box3& box, const Keep& visit) const override;

 private:
  struct Impl;  // the library's headers cost seconds a file
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::charging
