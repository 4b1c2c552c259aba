#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::exchange {

/// `mainstay exchange ...`
std::vector<mainstay::Command> commands();

/// Sixteen lower-case hexadecimal digits, as hashes are told.
std::string hex16(std::uint64_t value);

int run_match(const Call& call);
int run_replay(const Call& call);
int run_simulate(const Call& call);

}  // namespace mainstay::exchange
