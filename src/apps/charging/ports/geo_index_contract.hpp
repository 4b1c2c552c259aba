#pragma once

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/area.hpp"
#include "apps/charging/ports/geo_index.hpp"
#include "base/random.hpp"

namespace mainstay::charging {

/// What every GeoIndex must do. `Index` is default-made and empty.
template <class Index>
class GeoIndexContract {
 public:
  void run() {
    SUBCASE("an empty one finds nothing") {
      CHECK(nearest({0, 0}, 5).empty());
      CHECK(within(whole()).empty());
    }
    SUBCASE("what is inserted is found, what is erased is not") { changes(); }
    SUBCASE("the nearest are the nearest, over the date line and at the poles") { at_the_edges(); }
    SUBCASE("random entries: as if all were looked at, loaded and inserted alike") {
      against_all(true);
      against_all(false);
    }
    SUBCASE("a visitor may stop") {
      for (std::uint32_t i = 0; i < 9; ++i) index_.insert(entry(i, {0, 0}));
      int seen = 0;
      index_.each_within(whole(), [&](const GeoEntry&) { return ++seen < 3; });
      CHECK(seen == 3);
    }
  }

 private:
  static Box3 whole() { return {{-1, -1, -1}, {1, 1, 1}}; }
  static GeoEntry entry(std::uint32_t slot, Position at) { return {unit_vector(at), slot, 1, 0}; }
  static Position random_place(Random& random) {
    return {static_cast<std::int32_t>(random.below(1'800'000'001)) - 900'000'000,
            static_cast<std::int32_t>(static_cast<std::int64_t>(random.below(3'600'000'001)) -
                                      1'800'000'000)};
  }

  std::vector<std::uint32_t> nearest(Position from, std::size_t count, Box3 box = whole(),
                                     std::uint32_t standards = 1) {
    std::vector<GeoEntry> found;
    const UnitVector origin = unit_vector(from);
    index_.nearest(
        origin, count, box, [&](const GeoEntry& one) { return (one.standards & standards) != 0; },
        found);
    std::ranges::sort(found, {}, [&](const GeoEntry& one) {
      return std::pair{chord_squared(origin, one.at), one.slot};
    });
    return slots(found);
  }
  std::vector<std::uint32_t> within(const Box3& box) {
    std::vector<GeoEntry> found;
    index_.each_within(box, [&](const GeoEntry& one) {
      found.push_back(one);
      return true;
    });
    std::ranges::sort(found, {}, &GeoEntry::slot);
    return slots(found);
  }
  static std::vector<std::uint32_t> slots(const std::vector<GeoEntry>& found) {
    std::vector<std::uint32_t> out;
    for (const GeoEntry& one : found) out.push_back(one.slot);
    return out;
  }

  void changes() {
    index_.insert(entry(1, {10, 10}));
    index_.insert(entry(2, {10, 10}));  // at the same place
    CHECK(index_.size() == 2);
    CHECK(within(whole()) == std::vector<std::uint32_t>{1, 2});
    index_.erase(entry(1, {10, 10}));
    CHECK(within(whole()) == std::vector<std::uint32_t>{2});
    index_.load({entry(7, {0, 0})});
    CHECK(within(whole()) == std::vector<std::uint32_t>{7});
    CHECK(index_.size() == 1);
  }

  void at_the_edges() {
    constexpr std::int32_t degree = 10'000'000;
    index_.insert(entry(1, {0, 179 * degree}));
    index_.insert(entry(2, {0, -178 * degree}));
    index_.insert(entry(3, {89 * degree, 0}));
    index_.insert(entry(4, {88 * degree, 180 * degree}));
    index_.insert(entry(5, {0, 0}));
    CHECK(nearest({0, -179 * degree}, 2) == std::vector<std::uint32_t>{2, 1});
    CHECK(nearest({90 * degree, 45 * degree}, 2) == std::vector<std::uint32_t>{3, 4});
    CHECK(nearest({0, 0}, 9).front() == 5);
    CHECK(nearest({0, 0}, 9).size() == 5);
  }

  void against_all(bool loaded) {
    Random random{loaded ? 3U : 4U};
    std::vector<GeoEntry> all;
    for (std::uint32_t i = 0; i < 600; ++i) {
      all.push_back(entry(i, random_place(random)));
      all.back().standards = 1U << random.below(4);
    }
    if (loaded) {
      index_.load(all);
    } else {
      index_.load({});
      for (const GeoEntry& one : all) index_.insert(one);
      for (std::uint32_t i = 500; i < 600; ++i) index_.erase(all[i]);
      all.resize(500);
    }
    for (int i = 0; i < 40; ++i) {
      const Position from = random_place(random);
      const UnitVector origin = unit_vector(from);
      const double radius = 100'000 + static_cast<double>(random.below(5'000'000));
      const Box3 box = bounds_of(Area{circle_around(from, radius)}).front();
      const std::uint32_t standards = 1U << random.below(4);
      std::vector<GeoEntry> want;
      std::ranges::copy_if(all, std::back_inserter(want),
                           [&](const GeoEntry& one) { return box.contains(one.at); });
      CHECK(within(box) == slots(want));
      std::erase_if(want, [&](const GeoEntry& one) { return (one.standards & standards) == 0; });
      std::ranges::sort(want, {}, [&](const GeoEntry& one) {
        return std::pair{chord_squared(origin, one.at), one.slot};
      });
      if (want.size() > 7) want.resize(7);
      CHECK(nearest(from, 7, box, standards) == slots(want));
    }
  }

  Index index_;
};

}  // namespace mainstay::charging
