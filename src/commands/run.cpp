#include <cstdio>
#include <exception>

#include "commands/commands.hpp"
#include "commands/parse.hpp"
#include "commands/standard.hpp"

namespace mainstay::commands {
namespace {

int dispatch(const Process& process, Call& call) {
  if (!call.command->reads_settings) return call.command->run(call);
  const auto settings = load_settings(call, call.command->references);
  if (settings.has_error()) {
    call.say(settings.error().message());
    become_former(process.program, process.handover);
    return exit_usage;
  }
  call.settings = &*settings;
  return call.command->run(call);
}

std::vector<Command> all_commands(const Process& process) {
  std::vector<Command> all = standard_commands(process);
  for (const auto& module : process.product.modules) {
    const auto part = module->commands();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

int fail(const Product& product, const std::string& text, int status) {
  std::fprintf(stderr, "%s: %s\n", product.name.c_str(), text.c_str());
  return status;
}

}  // namespace

int run(int argc, char** argv, const Product& product) try {
  const std::string handed_over = take_handover_text();
  Process process{.product = product, .program = Program{argc, argv}};
  process.commands = all_commands(process);
  auto call = parse(product, process.commands, argc, argv);
  if (call.has_error()) {
    const Error& error = call.error();
    if (!error.is(Errc::help)) return fail(product, error.detail(), exit_usage);
    std::fputs(error.detail().c_str(), stdout);
    return exit_ok;
  }
  if (!handed_over.empty()) {
    auto handover = parse_handover(handed_over);
    if (handover.has_error()) return fail(product, handover.error().message(), exit_failed);
    process.handover = std::move(*handover);
  }
  return dispatch(process, *call);
} catch (const std::exception& error) {
  return fail(product, error.what(), exit_failed);
}

}  // namespace mainstay::commands
