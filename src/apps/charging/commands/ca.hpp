#pragma once

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `charging ca`, and `charging ca init`: the root that signs stations' certificates.
Command ca_group();
Command ca_init_command();

}  // namespace mainstay::charging
