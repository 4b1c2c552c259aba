#pragma once

#include <filesystem>
#include <vector>

#include "commands/handover.hpp"
#include "commands/program.hpp"
#include "platform/program/command.hpp"
#include "platform/program/product.hpp"

namespace mainstay::commands {

/// How this process came to be: known before its command line is.
struct Process {
  const Product& product;
  Program program;
  Handover handover = {};              // from the program before; without listeners: there was none
  std::vector<Command> commands = {};  // all of them
};

/// The settings of a call: where nobody has said anything, as its command prefers them.
Result<settings::Settings> load_settings(const Call& call, settings::Which which);

/// <data folder>/NAME.pid, unless --pidfile says otherwise.
std::filesystem::path pid_file_path(const Call& call);

// The commands that every program has: each of these is a file. A new one is a file more, and a
// line in standard_commands().
std::vector<Command> process_commands(const Process& process);  // serve, start, stop, restart ...
std::vector<Command> migrate_commands();
std::vector<Command> dbshell_commands();
std::vector<Command> services_commands();
std::vector<Command> settings_commands();
std::vector<Command> journal_commands();
std::vector<Command> secrets_commands();
std::vector<Command> doctor_commands();
std::vector<Command> routes_commands();
std::vector<Command> api_commands();
std::vector<Command> runtests_commands();
std::vector<Command> version_commands();

/// In the order of --help. `process` outlives them.
std::vector<Command> standard_commands(const Process& process);

}  // namespace mainstay::commands
