#include "apps/charging/demo_plots.hpp"

#include <array>
#include <string>
#include <utility>

namespace mainstay::charging {
namespace {

struct Site {
  std::string_view name;
  std::string_view address;
  double latitude;
  double longitude;
  std::int32_t kilowatts;
  std::string_view amenities[2];
};
// Around a lake, so that the map shows something.
constexpr std::array<Site, 12> sites{{
    {"Central Station", "Station Square 1", 47.3779, 8.5403, 150, {"train_station", "wifi"}},
    {"Lake Quay", "Quay 9", 47.3665, 8.5450, 50, {"restaurant", "toilets"}},
    {"Opera Garage", "Opera Lane 4", 47.3650, 8.5470, 22, {"cafe", "lighting"}},
    {"University Hill", "Hill Road 12", 47.3763, 8.5480, 22, {"cafe", "wifi"}},
    {"North Mall", "Mall Street 100", 47.4110, 8.5440, 150, {"mall", "supermarket"}},
    {"Airport West", "Runway Road 3", 47.4502, 8.5618, 300, {"airport", "toilets"}},
    {"Motorway South", "A3, km 121", 47.3010, 8.5300, 300, {"restaurant", "shelter"}},
    {"Old Brewery", "Brewer's Yard 2", 47.3560, 8.5230, 50, {"restaurant", "bike_sharing"}},
    {"Botanical Garden", "Garden Path 1", 47.3585, 8.5605, 11, {"nature", "cafe"}},
    {"Sports Park", "Stadium Road 8", 47.3930, 8.5050, 22, {"sport", "parking_lot"}},
    {"River Mill", "Mill Race 5", 47.3990, 8.5530, 11, {"museum", "tram_stop"}},
    {"Zoo", "Zoo Street 221", 47.3850, 8.5740, 22, {"nature", "tram_stop"}},
}};
constexpr std::size_t with_stations = 8;
constexpr std::int32_t direct_current_from = 50;  // kW

void add_offers(const Site& site, std::int64_t number, Plot& plot) {
  const bool is_fast = site.kilowatts >= direct_current_from;
  for (std::uint16_t connector = 1; connector <= 2; ++connector) {
    ConnectorOffer offer;
    offer.standard = is_fast ? ConnectorStandard::ccs2 : ConnectorStandard::type2;
    offer.format = is_fast ? CableFormat::cable : CableFormat::socket;
    offer.current = is_fast ? CurrentKind::dc : CurrentKind::ac3;
    offer.power_w = site.kilowatts * 1'000;
    offer.price = is_fast ? 590 : 390;
    if (std::cmp_less_equal(number, with_stations)) {
      offer.station = StationId{number};
      offer.connector = ConnectorNumber{connector};
    }
    plot.offers.push_back(std::move(offer));
  }
}

}  // namespace

std::vector<Plot> demo_plots(SystemTime now) {
  std::vector<Plot> out;
  for (const Site& site : sites) {
    Plot plot;
    plot.name = site.name;
    plot.address = site.address;
    plot.city = "Demotown";
    plot.country = "CH";
    plot.currency = "CHF";
    plot.time_zone = "Europe/Zurich";
    plot.operator_name = "Mainstay Charging";
    plot.at = position_of(site.latitude, site.longitude).value_or(Position{});
    plot.hours = OpeningHours::always();
    for (const std::string_view amenity : site.amenities) {
      plot.amenities |= amenity_bit(amenity).value_or(0);
    }
    plot.created_at = plot.modified_at = now;
    add_offers(site, static_cast<std::int64_t>(out.size() + 1), plot);
    out.push_back(std::move(plot));
  }
  return out;
}

}  // namespace mainstay::charging
