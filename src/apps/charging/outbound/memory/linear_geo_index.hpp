#pragma once

#include <vector>

#include "apps/charging/ports/geo_index.hpp"

namespace mainstay::charging {

/// GeoIndex that looks at every entry: for few, and to compare others with.
class LinearGeoIndex final : public GeoIndex {
 public:
  void load(std::vector<GeoEntry> entries) override { entries_ = std::move(entries); }
  void insert(const GeoEntry& entry) override { entries_.push_back(entry); }
  void erase(const GeoEntry& entry) override;
  [[nodiscard]] std::size_t size() const override { return entries_.size(); }
  void nearest(const UnitVector& from, std::size_t count, const Box3& within, const Keep& keep,
               std::vector<GeoEntry>& out) const override;
  void each_within(const Box3& box, const Keep& visit) const override;

 private:
  std::vector<GeoEntry> entries_;
};

}  // namespace mainstay::charging
