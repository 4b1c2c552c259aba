#pragma once

#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::exchange {

std::vector<settings::Spec> setting_specs();

}  // namespace mainstay::exchange
