#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::exchange {

/// `exchange match`.
std::vector<mainstay::Command> commands();

int run_match(const Call& call);

}  // namespace mainstay::exchange
