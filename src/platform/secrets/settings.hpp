#pragma once

#include <vector>

#include "base/result.hpp"
#include "platform/secrets/resolver.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::secrets {

/// What a project can set about the places that secrets come from.
std::vector<settings::Spec> setting_specs();

/// From settings that are not resolved yet: these may be no references themselves.
Options options_of(const settings::Settings& settings);

/// A resolver over this machine and its network, as commands use it.
class Machine {
 public:
  explicit Machine(const settings::Settings& settings, Owner owner = current_owner());
  Resolver& resolver() { return resolver_; }

 private:
  HttpTransport transport_;
  MachineClock clock_;
  Resolver resolver_;
};

}  // namespace mainstay::secrets
