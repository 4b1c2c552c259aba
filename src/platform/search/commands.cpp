#include <cstdio>
#include <string>

#include "platform/json/json.hpp"
#include "platform/program/foreground.hpp"
#include "platform/program/product.hpp"
#include "platform/program/progress_line.hpp"
#include "platform/program/table.hpp"
#include "platform/search/module.hpp"

namespace mainstay::search {
namespace {

/// The indexes of all modules.
Result<std::unique_ptr<Service>> open_indexes(const Call& call, Foreground& here) {
  MS_TRY_VOID(here.open());
  MS_TRY(auto service, make_service(here.platform()));
  for (const auto& module : call.product.modules) {
    MS_TRY_VOID(module->add_search(*service, here.platform()));
  }
  return service;
}

/// "things: 12000 of 50000 documents (24 %)"
std::string progress_text(const std::string& name, const Service::Progress& progress) {
  const std::string begin = name + ": " + std::to_string(progress.documents);
  if (progress.expected == 0) return begin + " documents";
  return begin + " of " + std::to_string(progress.expected) + " documents (" +
         std::to_string(100 * progress.documents / progress.expected) + " %)";
}

Result<std::uint64_t> rebuild(Service& service, const std::string& name) {
  ProgressLine line;
  return service.rebuild(
      name, [&](const Service::Progress& progress) { line.show(progress_text(name, progress)); });
}

int run_list(const Call& call) {
  Foreground here{call};
  const auto service = open_indexes(call, here);
  if (service.has_error()) return call.fail(service.error());
  json::Array array;
  std::vector<std::vector<std::string>> rows{{"index", "shape"}};
  for (const std::string& name : (*service)->names()) {
    const std::string shape = fingerprint((*service)->find(name)->shape());
    rows.push_back({name, shape});
    array.push_back(json::Object{{"name", name}, {"shape", shape}});
  }
  if (call.json) {
    std::printf("%s\n", json::dump_pretty(array).c_str());
  } else if (array.empty()) {
    std::printf("this program has no indexes\n");
  } else {
    print_table(rows);
  }
  return exit_ok;
}

int run_rebuild(const Call& call) {
  Foreground here{call};
  const auto service = open_indexes(call, here);
  if (service.has_error()) return call.fail(service.error());
  std::vector<std::string> names = (*service)->names();
  if (const std::string& one = call.text("index"); !one.empty()) names = {one};
  json::Array array;
  for (const std::string& name : names) {
    if (call.has("--dry-run") && (*service)->find(name) != nullptr) {
      array.push_back(json::Object{{"name", name}, {"documents", nullptr}});
      if (!call.json) std::printf("%s: would be built anew\n", name.c_str());
      continue;
    }
    const auto done = rebuild(**service, name);
    if (done.has_error()) {
      return call.fail(done.error().message() + "; " + name + " serves what it had");
    }
    array.push_back(json::Object{{"name", name}, {"documents", *done}});
    if (!call.json) {
      std::printf("%s: %llu documents\n", name.c_str(), static_cast<unsigned long long>(*done));
    }
  }
  if (call.json) std::printf("%s\n", json::dump_pretty(array).c_str());
  return exit_ok;
}

}  // namespace

std::vector<Command> commands() {
  return {
      {.name = "search", .help = "indexes of the full text search"},
      {.name = "search list", .help = "this program's indexes", .run = run_list},
      {.name = "search rebuild",
       .help = "build an index anew from its documents' source while the old one serves, then swap",
       .arguments = {text("index", "of `search list`; empty: all, one after the other"),
                     dry_run_flag()},
       .run = run_rebuild},
  };
}

}  // namespace mainstay::search
