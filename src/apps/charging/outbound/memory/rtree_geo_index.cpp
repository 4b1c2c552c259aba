#include "apps/charging/outbound/memory/rtree_geo_index.hpp"

#include <algorithm>
#include <iterator>

#include <boost/geometry/algorithms/comparable_distance.hpp>
#include <boost/geometry/geometries/geometries.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <boost/geometry/strategies/strategies.hpp>

namespace mainstay::charging {
namespace {

namespace geometry = boost::geometry;
using Point = geometry::model::point<double, 3, geometry::cs::cartesian>;
using Box = geometry::model::box<Point>;

Point point(const UnitVector& at) { return {at.x, at.y, at.z}; }
Box box_of(const Box3& box) { return {point(box.least), point(box.most)}; }

struct PlaceOf {
  using result_type = Point;
  Point operator()(const GeoEntry& entry) const { return point(entry.at); }
};
struct SameSlot {
  bool operator()(const GeoEntry& a, const GeoEntry& b) const { return a.slot == b.slot; }
};
using Tree = geometry::index::rtree<GeoEntry, geometry::index::quadratic<16>, PlaceOf, SameSlot>;

}  // namespace

struct RTreeGeoIndex::Impl {
  Tree tree;
};

RTreeGeoIndex::RTreeGeoIndex() : impl_(std::make_unique<Impl>()) {}
RTreeGeoIndex::~RTreeGeoIndex() = default;

void RTreeGeoIndex::load(std::vector<GeoEntry> entries) { impl_->tree = Tree{entries}; }

void RTreeGeoIndex::insert(const GeoEntry& entry) { impl_->tree.insert(entry); }

void RTreeGeoIndex::erase(const GeoEntry& entry) { impl_->tree.remove(entry); }

std::size_t RTreeGeoIndex::size() const { return impl_->tree.size(); }

void RTreeGeoIndex::nearest(const UnitVector& from, std::size_t count, const Box3& within,
                            const Keep& keep, std::vector<GeoEntry>& out) const {
  namespace index = geometry::index;
  out.clear();
  if (count == 0 || impl_->tree.empty()) return;
  const auto most = static_cast<unsigned>(std::min(count, impl_->tree.size()));
  impl_->tree.query(index::intersects(box_of(within)) && index::nearest(point(from), most) &&
                        index::satisfies([&keep](const GeoEntry& one) { return keep(one); }),
                    std::back_inserter(out));
}

void RTreeGeoIndex::each_within(const Box3& box, const Keep& visit) const {
  for (auto at = impl_->tree.qbegin(geometry::index::intersects(box_of(box)));
       at != impl_->tree.qend(); ++at) {
    if (!visit(*at)) return;
  }
}

}  // namespace mainstay::charging
