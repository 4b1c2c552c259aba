#pragma once

#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::apim {

/// What can be set of API management; the names of 3scale's own environment variables are read too.
std::vector<settings::Spec> setting_specs();

}  // namespace mainstay::apim
