#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "commands/scratch.hpp"
#include "commands/standard.hpp"
#include "platform/json/json.hpp"
#include "platform/program/application.hpp"
#include "platform/program/table.hpp"

namespace mainstay::commands {
namespace {

int print(const Call& call, const std::vector<Application::RouteRow>& all) {
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"method", "path", "module", "listener", ""}};
  for (const auto& [module, listener, route] : all) {
    const std::string method{to_text(route.method)};
    rows.push_back({method, route.pattern, module, listener, route.guarded ? "gated" : ""});
    array.emplace_back(json::Object{{"method", method},
                                    {"path", route.pattern},
                                    {"module", module},
                                    {"listener", listener},
                                    {"gated", route.guarded}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else {
    print_table(rows);
  }
  return exit_ok;
}

/// The product is put together as for serving, over an empty folder: what is shown is what these
/// settings would serve, whether a server runs or not.
int list(const Call& call) {
  const ScratchFolder folder;
  Call scratch = call;
  make_private(scratch.sources.flags);
  scratch.sources.flags["data.folder"] = folder.path();
  scratch.sources.flags["store.url"] = "sqlite:";
  scratch.sources.flags["journal.segment_bytes"] = "1MiB";  // is allocated at once
  const auto settings = load_settings(scratch, settings::Which::none);
  if (settings.has_error()) return call.fail(settings.error(), exit_usage);
  Application application{call.product, *settings, {}};
  auto all = application.routes();
  application.stop();
  return all.has_error() ? call.fail(all.error()) : print(call, *all);
}

}  // namespace

std::vector<Command> routes_commands() {
  return {{.name = "routes",
           .help = "every route that would be served: method, path, module, listener, and whether "
                   "API management stands before it",
           .run = list,
           .reads_settings = false}};
}

}  // namespace mainstay::commands
