#pragma once

#include "apps/charging/domain/network.hpp"
#include "apps/charging/domain/network_event.hpp"
#include "apps/charging/plots_desk.hpp"

namespace mainstay::charging {

/// What a connector's status means to somebody who looks for one.
ConnectorState state_of(ocpp::ConnectorStatus status);

/// On the network's lane: what happened there, for plots.
void tell_event(PlotsDesk& desk, const NetworkEvent& event);
/// All that the network knows of its connectors.
void tell_all(PlotsDesk& desk, const Network& network);

}  // namespace mainstay::charging
