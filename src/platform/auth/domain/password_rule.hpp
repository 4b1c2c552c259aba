#pragma once

#include <string_view>

#include "base/result.hpp"

namespace mainstay::auth {

/// What a new password must be: 10 to 1024 bytes of any kind, not one of the first that are
/// guessed, and not the owner's name or address. Passwords are compared byte by byte: no Unicode
/// normalisation, so a password with accents is what the keyboard sent. `name` and `email` may be
/// empty.
Result<> check_new_password(std::string_view password, std::string_view name,
                            std::string_view email);

}  // namespace mainstay::auth
