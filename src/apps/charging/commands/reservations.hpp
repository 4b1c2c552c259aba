#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging reservations list`
std::vector<mainstay::Command> reservation_commands();

}  // namespace mainstay::charging
