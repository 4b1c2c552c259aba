#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/settings/settings.hpp"
#include "platform/settings/toml_layer.hpp"

namespace mainstay::settings {

/// One file of the settings folder; empty when it is not there.
struct SettingsFile {
  std::string path;
  bool exists = false;
  std::optional<TomlValue> parent;  // `extends = "deployment"`
  std::vector<TomlValue> values;    // without it
};

Result<SettingsFile> read_settings_file(const std::string& path);

/// An environment and the files that make it up, weakest first.
struct Environment {
  std::string name;
  std::string root;  // the built-in one that it is or extends
  std::vector<SettingsFile> files;
};

/// base, development, deployment, staging and test are built in; a file NAME.toml that begins with
/// `extends = "deployment"`, or another of them, is one more. The one that `sources` ask for, with
/// local.toml in development and the drop-ins of conf.d, by name.
Result<Environment> read_environment(const Sources& sources);

/// The names of the environment files of a folder and the built-in ones, sorted; without base,
/// local and conf.d.
std::vector<std::string> environment_names(const std::string& folder);
/// The files of one by name, base first, without local.toml and conf.d.
Result<Environment> read_chain(const std::string& folder, const std::string& name,
                               std::string_view asked_by);
/// The drop-ins of a folder, by name.
Result<std::vector<std::string>> drop_ins(const std::string& folder);

}  // namespace mainstay::settings
