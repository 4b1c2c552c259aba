#include "apps/charging/domain/plots/plot.hpp"

#include <functional>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"

namespace mainstay::charging::plot_test {

TEST_CASE("plot: names of connectors are ours or OCPI's, in any case") {
  CHECK(connector_standard("ccs2").value() == ConnectorStandard::ccs2);
  CHECK(connector_standard("iec_62196_t2_combo").value() == ConnectorStandard::ccs2);
  CHECK(!connector_standard(""));
  CHECK(!connector_standard("usb"));
  for (std::size_t i = 0; i < connector_standards; ++i) {
    const auto one = static_cast<ConnectorStandard>(i);
    CHECK(connector_standard(name_of(one)).value() == one);
  }
  CHECK(amenity_bit("wifi").value() != amenity_bit("toilets").value());
  CHECK(!amenity_bit("pool"));
}

TEST_CASE("plot: thousandths are exact") {
  const auto again = [](const char* text) {
    const auto value = parse_thousandths(text, 1'000'000'000);
    std::string out;
    if (value) append_thousandths(out, *value);
    return out;
  };
  CHECK(again("0.39") == "0.39");
  CHECK(again("0.039") == "0.039");
  CHECK(again("12") == "12");
  CHECK(again("12.500") == "12.5");
  for (const char* text : {"", ".5", "1.", "1.2345", "-1", "1e3", "1000000.001", "x"}) {
    CAPTURE(text);
    CHECK(again(text).empty());
  }
}

TEST_CASE("plot: what cannot be stored is named") {
  CHECK(check_plot(test_plot(1, 47, 8)).has_value());
  const auto refused = [](const std::function<void(Plot&)>& change) {
    Plot plot = test_plot(1, 47, 8);
    change(plot);
    const auto checked = check_plot(plot);
    return checked.has_value() ? std::string{} : checked.error().detail();
  };
  CHECK(refused([](Plot& p) { p.name = " "; }).starts_with("name"));
  CHECK(refused([](Plot& p) { p.name = std::string(201, 'x'); }).starts_with("name"));
  CHECK(refused([](Plot& p) { p.city = "a\nb"; }).starts_with("city"));
  CHECK(refused([](Plot& p) { p.city = "\xff"; }).starts_with("city"));
  CHECK(refused([](Plot& p) { p.description.assign(4'001, 'x'); }).starts_with("description"));
  CHECK(refused([](Plot& p) { p.country = "ch"; }).starts_with("country"));
  CHECK(refused([](Plot& p) { p.currency = ""; }).starts_with("currency"));
  CHECK(refused([](Plot& p) { p.website = "javascript:alert(1)"; }).starts_with("website"));
  CHECK(refused([](Plot& p) { p.offers[0].count = 0; }).starts_with("connectors[0].count"));
  CHECK(refused([](Plot& p) { p.offers[1].power_w = -1; }).starts_with("connectors[1].power_kw"));
  CHECK(refused([](Plot& p) {
          p.offers[1].station = StationId{4};
        }).starts_with("connectors[1].station"));
  CHECK(refused([](Plot& p) {
          for (auto& offer : p.offers) {
            offer.station = StationId{4};
            offer.connector = ConnectorNumber{1};
          }
        }).starts_with("connectors[1]"));
  CHECK(refused([](Plot& p) { p.offers.resize(201); }).starts_with("connectors"));
}

TEST_CASE("plot: links") {
  CHECK(is_link("https://a.example/b.jpg?c=1", false));
  CHECK(is_link("http://a.example", true));
  CHECK(!is_link("http://a.example", false));
  CHECK(!is_link("https:///b", false));
  CHECK(!is_link("https://", false));
  CHECK(!is_link("https://a b", false));
  CHECK(!is_link("https://a\"b", false));
  CHECK(!is_link("https://" + std::string(1'000, 'a'), false));
}

TEST_CASE("plot: a rating's average is rounded") {
  CHECK(Rating{}.average_e2() == 0);
  CHECK(Rating{3, 13}.average_e2() == 433);
  CHECK(Rating{3, 14}.average_e2() == 467);
}

}  // namespace mainstay::charging::plot_test
