#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging circuits list|show`: what sites may draw. Circuits are set over HTTP: the
/// server shares them among vehicles, and tells stations.
std::vector<mainstay::Command> circuit_commands();

}  // namespace mainstay::charging
