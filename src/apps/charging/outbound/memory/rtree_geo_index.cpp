#include "apps/charging/outbound/memory/rtree_geo_index.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <boost/geometry/algorithms/comparable_distance.hpp>
#include <boost/geometry/geometries/geometries.hpp>
#include <boost/geometry/index/detail/rtree/utilities/view.hpp>
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
constexpr std::size_t children_max = 16;
using Tree =
    geometry::index::rtree<GeoEntry, geometry::index::quadratic<children_max>, PlaceOf, SameSlot>;

namespace inside = geometry::index::detail::rtree;
using Nodes = inside::utilities::view<Tree>::members_holder;

double overshoot(double at, double least, double most) {
  return std::max(std::max(least - at, at - most), 0.0);
}

double chord_squared(const UnitVector& from, const Box3& to) {
  const UnitVector way{overshoot(from.x, to.least.x, to.most.x),
                       overshoot(from.y, to.least.y, to.most.y),
                       overshoot(from.z, to.least.z, to.most.z)};
  return dot(way, way);
}

UnitVector vector(const Point& at) { return {at.get<0>(), at.get<1>(), at.get<2>()}; }

/// Finds the nearest in half the time of Boost's query for them: it asks of no entry that is too
/// far, and has a node's children fetched from memory together. For that it goes through the nodes
/// as Boost's own visitors do; this is not promised to stay, but then nothing compiles.
class NearestWalk : public Nodes::visitor_const {
 public:
  NearestWalk(const UnitVector& from, std::size_t count, const Box3& within,
              const GeoIndex::Keep& keep)
      : from_(from), count_(count), within_(within), keep_(keep) {
    best_.reserve(count);
  }

  void operator()(const Nodes::internal_node& node) {
    std::array<Child, children_max> near;  // the nearest first
    std::size_t size = 0;
    for (const auto& [bounds, child] : inside::elements(node)) {
      const Box3 box{vector(bounds.min_corner()), vector(bounds.max_corner())};
      const double chord = chord_squared(from_, box);
      if (chord >= chord_max_ || !within_.touches(box)) continue;
      std::size_t at = size++;
      for (; at > 0 && near[at - 1].chord > chord; --at) near[at] = near[at - 1];
      near[at] = {chord, child};
      fetch(child);
    }
    for (std::size_t i = 0; i < size && near[i].chord < chord_max_; ++i) {
      inside::apply_visitor(*this, *near[i].node);
    }
  }

  void operator()(const Nodes::leaf& leaf) {
    for (const GeoEntry& entry : inside::elements(leaf)) {
      const double chord = charging::chord_squared(from_, entry.at);
      if (chord < chord_max_ && within_.contains(entry.at) && keep_(entry)) add({chord, &entry});
    }
  }

  void take(std::vector<GeoEntry>& out) const {
    for (const Near& one : best_) out.push_back(*one.entry);
  }

 private:
  struct Child {
    double chord;  // squared, as all here
    Nodes::node_pointer node;
  };
  struct Near {
    double chord;
    const GeoEntry* entry;
  };

  static void fetch(const void* node) {
    constexpr std::size_t line = 64;
    constexpr std::size_t lines = 6;  // the processor goes on by itself
    for (std::size_t i = 0; i < lines; ++i) {
      __builtin_prefetch(static_cast<const char*>(node) + i * line);
    }
  }

  void add(const Near& one) {
    if (best_.size() < count_) {
      best_.push_back(one);
      if (best_.size() < count_) return;
      std::ranges::make_heap(best_, {}, &Near::chord);
    } else {
      replace_farthest(one);
    }
    chord_max_ = best_.front().chord;
  }

  /// Once down the heap; the library's pop and push go down and up.
  void replace_farthest(const Near& one) {
    std::size_t at = 0;
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= best_.size()) break;
      if (child + 1 < best_.size() && best_[child].chord < best_[child + 1].chord) ++child;
      if (best_[child].chord <= one.chord) break;
      best_[at] = best_[child];
      at = child;
    }
    best_[at] = one;
  }

  const UnitVector& from_;
  std::size_t count_;
  const Box3& within_;
  const GeoIndex::Keep& keep_;
  std::vector<Near> best_;  // once there are enough a heap, the farthest on top
  double chord_max_ = std::numeric_limits<double>::infinity();
};

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
  out.clear();
  if (count == 0 || impl_->tree.empty()) return;
  NearestWalk walk{from, std::min(count, impl_->tree.size()), within, keep};
  inside::utilities::view<Tree>{impl_->tree}.apply_visitor(walk);
  walk.take(out);
}

void RTreeGeoIndex::each_within(const Box3& box, const Keep& visit) const {
  for (auto at = impl_->tree.qbegin(geometry::index::intersects(box_of(box)));
       at != impl_->tree.qend(); ++at) {
    if (!visit(*at)) return;
  }
}

}  // namespace mainstay::charging
