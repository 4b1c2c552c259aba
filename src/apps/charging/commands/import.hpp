#pragma once

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging import`
mainstay::Command import_command();

}  // namespace mainstay::charging
