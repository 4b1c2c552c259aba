#include "apps/charging/plots_feed.hpp"

#include <variant>

namespace mainstay::charging {

ConnectorState state_of(ocpp::ConnectorStatus status) {
  switch (status) {
    case ocpp::ConnectorStatus::available:
      return ConnectorState::available;
    case ocpp::ConnectorStatus::unavailable:
    case ocpp::ConnectorStatus::faulted:
      return ConnectorState::out_of_order;
    default:  // somebody is there, or will be
      return ConnectorState::occupied;
  }
}

void tell_event(PlotsDesk& desk, const NetworkEvent& event) {
  if (const auto* changed = std::get_if<ConnectorStatusChanged>(&event)) {
    desk.tell(changed->station, changed->connector, state_of(changed->status));
  } else if (const auto* online = std::get_if<StationOnline>(&event)) {
    desk.tell_online(online->station, true);
  } else if (const auto* offline = std::get_if<StationOffline>(&event)) {
    desk.tell_online(offline->station, false);
  } else if (const auto* station = std::get_if<StationChanged>(&event)) {
    if (station->is_removed) desk.forget(station->station);
  }
}

void tell_all(PlotsDesk& desk, const Network& network) {
  for (const auto& [id, station] : network.stations()) {
    for (const Connector& one : station.connectors) {
      if (one.row.at == SystemTime{}) continue;  // it never said
      desk.tell(id, one.row.connector, state_of(one.row.status));
    }
    desk.tell_online(id, station.is_online);
  }
}

}  // namespace mainstay::charging
