#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `charging tariffs` and `charging invoices`: what the store has of money.
std::vector<mainstay::Command> money_commands();

}  // namespace mainstay::charging
