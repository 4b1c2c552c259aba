#include "apps/charging/domain/plots/plot_query.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"

namespace mainstay::charging::plot_query_test {
namespace {

using Fields = std::vector<QueryField>;

PlotQuery query(const Fields& fields) {
  auto read = read_plot_query(fields, test_time);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message()));
  return std::move(*read);
}

std::string refused(const Fields& fields) {
  const auto read = read_plot_query(fields, test_time);
  return read ? std::string{} : std::string{read.error().name()} + " " + read.error().detail();
}

}  // namespace

TEST_CASE("plot query: filters are read, each with its unit") {
  const PlotQuery all = query({{"latitude", "47"},
                               {"longitude", "8.5"},
                               {"radius", "2500"},
                               {"connector", "ccs2,IEC_62196_T2"},
                               {"power_min", "50"},
                               {"power_max", "350.5"},
                               {"price_max", "0.595"},
                               {"currency", "chf"},
                               {"available", "true"},
                               {"open", "now"},
                               {"access", "public,restricted"},
                               {"amenity", "wifi,toilets"},
                               {"operator", "Volt"},
                               {"country", "ch"},
                               {"text", "Bahnhof  Nord"},
                               {"modified_since", "2026-01-01"},
                               {"limit", "7"},
                               {"fields", "id,name,availability"},
                               {"format", "geojson"}});
  CHECK(all.sort == PlotSort::distance);
  CHECK(std::holds_alternative<Circle>(all.area));
  CHECK(all.standards == (bit_of(ConnectorStandard::ccs2) | bit_of(ConnectorStandard::type2)));
  CHECK(all.power_min_w == 50'000);
  CHECK(all.power_max_w == 350'500);
  CHECK(all.price_max.value() == 595);
  CHECK(all.currency == "CHF");
  CHECK(all.available);
  CHECK(all.open_at.value() == test_time);
  CHECK(all.access == 3);
  CHECK(all.words == std::vector<std::string>{"bahnhof", "nord"});
  CHECK(all.limit == 7);
  CHECK(shows(all.fields, PlotField::availability));
  CHECK(!shows(all.fields, PlotField::connectors));
  CHECK(all.format == PlotFormat::geojson);
  CHECK(query({}).sort == PlotSort::id);
  CHECK(query({{"route", "_p~iF~ps|U_ulLnnqC"}}).sort == PlotSort::route);
  CHECK(query({{"bbox", "170,-20,-170,-10"}}).sort == PlotSort::id);
  CHECK(std::holds_alternative<Polygon>(query({{"polygon", "[[8,47],[9,47],[9,48]]"}}).area));
}

TEST_CASE("plot query: what is wrong is said by the parameter's name") {
  CHECK(refused({{"lat", "47"}}) == "parameter_unknown lat");
  CHECK(refused({{"limit", "1"}, {"limit", "2"}}) == "parameter_invalid limit: it comes twice");
  CHECK(refused({{"limit", "501"}}) == "parameter_invalid limit: 1 to 500 is wanted");
  CHECK(refused({{"latitude", "91"}}).starts_with("parameter_invalid latitude"));
  CHECK(refused({{"latitude", "47"}}).starts_with("parameters_conflict"));
  CHECK(refused({{"radius", "5"}}).starts_with("parameters_conflict radius"));
  CHECK(refused({{"bbox", "1,2,3,4"}, {"route", "??"}}).starts_with("parameters_conflict"));
  CHECK(refused({{"bbox", "1,2,3"}}).starts_with("parameter_invalid bbox"));
  CHECK(refused({{"bbox", "1,4,3,2"}}).starts_with("parameter_invalid bbox"));
  CHECK(refused({{"polygon", "[[8,47]]"}}).starts_with("ring_invalid"));
  CHECK(refused({{"route", "!"}}).starts_with("polyline_invalid"));
  CHECK(refused({{"width", "10"}}).starts_with("parameters_conflict width"));
  CHECK(refused({{"connector", "usb"}}).starts_with("parameter_invalid connector: `usb`"));
  CHECK(refused({{"power_min", "9"}, {"power_max", "8"}}).starts_with("parameters_conflict"));
  CHECK(refused({{"price_max", "0.3333"}}).starts_with("parameter_invalid price_max"));
  CHECK(refused({{"available", "yes"}}).starts_with("parameter_invalid available"));
  CHECK(refused({{"open", "today"}}).starts_with("parameter_invalid open"));
  CHECK(refused({{"country", "CHE"}}).starts_with("parameter_invalid country"));
  CHECK(refused({{"text", std::string(201, 'a')}}).starts_with("parameter_invalid text"));
  CHECK(refused({{"sort", "distance"}}).starts_with("parameters_conflict sort=distance"));
  CHECK(refused({{"sort", "price"}}).starts_with("parameters_conflict this sort wants an area"));
  CHECK(refused({{"sort", "route"}, {"bbox", "1,2,3,4"}}).starts_with("parameters_conflict"));
  CHECK(refused({{"fields", "secret"}}).starts_with("parameter_invalid fields: `secret`"));
  CHECK(refused({{"format", "xml"}}).starts_with("parameter_invalid format"));
}

TEST_CASE("plot query: a cursor is good for its own query, with any limit, fields and format") {
  const Fields fields{{"latitude", "47"}, {"longitude", "8"}};
  const std::string cursor = cursor_text(query(fields), {-12'345, 77});
  CHECK(cursor.find_first_of("+/=") == std::string::npos);
  Fields next = fields;
  next.emplace_back("cursor", cursor);
  next.emplace_back("limit", "3");
  next.emplace_back("format", "csv");
  CHECK(query(next).after.value() == PlotPlace{-12'345, 77});
  next[0].second = "47.1";
  CHECK(refused(next) == "cursor_invalid it is of another query");
  for (const char* bad : {"", "x", "MS4y", "MS4yLngu"}) {
    CHECK(refused({{"cursor", bad}}).starts_with("cursor_invalid"));
  }
}

}  // namespace mainstay::charging::plot_query_test
