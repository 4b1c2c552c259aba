#pragma once

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging simulate`
mainstay::Command simulate_command();

}  // namespace mainstay::charging
