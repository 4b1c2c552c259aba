#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging certificates list|revoke`: on the store, also beside a server that runs,
/// which takes a revocation up within seconds.
std::vector<mainstay::Command> certificate_commands();

}  // namespace mainstay::charging
