#include "commands/standard.hpp"

#include <cstdio>

namespace mainstay::commands {
namespace {

int version(const Call& call) {
  const Product& product = call.product;
  if (call.json) {
    std::printf("{\"version\":\"%s\"}\n", product.version.c_str());
  } else {
    std::printf("%s %s\n", product.name.c_str(), product.version.c_str());
  }
  return exit_ok;
}

}  // namespace

std::filesystem::path pid_file_path(const Call& call) {
  if (!call.pid_file.empty()) return call.pid_file;
  return std::filesystem::path{call.settings->text("data.folder")} / (call.product.name + ".pid");
}

std::vector<Command> version_commands() {
  return {
      {.name = "version", .help = "print the version", .run = version, .reads_settings = false}};
}

std::vector<Command> standard_commands(const Process& process) {
  std::vector<Command> all;
  for (const auto& part :
       {process_commands(process), version_commands(), migrate_commands(), dbshell_commands(),
        services_commands(), settings_commands(), secrets_commands(), journal_commands(),
        routes_commands(), api_commands(), doctor_commands(), runtests_commands()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace mainstay::commands
