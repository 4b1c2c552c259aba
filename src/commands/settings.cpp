#include <cstdio>

#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"

namespace mainstay::commands {
namespace {

int explain(const Call& call) {
  const settings::Settings& settings = *call.settings;
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"setting", "value", "from", "meaning"}};
  for (const auto& one : settings.explain()) {
    rows.push_back({one.key, one.value, one.source, one.help});
    array.emplace_back(json::Object{
        {"key", one.key}, {"value", one.value}, {"source", one.source}, {"help", one.help}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(json::Object{{"environment", settings.environment()},
                                                       {"settings", array}})
                            .c_str());
    return exit_ok;
  }
  std::printf("environment: %s\n\n", settings.environment().c_str());
  print_table(rows);
  return exit_ok;
}

}  // namespace

std::vector<Command> settings_commands() {
  return {
      {.name = "settings", .help = "look at the settings"},
      {.name = "settings explain",
       .help = "every setting, its value and where that came from",
       .run = explain},
  };
}

}  // namespace mainstay::commands
