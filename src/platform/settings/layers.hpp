#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/settings/environments.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::settings {

/// Puts the layers of settings on one another, weakest first.
class Layers {
 public:
  /// Declares all in `out`, which outlives it; nothing else is in there yet.
  Layers(std::span<const Spec> specs, Settings& out);

  Result<> add_file(const SettingsFile& file);
  /// The variables of a file that the process's own do not hide.
  Result<> add_dot_env(const std::string& path);
  /// Of the process, and of add_dot_env().
  Result<> add_variables();
  Result<> add_flags(const std::map<std::string, std::string>& flags);

 private:
  Settings::Entry* find(std::string_view key);
  [[nodiscard]] std::string source_of(const std::string& variable) const;
  static Result<> assign(Settings::Entry& entry, Settings::Assigned assigned);

  Settings* out_;
  std::vector<std::string> keys_;
  std::vector<std::string> variables_;          // of keys_, in the same order
  std::map<std::string, std::string> origins_;  // of the variables that a file set
};

/// A value that is_allowed() refuses; a secret one is masked.
Error bad_value(const Spec& spec, std::string_view source, std::string_view value);

}  // namespace mainstay::settings
