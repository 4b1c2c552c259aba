#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging stops list|dismiss`: StopTransactions of no transaction that is known; on the
/// store, also beside a server that runs.
std::vector<mainstay::Command> unknown_stop_commands();

}  // namespace mainstay::charging
