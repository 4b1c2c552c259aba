#pragma once

#include <vector>

#include "platform/gate/credentials.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::gate {

/// What can be set of every gate.
std::vector<settings::Spec> setting_specs();
CredentialHeaders credential_headers(const settings::Settings& settings);

}  // namespace mainstay::gate
