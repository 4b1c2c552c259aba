#pragma once

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `charging stations key`: how a station proves who it is.
mainstay::Command station_key_command();

}  // namespace mainstay::charging
