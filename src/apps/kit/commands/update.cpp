#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/kit/app.hpp"
#include "apps/kit/commands/commands.hpp"
#include "apps/kit/errc.hpp"
#include "platform/json/json.hpp"
#include "platform/program/product.hpp"
#include "platform/program/table.hpp"

namespace mainstay::kit {
namespace {

void print_json(const MergePlan& plan, bool is_dry_run) {
  json::Array changes;
  for (const Change& one : plan.changes) {
    changes.emplace_back(json::Object{
        {"what", std::string{name_of(one.kind)}}, {"path", one.path}, {"note", one.note}});
  }
  std::printf("%s\n", json::dump_pretty(json::Object{{"dry_run", is_dry_run},
                                                     {"conflicts", plan.conflicts()},
                                                     {"changes", std::move(changes)}})
                          .c_str());
}

void print_plan(const MergePlan& plan, bool is_dry_run) {
  if (plan.changes.empty()) {
    std::printf("nothing to do: the project has all that the template has\n");
    return;
  }
  if (is_dry_run) std::printf("dry run: nothing was changed\n");
  std::vector<std::vector<std::string>> rows;
  for (const Change& one : plan.changes) {
    rows.push_back({std::string{name_of(one.kind)}, one.path, one.note});
  }
  print_table(rows);
  if (plan.conflicts() == 0 || is_dry_run) return;
  std::printf("\n%zu conflicts: look for <<<<<<< in the files above, choose, then commit\n",
              plan.conflicts());
}

}  // namespace

int run_update(const Call& call) {
  const auto root = find_project(std::filesystem::current_path());
  if (root.has_error()) return call.fail(root.error());
  const Update what{.source = call.text("--template"),
                    .local_too = call.has("--allow-local"),
                    .dry_run = call.has("--dry-run"),
                    .force = call.has("--force")};
  const auto plan = update(*root, what, call.product.version);
  if (plan.has_error()) {
    call.say(plan.error().message());
    if (plan.error().is(Errc::unclean)) {
      call.say("commit first, so that everything can be taken back; --force goes on without");
    }
    return exit_failed;
  }
  if (call.json) {
    print_json(*plan, what.dry_run);
  } else {
    print_plan(*plan, what.dry_run);
  }
  return plan->conflicts() == 0 ? exit_ok : exit_failed;
}

}  // namespace mainstay::kit
