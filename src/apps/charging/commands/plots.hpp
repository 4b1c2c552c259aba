#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging plots list|show|remove`: on the store, also beside a server that runs, which
/// takes a removal up within ten seconds. Plots are made and changed by `charging import` and over
/// HTTP, where their owners are known.
std::vector<mainstay::Command> plot_commands();

}  // namespace mainstay::charging
