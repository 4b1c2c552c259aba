#include "apps/charging/outbound/memory/linear_geo_index.hpp"

#include <algorithm>

namespace mainstay::charging {

void LinearGeoIndex::erase(const GeoEntry& entry) {
  std::erase_if(entries_, [&](const GeoEntry& one) { return one.slot == entry.slot; });
}

void LinearGeoIndex::nearest(const UnitVector& from, std::size_t count, const Box3& within,
                             const Keep& keep, std::vector<GeoEntry>& out) const {
  out.clear();
  for (const GeoEntry& one : entries_) {
    if (within.contains(one.at) && keep(one)) out.push_back(one);
  }
  std::ranges::sort(out, {}, [&](const GeoEntry& one) { return chord_squared(from, one.at); });
  if (out.size() > count) out.resize(count);
}

void LinearGeoIndex::each_within(const Box3& box, const Keep& visit) const {
  for (const GeoEntry& one : entries_) {
    if (box.contains(one.at) && !visit(one)) return;
  }
}

}  // namespace mainstay::charging
