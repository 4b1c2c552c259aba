#pragma once

#include "platform/program/command.hpp"

namespace mainstay::exchange {

/// `mainstay exchange key NAME`: an API token for that user, and what it signs with
/// (docs/adr/0031).
mainstay::Command key_command();

}  // namespace mainstay::exchange
