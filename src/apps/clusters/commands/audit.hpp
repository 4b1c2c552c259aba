#pragma once

#include "platform/program/command.hpp"

namespace mainstay::clusters {

/// `clusters audit`: exports the audit log, or checks its chain.
Command audit_command();

}  // namespace mainstay::clusters
