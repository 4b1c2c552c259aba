#include <cstdio>

#include "commands/commands.hpp"
#include "commands/invocation.hpp"
#include "commands/table.hpp"
#include "platform/json/json.hpp"

namespace mainstay::commands {

int explain_settings(const Invocation& invocation, const settings::Settings& settings) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"setting", "value", "from", "meaning"}};
  for (const auto& one : settings.explain()) {
    rows.push_back({one.key, one.value, one.source, one.help});
    array.emplace_back(json::Object{
        {"key", one.key}, {"value", one.value}, {"source", one.source}, {"help", one.help}});
  }
  if (invocation.json) {
    std::printf("%s\n", json::dump_pretty(json::Object{{"environment", settings.environment()},
                                                       {"settings", array}})
                            .c_str());
    return exit_ok;
  }
  std::printf("environment: %s\n\n", settings.environment().c_str());
  print_table(rows);
  return exit_ok;
}

}  // namespace mainstay::commands
