#include "apps/charging/domain/plots/plot_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"
#include "apps/charging/outbound/memory/linear_geo_index.hpp"
#include "apps/charging/outbound/memory/rtree_geo_index.hpp"
#include "base/random.hpp"

namespace mainstay::charging::plot_table_test {
namespace {

using Fields = std::vector<QueryField>;
using Ids = std::vector<std::int64_t>;

PlotQuery query(const Fields& fields) {
  auto read = read_plot_query(fields, test_time);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message()));
  return std::move(*read);
}

Ids ids(const PlotPage& page) {
  Ids out;
  for (const PlotHit& hit : page.hits) out.push_back(hit.row->plot.id.get());
  return out;
}

/// All pages of a query, one behind the other.
Ids all_pages(const PlotTable& table, Fields fields, const std::string& limit) {
  fields.emplace_back("limit", limit);
  Ids out;
  for (int pages = 0; pages < 1'000; ++pages) {
    const PlotQuery wanted = query(fields);
    const auto page = table.search(wanted);
    REQUIRE(page.has_value());
    const Ids more = ids(*page);
    out.insert(out.end(), more.begin(), more.end());
    if (!page->next) return out;
    if (fields.back().first == "cursor") fields.pop_back();
    fields.emplace_back("cursor", cursor_text(wanted, *page->next));
  }
  FAIL("pages without end");
  return out;
}

struct Town {
  Town() {
    for (std::int64_t id = 1; id <= 5; ++id) {
      Plot plot = test_plot(id, 47, 8 + 0.01 * static_cast<double>(id));
      plot.offers[0].station = StationId{id};
      plot.offers[0].connector = ConnectorNumber{1};
      plot.offers[0].price = static_cast<PriceHint>(600 - id * 10);
      table.put(plot, {}, nullptr);
    }
  }
  Ids find(Fields fields) {
    fields.insert(fields.begin(), {{"latitude", "47"}, {"longitude", "8"}});
    const auto page = table.search(query(fields));
    REQUIRE(page.has_value());
    return ids(*page);
  }
  LinearGeoIndex index;
  PlotTable table{index};
};

}  // namespace

TEST_CASE("plot table: the nearest first, filters, and what is unknown") {
  Town town;
  CHECK(town.find({}) == Ids{1, 2, 3, 4, 5});
  CHECK(town.find({{"limit", "2"}}) == Ids{1, 2});
  CHECK(town.find({{"radius", "2000"}}) == Ids{1, 2});
  CHECK(town.find({{"available", "true"}}).empty());
  CHECK(town.table.set_state(StationId{3}, ConnectorNumber{1}, ConnectorState::available).value() ==
        PlotId{3});
  CHECK(town.find({{"available", "true"}}) == Ids{3});
  // One connector must be all that is asked: the type 2 is not the one that is free.
  CHECK(town.find({{"available", "true"}, {"connector", "type2"}}).empty());
  CHECK(town.find({{"available", "true"}, {"power_min", "150"}}) == Ids{3});
  CHECK(town.find({{"connector", "ccs2"}, {"price_max", "0.56"}}) == Ids{4, 5});
  CHECK(town.find({{"price_max", "0.38"}}).empty());
  CHECK(town.find({{"open", "now"}}).empty());
  CHECK(town.find({{"text", "plot 4"}}) == Ids{4});
  CHECK(town.find({{"text", "TESTWIL volt"}}).size() == 5);
  CHECK(town.find({{"operator", "volta"}}).empty());
  CHECK(town.find({{"country", "de"}}).empty());
  CHECK(town.find({{"amenity", "wifi"}}).empty());
  CHECK(town.find({{"modified_since", "2026-11-22"}}).empty());
  CHECK(town.find({{"sort", "price"}, {"connector", "ccs2"}}) == Ids{5, 4, 3, 2, 1});
  CHECK(town.find({{"sort", "power"}}) == Ids{1, 2, 3, 4, 5});
  town.table.rate(PlotId{4}, {1, 5});
  CHECK(town.find({{"sort", "rating"}, {"limit", "2"}}) == Ids{4, 1});
}

TEST_CASE("plot table: texts and operators in any case, with accents or without") {
  Town town;
  Plot plot = town.table.find(PlotId{2})->plot;
  plot.name = "Österreichring";
  plot.city = "ZÜRICH";
  plot.operator_name = "Éclair Énergie";
  town.table.put(plot, {}, nullptr);
  for (const char* text : {"österreich", "ÖSTERREICH zürich", "osterreichring Zurich", "énergie"}) {
    CAPTURE(text);
    CHECK(town.find({{"text", text}}) == Ids{2});
  }
  CHECK(town.find({{"operator", "éclair ÉNERGIE"}}) == Ids{2});
  CHECK(town.find({{"operator", "Eclair energie"}}) == Ids{2});
  CHECK(town.find({{"operator", "énergie"}}).empty());  // it is the whole name
  CHECK(town.find({{"operator", "volt"}}) == Ids{1, 3, 4, 5});
}

TEST_CASE("plot table: states belong to connectors, whatever becomes of their plots") {
  Town town;
  const auto state = [&](std::int64_t id) { return town.table.find(PlotId{id})->state(0); };
  CHECK(!town.table.set_state(StationId{9}, ConnectorNumber{1}, ConnectorState::available));
  CHECK(town.table.set_state(StationId{2}, ConnectorNumber{1}, ConnectorState::occupied));
  CHECK(!town.table.set_state(StationId{2}, ConnectorNumber{1}, ConnectorState::occupied));
  Plot changed = town.table.find(PlotId{2})->plot;
  changed.name = "Other";
  std::ranges::reverse(changed.offers);
  town.table.put(changed, {}, nullptr);
  CHECK(town.table.find(PlotId{2})->state(1) == ConnectorState::occupied);
  const StateCounts counts = town.table.find(PlotId{2})->counts();
  CHECK(counts.in(ConnectorState::occupied) == 1);
  CHECK(counts.in(ConnectorState::unknown) == 1);
  CHECK(town.table.size() == 5);
  CHECK(town.table.set_state(StationId{1}, ConnectorNumber{1}, ConnectorState::out_of_order));
  CHECK(state(1) == ConnectorState::out_of_order);
  town.table.erase(PlotId{1});
  CHECK(town.table.find(PlotId{1}) == nullptr);
  CHECK(!town.table.plot_of(StationId{1}, ConnectorNumber{1}));
  CHECK(!town.table.set_state(StationId{1}, ConnectorNumber{1}, ConnectorState::available));
  CHECK(town.find({}) == Ids{2, 3, 4, 5});
}

TEST_CASE("plot table: along a route, in a box, by source") {
  Town town;
  const auto found = [&](const Fields& fields) {
    const auto page = town.table.search(query(fields));
    REQUIRE(page.has_value());
    return ids(*page);
  };
  // From 47,8.045 to 47,8.015, so the other way round.
  CHECK(found({{"route", "_uz}Gghbp@?nzD"}, {"width", "300"}}) == Ids{4, 3, 2});
  CHECK(found({{"route", "_uz}Gghbp@?nzD"}, {"width", "300"}, {"sort", "id"}, {"limit", "2"}}) ==
        Ids{2, 3});
  CHECK(found({{"bbox", "8.015,46,8.035,48"}}) == Ids{2, 3});
  CHECK(found({{"bbox", "8.035,46,8.015,48"}}) == Ids{1, 4, 5});
  Plot imported = test_plot(9, 10, 10);
  imported.source = "ocm";
  imported.source_id = "4711";
  town.table.put(imported, {}, nullptr);
  REQUIRE(town.table.find_source("ocm", "4711") != nullptr);
  town.table.erase(PlotId{9});
  CHECK(town.table.find_source("ocm", "4711") == nullptr);
  const auto box = parse_box("8,46,9,48");
  CHECK(town.table.in_box(*box, 3).size() == 3);
}

TEST_CASE("plot table: pages of any size give the same rows, ties included") {
  LinearGeoIndex linear;
  RTreeGeoIndex tree;
  PlotTable naive{linear};
  PlotTable fast{tree};
  Random random{5};
  std::vector<PlotTable::Loaded> plots;
  for (std::int64_t id = 1; id <= 400; ++id) {
    // Many at the same place, some over the date line.
    const double latitude = static_cast<double>(random.below(8)) / 10;
    const double longitude = static_cast<double>(random.below(10)) / 10 + 179.5;
    Plot plot = test_plot(id, latitude, longitude > 180 ? longitude - 360 : longitude);
    plot.offers[0].power_w = static_cast<std::int32_t>(50'000 * (1 + random.below(4)));
    if (random.below(3) == 0) plot.offers.pop_back();
    naive.put(plot, {}, nullptr);
    plots.push_back({plot, {}, nullptr});
  }
  fast.load(std::move(plots));
  const Fields here{{"latitude", "0.35"}, {"longitude", "179.95"}};
  const auto with = [&](Fields more) {
    more.insert(more.begin(), here.begin(), here.end());
    return more;
  };
  const std::vector<Fields> queries{with({}),
                                    with({{"connector", "type2"}, {"power_min", "20"}}),
                                    with({{"bbox", "179.6,0.1,-179.7,0.6"}}),
                                    with({{"sort", "power"}}),
                                    with({{"sort", "price"}, {"radius", "30000"}}),
                                    {{"bbox", "179.6,0.1,-179.7,0.6"}},
                                    {}};
  for (const Fields& fields : queries) {
    const Ids whole = all_pages(naive, fields, "500");
    CHECK(whole.size() > 20);
    CHECK(all_pages(fast, fields, "500") == whole);
    CHECK(all_pages(fast, fields, "7") == whole);
    CHECK(all_pages(naive, fields, "1") == whole);
  }
}

TEST_CASE("plot table: an area with more plots than are looked at is gone through by id") {
  LinearGeoIndex index;
  PlotTable table{index};
  std::vector<PlotTable::Loaded> plots;
  constexpr auto many = static_cast<std::int64_t>(PlotTable::examined_max) + 10'000;
  for (std::int64_t id = 1; id <= many; ++id) {
    // The first 100 and every seventh one are elsewhere.
    Plot plot = test_plot(id, id <= 100 || id % 7 == 0 ? -30 : 47, 8);
    plot.offers.resize(1);
    plots.push_back({std::move(plot), {}, nullptr});
  }
  table.load(std::move(plots));
  const Fields world{{"bbox", "-180,-89,180,89"}, {"limit", "3"}};
  const auto first = table.search(query(world));
  REQUIRE(first.has_value());
  CHECK(ids(*first) == Ids{1, 2, 3});
  CHECK(first->next.has_value());
  CHECK(table.search(query({{"bbox", "-180,-89,180,89"}, {"sort", "power"}})).has_error());

  // Too many within, and others outside.
  const Fields north_of_40{{"bbox", "-180,40,180,89"}, {"sort", "id"}};
  constexpr std::int64_t within = many - 100 - (many / 7 - 100 / 7);
  static_assert(within > static_cast<std::int64_t>(PlotTable::examined_max));
  const Ids northern = all_pages(table, north_of_40, "500");
  CHECK(static_cast<std::int64_t>(northern.size()) == within);
  CHECK(northern.front() == 101);
  CHECK(std::ranges::is_sorted(northern));
  CHECK(std::ranges::none_of(northern, [](std::int64_t id) { return id <= 100 || id % 7 == 0; }));

  // Few enough within.
  Fields north{{"bbox", "-180,-30,180,-29"}, {"sort", "id"}};
  CHECK(all_pages(table, north, "500").size() == 100 + many / 7 - 100 / 7);
  const Fields circle{{"latitude", "8"}, {"longitude", "8"}, {"radius", "1000000"}};
  CHECK(all_pages(table, circle, "500").empty());
  const Fields polygon{{"polygon", "[[-90,40],[90,40],[90,-40],[-90,-40]]"}};
  const Ids all = all_pages(table, polygon, "500");
  CHECK(static_cast<std::int64_t>(all.size()) == many);
  CHECK(std::ranges::is_sorted(all));
}

}  // namespace mainstay::charging::plot_table_test
