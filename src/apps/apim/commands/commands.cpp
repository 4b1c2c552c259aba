#include "apps/apim/commands/commands.hpp"

namespace mainstay::apim {
namespace {

std::vector<Argument> with_import_flags(std::vector<Argument> arguments) {
  arguments.push_back(
      flag("--replace", "put what is imported in the place of services that are there and differ"));
  arguments.push_back(flag("--no-counters", "leave counters alone"));
  arguments.push_back(flag("--dry-run", "say what would be done, store nothing"));
  return arguments;
}

}  // namespace

std::vector<Command> commands() {
  return {
      {.name = "apim", .help = "move API management's data in and out"},
      {.name = "apim export",
       .help = "write all services as lines of JSON. The file holds keys and tokens: it is made "
               "with mode 0600",
       .arguments = {required_text("file", "where to; - is standard output"),
                     flag("--counters",
                          "with counters, of hours and longer; exact when no server runs")},
       .run = run_export},
      {.name = "apim import",
       .help = "read what export wrote, with the server stopped; run again after an "
               "interruption, it goes on",
       .arguments = with_import_flags({required_text("file", "where from; - is standard input")}),
       .run = run_import},
      {.name = "apim import-redis",
       .help = "read the Redis of a running apisonator, which is not changed, with the server "
               "stopped",
       .arguments = with_import_flags(
           {required_text("url", "redis://[USER@]HOST[:PORT][/DATABASE] or unix:///PATH"),
            text("--password-file",
                 "file with Redis's password (default: the variable MAINSTAY_REDIS_PASSWORD)")}),
       .run = run_import_redis},
  };
}

}  // namespace mainstay::apim
