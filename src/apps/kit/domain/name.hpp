#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::kit {

/// A project's or an app's name is a folder, a program, a C++ namespace, a CMake target and a part
/// of settings' names: a-z, 0-9 and _, a letter first, no word that one of these keeps for itself.
/// The error says what is wrong, and the nearest name that will do.
Result<> check_project_name(std::string_view name);
Result<> check_app_name(std::string_view name);

/// The nearest name that would do, of anything: "My Shop!" gives "my_shop"; "" when nothing is
/// left.
std::string usable_name(std::string_view text);

}  // namespace mainstay::kit
