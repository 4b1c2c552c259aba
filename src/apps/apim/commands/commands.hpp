#pragma once

#include <vector>

#include "platform/program/command.hpp"

namespace mainstay::apim {

/// `apim export`, `import` and `import-redis`.
std::vector<Command> commands();

int run_export(const Call& call);
int run_import(const Call& call);
int run_import_redis(const Call& call);

}  // namespace mainstay::apim
