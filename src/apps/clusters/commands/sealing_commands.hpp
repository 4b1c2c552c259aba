#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::clusters {

/// `clusters seal`, `unseal`, `validate`, `reseal`, `certificate`, `make-sealing-key`: sealed
/// secrets without a server, for people and scripts. Nothing secret is an argument: values come
/// from standard input or files, keys from files.
std::vector<Command> sealing_commands();

}  // namespace mainstay::clusters
