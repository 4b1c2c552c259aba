#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kit/domain/answers.hpp"
#include "apps/kit/domain/merge_plan.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

// What the commands do. One thread, no server.

/// A folder with `template.toml`, `project/` and `app/`, read and checked.
struct Template {
  std::string source;  // "builtin", an absolute path, or URL#COMMIT
  Tree project;        // what a project is made of
  Tree app;            // what `new app` adds; with a file `wiring`
};

/// `source`: empty or "builtin" for this program's own, a path, or an address with a commit.
Result<Template> load_template(const std::string& source, bool local_too);

/// Renders everything first, then makes the folder, whole or not at all. Gives the number of files.
Result<std::size_t> new_project(const Template& from, const Answers& answers,
                                const std::filesystem::path& folder, std::string_view version);

/// The project around this folder, or Errc::no_project.
Result<std::filesystem::path> find_project(const std::filesystem::path& from);

/// Adds an app to the project and wires it. Gives the paths that were written.
Result<std::vector<std::string>> new_app(const std::filesystem::path& root, const std::string& name,
                                         std::string_view version, SystemTime now);

struct Update {
  std::string source;  // of the template; empty: where the project's came from
  bool local_too = false;
  bool dry_run = false;
  bool force = false;  // also with changes that are not committed
};
/// What was done, or with dry_run would be.
Result<MergePlan> update(const std::filesystem::path& root, const Update& what,
                         std::string_view version);

}  // namespace mainstay::kit
