#include "apps/charging/domain/plots/plot_json.hpp"

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"

namespace mainstay::charging::plot_json_test {

TEST_CASE("plot json: the fixed part, and each connector up to its state") {
  Plot plot = test_plot(7, 47.5, -8);
  plot.name = "A \"b\"";
  plot.amenities = amenity_bit("wifi").value() | amenity_bit("cafe").value();
  plot.hours = OpeningHours::always();
  const PlotText text = plot_text(plot, {2, 9});
  CHECK(text.fixed ==
        R"("id":7,"name":"A \"b\"","latitude":47.5,"longitude":-8,"city":"Testwil","country":"CH",)"
        R"("operator":"Volt","access":"public","amenities":["cafe","wifi"],"hours":"24/7",)"
        R"("rating":{"average":4.5,"count":2},"modified_at":"2026-11-21T01:12:46Z")");
  REQUIRE(text.offer_ends.size() == 2);
  CHECK(text.offers.substr(0, text.offer_ends[0]) ==
        R"({"number":1,"standard":"ccs2","format":"cable","current":"dc","power_kw":150,)"
        R"("price_per_kwh":0.59,"currency":"CHF","state":")");
  const auto only = 1U << static_cast<unsigned>(PlotField::name);
  CHECK(plot_text(plot, {}, only).fixed == R"("id":7,"name":"A \"b\"")");
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
