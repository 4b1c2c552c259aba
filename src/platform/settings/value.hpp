#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/settings/settings.hpp"

namespace mainstay::settings {

// The texts of each kind of setting, in files, variables and flags alike. Nothing for a text that
// is not of the kind.

/// true, false, 1 or 0.
std::optional<bool> parse_boolean(std::string_view text);
/// Whole milliseconds: a number with ms, s, m, h or d; 0 needs no unit.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// A plain number, or one with B, KiB, MiB, GiB or TiB.
std::optional<std::int64_t> parse_bytes(std::string_view text);
/// Separated by commas, blanks around them ignored; "" is the empty list. Elements are not empty.
std::optional<std::vector<std::string>> parse_list(std::string_view text);

/// Of the kind, within the range, among the choices (a list: each of its elements).
bool is_allowed(const Spec& spec, std::string_view text);
/// What is_allowed() allows, for people: "an integer from 1 to 65535".
std::string allowed_values(const Spec& spec);

}  // namespace mainstay::settings
