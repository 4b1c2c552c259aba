#pragma once

#include <span>
#include <string>
#include <string_view>

#include "platform/auth/desk.hpp"
#include "platform/templates/templates.hpp"

namespace mainstay::auth {

/// The page with the form NAME ("login", "reset" ...), with what the call's fields say typed in,
/// passwords excepted, and what the call's error says.
Result<Outcome> form_page(Desk& desk, Call& call, std::string_view name);

/// The pages and e-mails that the program brings with it.
std::vector<templates::Builtin> builtin_templates();

/// What people read of a refusal.
std::string told(const Error& error);

}  // namespace mainstay::auth
