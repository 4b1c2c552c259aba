#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::clusters {

/// `mainstay clusters prices import|list|status|export`: on the kept set, also beside a server that
/// runs, which takes up what they import within seconds.
std::vector<mainstay::Command> price_commands();

}  // namespace mainstay::clusters
