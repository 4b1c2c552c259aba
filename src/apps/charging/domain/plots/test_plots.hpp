#pragma once

#include <string>

#include "apps/charging/domain/plots/plot.hpp"

namespace mainstay::charging {

inline constexpr SystemTime test_time{Seconds{1'795'223'566}};

/// A plot with a CCS2 of 150 kW at 0.59 and a type 2 socket of 22 kW at 0.39.
inline Plot test_plot(std::int64_t id, double latitude, double longitude) {
  Plot plot;
  plot.id = PlotId{id};
  plot.name = "Plot " + std::to_string(id);
  plot.at = position_of(latitude, longitude).value();
  plot.city = "Testwil";
  plot.country = "CH";
  plot.currency = "CHF";
  plot.operator_name = "Volt";
  plot.created_at = plot.modified_at = test_time;
  ConnectorOffer fast;
  fast.standard = ConnectorStandard::ccs2;
  fast.format = CableFormat::cable;
  fast.current = CurrentKind::dc;
  fast.power_w = 150'000;
  fast.price = 590;
  ConnectorOffer slow;
  slow.standard = ConnectorStandard::type2;
  slow.format = CableFormat::socket;
  slow.current = CurrentKind::ac3;
  slow.power_w = 22'000;
  slow.price = 390;
  plot.offers = {fast, slow};
  return plot;
}

}  // namespace mainstay::charging
