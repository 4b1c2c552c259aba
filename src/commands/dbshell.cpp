#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "commands/standard.hpp"
#include "platform/program/stores.hpp"
#include "platform/store/open.hpp"

namespace mainstay::commands {
namespace {

/// Becomes the engine's own shell. A password travels in the environment, which only this user can
/// look at; arguments are everybody's to see.
int dbshell(const Call& call) {
  const auto target = store::shell_target(call.settings->text("store.url"),
                                          default_database(call.product, *call.settings));
  if (target.has_error()) return call.fail(target.error());
  std::vector<std::string> words{target->program};
  words.insert(words.end(), target->arguments.begin(), target->arguments.end());
  const auto& more = call.rest("arguments");
  words.insert(words.end(), more.begin(), more.end());
  for (const auto& [name, value] : target->variables) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  const std::string reason = errno == ENOENT
                                 ? " is not installed; apt-get install " + target->package
                                 : std::string{": "} + std::strerror(errno);
  return call.fail(target->program + reason);
}

}  // namespace

std::vector<Command> dbshell_commands() {
  return {{.name = "dbshell",
           .help = "the database's own shell: sqlite3 or psql, on the store of the settings",
           .arguments = {rest("arguments", "for the shell, behind --")},
           .run = dbshell}};
}

}  // namespace mainstay::commands
