#pragma once

#include "platform/program/command.hpp"

namespace mainstay::clusters {

/// `clusters embedded`: the embedded cluster alone, until Ctrl-C.
Command embedded_command();

}  // namespace mainstay::clusters
