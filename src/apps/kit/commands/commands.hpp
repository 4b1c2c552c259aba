#pragma once

#include <string>
#include <vector>

#include "apps/kit/domain/answers.hpp"
#include "platform/program/command.hpp"

namespace mainstay::kit {

std::vector<Command> commands();

int run_new(const Call& call);
int run_new_app(const Call& call);
int run_update(const Call& call);

/// Asks on the terminal for what no flag has said; what is entered empty keeps its default. False:
/// the input has ended.
bool ask(Answers& answers, const Answers& given);

}  // namespace mainstay::kit
