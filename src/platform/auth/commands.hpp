#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::auth {

/// `user add|passwd|role|disable|enable|list`.
std::vector<Command> user_commands();

}  // namespace mainstay::auth
