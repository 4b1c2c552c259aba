#pragma once

#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::charging {

std::vector<settings::Spec> setting_specs();

}  // namespace mainstay::charging
