#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "platform/auth/desk.hpp"

namespace mainstay::auth {

enum class Who : std::uint8_t {
  anybody,
  caller,  // a session, or an API token
  person,  // a session
  admin,   // a session whose owner has the role admin
};

/// A route with a use case behind it.
struct Action {
  std::string_view pattern;
  bool is_change = true;  // POST; else GET
  Who who = Who::person;
  bool hashes = false;         // works on a hashing lane
  std::string_view page = {};  // the form that is shown again when it is refused
  UseCase use_case = nullptr;
  bool is_page = false;  // of a GET: HTML; else JSON
};

std::span<const Action> actions();
/// Pages with a form that need nothing from the store: pattern and form.
std::span<const std::pair<std::string_view, std::string_view>> form_routes();

}  // namespace mainstay::auth
