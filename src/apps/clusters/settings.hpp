#pragma once

#include <string>
#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

std::vector<settings::Spec> setting_specs();

/// What speaks against a listener beyond loopback; empty for nothing.
std::string unsafe_beyond_loopback(const settings::Settings& settings);

}  // namespace mainstay::clusters
