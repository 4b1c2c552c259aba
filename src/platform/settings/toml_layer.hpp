#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::settings {

/// How a value was written in TOML.
enum class Written : std::uint8_t { text, integer, boolean, list };

struct TomlValue {
  std::string key;   // dotted; a part that itself has a dot stays quoted, so it matches no setting
  std::string text;  // of a list: its elements with commas between them
  Written written = Written::text;
  std::uint32_t line = 0;
};

/// The values of a TOML document in the order of lines. Error bad_file with `path:line` when it is
/// no TOML or holds what no setting can: fractions, dates, lists of lists or tables, list elements
/// with commas.
Result<std::vector<TomlValue>> parse_toml_layer(std::string_view document, const std::string& path);

}  // namespace mainstay::settings
