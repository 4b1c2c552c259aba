#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::auth {

/// A user name in its one form: 2 to 64 of a-z, 0-9 and `._-`, with a letter or digit at both ends;
/// capitals become small letters, blanks around it go. Never an e-mail address (no @), so that a
/// login is one or the other. Errc::name_invalid says the rule.
Result<std::string> parse_account_name(std::string_view raw);

/// A role's name: 1 to 64 of a-z, 0-9 and `._:-`. Errc::role_invalid.
Result<std::string> parse_role(std::string_view raw);

}  // namespace mainstay::auth
