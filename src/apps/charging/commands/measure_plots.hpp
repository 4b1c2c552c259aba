#pragma once

#include "platform/program/command.hpp"

namespace mainstay::charging {

/// `mainstay charging measure-plots`
mainstay::Command measure_plots_command();

}  // namespace mainstay::charging
