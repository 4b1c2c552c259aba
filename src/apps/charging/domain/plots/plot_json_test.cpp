#include "apps/charging/domain/plots/plot_json.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"

namespace mainstay::charging::plot_json_test {

TEST_CASE("plot json: gaps are left for states of stations, and for nobody else's") {
  Plot plot = test_plot(7, 47.5, -8);
  plot.name = "A \"b\"";
  plot.amenities = amenity_bit("wifi").value() | amenity_bit("cafe").value();
  plot.hours = OpeningHours::always();
  plot.offers[0].station = StationId{5};
  plot.offers[0].connector = ConnectorNumber{1};
  const PlotText text = plot_text(plot, {2, 9});
  CHECK(
      text.text ==
      R"({"id":7,"name":"A \"b\"","latitude":47.5,"longitude":-8,"city":"Testwil","country":"CH",)"
      R"("operator":"Volt","access":"public","amenities":["cafe","wifi"],"hours":"24/7",)"
      R"("rating":{"average":4.5,"count":2},"modified_at":"2026-11-21T01:12:46Z",)"
      R"("availability":,"connectors":[)"
      R"({"number":1,"standard":"ccs2","format":"cable","current":"dc","power_kw":150,)"
      R"("price_per_kwh":0.59,"currency":"CHF","station":5,"connector":1,"state":""},)"
      R"({"number":2,"standard":"type2","format":"socket","current":"ac3","power_kw":22,)"
      R"("price_per_kwh":0.39,"currency":"CHF","state":"unknown"}])");
  REQUIRE(text.gaps.size() == 2);
  CHECK(text.gaps[0].offer == PlotText::counts);
  CHECK(text.text.substr(0, text.gaps[0].at).ends_with(R"("availability":)"));
  CHECK(text.gaps[1].offer == 0);
  CHECK(text.text.substr(0, text.gaps[1].at).ends_with(R"("connector":1,"state":")"));
  const auto only = 1U << static_cast<unsigned>(PlotField::name);
  CHECK(plot_text(plot, {}, only).text == R"({"id":7,"name":"A \"b\"")");

  plot.offers[0].station = StationId{0};
  const PlotText still = plot_text(plot, {});
  CHECK(still.gaps.empty());
  CHECK(still.text.find(
            R"("availability":{"available":0,"occupied":0,"out_of_order":0,"unknown":2})") !=
        std::string::npos);
}

TEST_CASE("plot json: counts") {
  StateCounts counts;
  counts.of[static_cast<std::size_t>(ConnectorState::available)] = 3;
  std::string out;
  append_counts(out, counts);
  CHECK(out == R"({"available":3,"occupied":0,"out_of_order":0,"unknown":0})");
}

TEST_CASE("plot csv: cells are quoted where they must be, and are no formulas") {
  const auto cell = [](std::string_view text) {
    std::string out;
    append_csv_cell(out, text);
    return out;
  };
  CHECK(cell("plain") == "plain");
  CHECK(cell("a,\"b\"") == "\"a,\"\"b\"\"\"");
  CHECK(cell("=1+1") == "\"'=1+1\"");
  CHECK(cell("a\nb") == "\"a\nb\"");
}

}  // namespace mainstay::charging::plot_json_test
