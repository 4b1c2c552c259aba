#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::exchange {

/// `mainstay exchange ...`
std::vector<mainstay::Command> commands();

int run_match(const Call& call);
int run_replay(const Call& call);
int run_simulate(const Call& call);

}  // namespace mainstay::exchange
