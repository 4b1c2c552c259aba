#include "apps/kit/module.hpp"

#include "apps/kit/commands/commands.hpp"

namespace mainstay::kit {

std::vector<Command> Module::commands() const { return kit::commands(); }

}  // namespace mainstay::kit
