#include "apps/exchange/module.hpp"

#include "apps/exchange/commands/commands.hpp"

namespace mainstay::exchange {

std::vector<mainstay::Command> Module::commands() const { return exchange::commands(); }

}  // namespace mainstay::exchange
