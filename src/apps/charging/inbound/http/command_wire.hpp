#pragma once

#include "apps/charging/operations_desk.hpp"

namespace mainstay::charging {

/// Commands by their OCPP names, with OCPP's payloads. Of what is kept of a request, secrets are no
/// part: commands that would carry one are refused.
CommandWire command_wire();

}  // namespace mainstay::charging
