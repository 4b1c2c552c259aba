#include "platform/settings/environments.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "platform/settings/small_file.hpp"

namespace mainstay::settings {
namespace {

constexpr std::size_t chain_max = 8;
constexpr std::size_t drop_ins_max = 100;
constexpr std::array<std::string_view, 4> built_in{"deployment", "development", "staging", "test"};

bool is_built_in(std::string_view name) {
  return std::find(built_in.begin(), built_in.end(), name) != built_in.end();
}

/// Of an environment of the project's own: it becomes a file's name.
bool is_environment_name(std::string_view name) {
  if (name.empty() || name.size() > 32 || name == "base" || name == "local") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string file_of(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string{name} + ".toml";
}

struct Asked {
  std::string name;
  std::string by;
};

Result<Asked> asked_environment(const Sources& sources) {
  if (sources.environment) return Asked{*sources.environment, "--env"};
  const auto at = sources.variables.find("MAINSTAY_ENV");
  if (at != sources.variables.end() && !at->second.empty()) {
    return Asked{at->second, "variable MAINSTAY_ENV"};
  }
  const std::string path = sources.folder + "/environment";
  MS_TRY(const auto text, read_small_file(path));
  if (text) return Asked{std::string{trimmed(*text)}, path};
  return Asked{sources.fallback_environment, "default"};
}

Error unknown_environment(const std::string& folder, const std::string& name,
                          std::string_view asked_by) {
  std::string detail{asked_by};
  detail.append(": \"").append(name).append("\": ");
  const bool meant = name == "production" || name == "prod";
  detail.append(meant ? "say deployment" : "must be development, deployment, staging or test");
  if (is_environment_name(name)) {
    detail.append("; or make ")
        .append(file_of(folder, name))
        .append(" with the first line extends = \"deployment\"");
  }
  return Error{Errc::unknown_environment, std::move(detail)};
}

Error bad_parent(const SettingsFile& file, std::string_view why) {
  const std::uint32_t line = file.parent ? file.parent->line : 1;
  std::string detail = file.path + ":" + std::to_string(line) + ": ";
  return Error{Errc::bad_file, detail.append(why)};
}

/// Which environment a file builds on; "" for base.
Result<std::string> parent_of(const SettingsFile& file, const std::string& name) {
  const std::string_view usual = name == "staging" ? "deployment" : "base";
  if (!file.parent) {
    if (is_built_in(name)) return std::string{usual};
    return bad_parent(file,
                      "an environment of your own names its parent in the first line: "
                      "extends = \"deployment\"");
  }
  const std::string& parent = file.parent->text;
  if (file.parent->written != Written::text || (parent != "base" && !is_environment_name(parent))) {
    return bad_parent(file, "extends must name an environment, in quotes");
  }
  if (is_built_in(name) ? parent != usual : parent == "base") {
    return bad_parent(file, is_built_in(name)
                                ? name + " extends " + std::string{usual} + ", always"
                                : "extends must name development, deployment, staging, test or "
                                  "another environment of yours");
  }
  return parent;
}

}  // namespace

Result<SettingsFile> read_settings_file(const std::string& path) {
  SettingsFile file;
  file.path = path;
  MS_TRY(const auto document, read_small_file(path));
  if (!document) return file;
  file.exists = true;
  MS_TRY(file.values, parse_toml_layer(*document, path));
  const auto parent = std::find_if(file.values.begin(), file.values.end(),
                                   [](const TomlValue& one) { return one.key == "extends"; });
  if (parent != file.values.end()) {
    file.parent = std::move(*parent);
    file.values.erase(parent);
  }
  return file;
}

Result<Environment> read_chain(const std::string& folder, const std::string& name,
                               std::string_view asked_by) {
  Environment out;
  out.name = name;
  std::string next = name;
  std::string by{asked_by};
  std::set<std::string> seen;
  while (next != "base") {
    if (!is_built_in(next) && !is_environment_name(next))
      return unknown_environment(folder, next, by);
    MS_TRY(auto file, read_settings_file(file_of(folder, next)));
    if (!file.exists && !is_built_in(next)) return unknown_environment(folder, next, by);
    if (!seen.insert(next).second || seen.size() > chain_max) {
      return bad_parent(file, "extends leads in a circle, or over more than 8 files");
    }
    if (is_built_in(next) && out.root.empty()) out.root = next;
    by = file.path;
    MS_TRY(next, parent_of(file, next));
    out.files.push_back(std::move(file));
  }
  MS_TRY(auto base, read_settings_file(file_of(folder, "base")));
  if (base.parent) return bad_parent(base, "base extends nothing");
  out.files.push_back(std::move(base));
  std::reverse(out.files.begin(), out.files.end());
  return out;
}

Result<std::vector<std::string>> drop_ins(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder + "/conf.d", error}) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path().string());
  }
  if (paths.size() > drop_ins_max) {
    return Error{Errc::bad_file, folder + "/conf.d: more than 100 files"};
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> environment_names(const std::string& folder) {
  std::set<std::string> names{built_in.begin(), built_in.end()};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".toml" && is_environment_name(name)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

Result<Environment> read_environment(const Sources& sources) {
  MS_TRY(const auto asked, asked_environment(sources));
  MS_TRY(auto out, read_chain(sources.folder, asked.name, asked.by));
  std::vector<std::string> more;
  if (out.root == "development") more.push_back(file_of(sources.folder, "local"));
  MS_TRY(const auto dropped, drop_ins(sources.folder));
  more.insert(more.end(), dropped.begin(), dropped.end());
  for (const std::string& path : more) {
    MS_TRY(auto file, read_settings_file(path));
    if (file.parent) return bad_parent(file, "only environments extend one another");
    out.files.push_back(std::move(file));
  }
  return out;
}

}  // namespace mainstay::settings
