#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging stations|tags|transactions|operations|webhooks ...`: on the store, also
/// beside a server that runs, which takes up what they change within seconds.
std::vector<mainstay::Command> network_commands();

}  // namespace mainstay::charging
