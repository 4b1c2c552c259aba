#include "apps/kit/app.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "apps/kit/domain/name.hpp"
#include "apps/kit/domain/render.hpp"
#include "apps/kit/domain/tree.hpp"
#include "apps/kit/domain/wiring.hpp"
#include "apps/kit/errc.hpp"
#include "apps/kit/outbound/files.hpp"
#include "apps/kit/outbound/git.hpp"
#include "base/text.hpp"

namespace mainstay::kit {

namespace builtin {  // generated from the folder kit/
std::string_view asset(std::string_view path);
std::vector<std::string_view> asset_names();
}  // namespace builtin

namespace {

namespace fs = std::filesystem;

constexpr std::string_view own = "builtin";
constexpr const char* answers_file = ".mainstay/answers.toml";
constexpr const char* base_file = ".mainstay/base";  // the project as it was rendered, packed
constexpr const char* app_file = ".mainstay/app";    // the template of apps, packed
constexpr const char* wiring_file = "wiring";

Error refused(const std::string& source, const std::string& why) {
  return {Errc::template_refused, source + ": " + why};
}

Tree builtin_tree() {
  Tree tree;
  for (const std::string_view path : builtin::asset_names()) {
    const std::string_view text = builtin::asset(path);
    tree.emplace(path, File{std::string{text}, text.starts_with("#!")});
  }
  return tree;
}

Result<Tree> read_source(const std::string& source, bool local_too) {
  if (source == own) return builtin_tree();
  if (!is_git_source(source)) return read_tree(source);
  MS_TRY(const auto address, parse_git_source(source, local_too));
  if (!address.commit.empty()) return fetch(address);
  MS_TRY(const auto commit, current_commit(address));
  return refused(source, "name the commit, so that nobody can move it: --template '" + address.url +
                             "#" + commit + "' (what it has today)");
}

/// What is below a folder, with paths from there.
Tree below(const Tree& tree, const std::string& folder) {
  Tree out;
  for (const auto& [path, file] : tree) {
    if (path.starts_with(folder)) out.emplace(path.substr(folder.size()), file);
  }
  return out;
}

Result<> check_manifest(const std::string& source, const Tree& tree) {
  const auto manifest = tree.find("template.toml");
  if (manifest == tree.end()) return refused(source, "is no template: it has no template.toml");
  for (const std::string_view line : split(manifest->second.text, '\n')) {
    if (!line.starts_with("format")) continue;
    if (trimmed(line) == "format = 1") return {};
    return refused(source, "template.toml: this version reads `format = 1` only");
  }
  return refused(source, "template.toml: has no line `format = 1`");
}

/// The kit's memory in a project.
Tree memory(const Template& from, const Answers& answers, const Tree& rendered,
            std::string_view version) {
  return {{answers_file, {to_text(answers, version)}},
          {base_file, {pack(rendered)}},
          {app_file, {pack(from.app)}}};
}

Result<Answers> read_answers(const fs::path& root) {
  MS_TRY(const auto text, read_file(root / answers_file));
  return parse_answers(text);
}

Result<Tree> read_packed(const fs::path& root, const char* name) {
  MS_TRY(const auto text, read_file(root / name));
  return unpack(text);
}

std::string migration_version(SystemTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(now - day)};
  const auto padded = [](auto number, std::size_t digits) {
    std::string text = std::to_string(number);
    return std::string(digits - std::min(digits, text.size()), '0') + text;
  };
  return padded(static_cast<int>(date.year()), 4) + padded(static_cast<unsigned>(date.month()), 2) +
         padded(static_cast<unsigned>(date.day()), 2) + padded(time.hours().count(), 2) +
         padded(time.minutes().count(), 2) + padded(time.seconds().count(), 2);
}

Result<> check_absent(const fs::path& root, const Tree& tree) {
  for (const auto& [path, file] : tree) {
    std::error_code failure;
    if (fs::symlink_status(root / path, failure).type() != fs::file_type::not_found) {
      return Error{Errc::place_taken, path + " is there already; choose another name"};
    }
  }
  return {};
}

/// Where the template of an update is.
Result<std::string> update_source(const Answers& answers, const Update& what) {
  if (!what.source.empty()) return what.source;
  if (!is_git_source(answers.source)) return answers.source;
  return Error{Errc::template_refused, "this project was made from " + answers.source +
                                           "; say which commit to go to: --template '" +
                                           answers.source.substr(0, answers.source.rfind('#')) +
                                           "#COMMIT'"};
}

}  // namespace

Result<Template> load_template(const std::string& source, bool local_too) {
  Template made;
  made.source = source.empty() ? std::string{own} : source;
  if (made.source != own && !is_git_source(made.source)) {
    std::error_code failure;
    made.source = fs::absolute(made.source, failure).lexically_normal().string();
  }
  MS_TRY(const auto tree, read_source(made.source, local_too));
  MS_TRY_VOID(check_tree(tree));
  MS_TRY_VOID(check_manifest(made.source, tree));
  made.project = below(tree, "project/");
  made.app = below(tree, "app/");
  if (made.project.empty()) return refused(made.source, "has no files below project/");
  return made;
}

Result<std::size_t> new_project(const Template& from, const Answers& answers,
                                const fs::path& folder, std::string_view version) {
  MS_TRY_VOID(check(answers));
  MS_TRY_VOID(check_place(folder));
  MS_TRY(const auto rendered, render(from.project, values_of(answers, version)));
  Tree all = rendered;
  all.merge(memory(from, answers, rendered, version));
  // A developer's own, never in version control, and none of an update's business.
  const auto example = rendered.find(".env.example");
  if (example != rendered.end()) all.emplace(".env", example->second);
  MS_TRY_VOID(write_new(folder, all));
  return all.size();
}

Result<fs::path> find_project(const fs::path& from) {
  std::error_code failure;
  for (fs::path folder = fs::absolute(from, failure);; folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / answers_file, failure)) return folder;
    if (folder == folder.parent_path()) break;
  }
  return Error{Errc::no_project, "there is no " + std::string{answers_file} +
                                     " here or above; go into a folder that `mainstay new` made"};
}

Result<std::vector<std::string>> new_app(const fs::path& root, const std::string& name,
                                         std::string_view version, SystemTime now) {
  MS_TRY_VOID(check_app_name(name));
  MS_TRY(const auto answers, read_answers(root));
  if (name == answers.name) {
    return Error{Errc::name_refused, "\"" + name + "\": is the project's own name"};
  }
  MS_TRY(const auto source, read_packed(root, app_file));
  Values values = values_of(answers, version);
  values["app"] = name;
  values["app_title"] = title_of(name);
  values["timestamp"] = migration_version(now);
  MS_TRY(auto rendered, render(source, values));
  const auto wiring = rendered.extract(wiring_file);
  MS_TRY(const auto insertions, parse_wiring(wiring.empty() ? "" : wiring.mapped().text));
  MS_TRY_VOID(check_absent(root, rendered));
  std::vector<std::string> wired_paths;
  for (const Insertion& one : insertions) wired_paths.push_back(one.path);
  MS_TRY(const auto state, read_state(root, wired_paths));
  MS_TRY(auto wired, wire(state.files, insertions));
  MergePlan plan;
  plan.write = std::move(rendered);
  plan.write.merge(wired);
  MS_TRY_VOID(carry_out(root, plan));
  std::vector<std::string> paths;
  for (const auto& [path, file] : plan.write) paths.push_back(path);
  return paths;
}

Result<MergePlan> update(const fs::path& root, const Update& what, std::string_view version) {
  MS_TRY(auto answers, read_answers(root));
  MS_TRY(const auto base, read_packed(root, base_file));
  MS_TRY(const auto source, update_source(answers, what));
  MS_TRY(const auto next, load_template(source, what.local_too));
  MS_TRY(const auto rendered, render(next.project, values_of(answers, version)));
  if (!what.force && !what.dry_run) MS_TRY_VOID(check_clean(root));
  MS_TRY(const auto state, read_state(root, paths_of(base, rendered)));
  MS_TRY(auto plan, plan_merge(base, state, rendered, merge_texts));
  if (what.dry_run) return plan;
  answers.source = next.source;
  MS_TRY_VOID(carry_out(root, plan));
  // Behind the files: an interrupted update finds its old base again.
  for (const auto& [path, file] : memory(next, answers, rendered, version)) {
    MS_TRY_VOID(replace_file(root / path, file));
  }
  return plan;
}

}  // namespace mainstay::kit
