#include "apps/kit/commands/commands.hpp"

namespace mainstay::kit {
namespace {

const Argument& template_argument() {
  static const Argument made =
      text("--template", "a folder, or https://...#COMMIT (default: the one in this program)");
  return made;
}

Argument local_argument() {
  return flag("--allow-local", "let --template name a repository of this machine (file://)");
}

}  // namespace

std::vector<Command> commands() {
  return {
      {.name = "new",
       .help = "make a project: `new NAME [DIR]`; in a project `new app NAME` adds an app",
       .arguments = {required_text("name", "a-z, 0-9 and _; or the word app"),
                     text("where", "folder to make (default NAME; . is this one); the app's name"),
                     template_argument(), local_argument(),
                     text("--title", "the project's name for people (default from NAME)"),
                     text("--store", "sqlite or postgres (default sqlite)"),
                     text("--author", "who makes it (default nobody)"),
                     flag("--yes", "ask nothing")},
       .run = run_new,
       .reads_settings = false},
      {.name = "update",
       .help = "merge the template of now into the project; conflicts are marked, nothing is lost",
       .arguments = {template_argument(), local_argument(),
                     flag("--dry-run", "say what would change, change nothing"),
                     flag("--force", "also with changes that are not committed")},
       .run = run_update,
       .reads_settings = false},
  };
}

}  // namespace mainstay::kit
